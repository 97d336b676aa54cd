"""A test double and recording proxy for WebSocket scripts.

Nothing is loaded before it is used: pytest loads the plugin in every run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsfake.errors import (
        CassetteError as CassetteError,
        ConnectionNotAnswered as ConnectionNotAnswered,
        Failure as Failure,
        LintWarning as LintWarning,
        UnexpectedMessage as UnexpectedMessage,
        Unplayed as Unplayed,
        UsageError as UsageError,
        WsfakeError as WsfakeError,
        WsfakeWarning as WsfakeWarning,
    )
    from wsfake.harness import Harness as Harness
    from wsfake.proxies import (
        WebSocket as WebSocket,
        WebSocketServer as WebSocketServer,
        loop_factory as loop_factory,
    )
    from wsfake.proxy import Faults as Faults
    from wsfake.transcript import (
        Transcript as Transcript,
        json as json,
        partial_json as partial_json,
        regex as regex,
    )

_PLACES = {
    "CassetteError": "errors",
    "ConnectionNotAnswered": "errors",
    "Failure": "errors",
    "Faults": "proxy",
    "Harness": "harness",
    "LintWarning": "errors",
    "Transcript": "transcript",
    "UnexpectedMessage": "errors",
    "Unplayed": "errors",
    "UsageError": "errors",
    "WebSocket": "proxies",
    "WebSocketServer": "proxies",
    "WsfakeError": "errors",
    "WsfakeWarning": "errors",
    "json": "transcript",
    "loop_factory": "proxies",
    "partial_json": "transcript",
    "regex": "transcript",
}

__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'wsfake' has no attribute {name!r}")
    value = getattr(import_module(f"wsfake.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
