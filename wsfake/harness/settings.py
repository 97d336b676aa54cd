"""What a test can choose."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import Attribute, field, fields, frozen
from attrs.converters import optional

from wsfake.errors import UsageError
from wsfake.script_api.profiles import PROFILES, Profile, profile_named
from wsfake.transcript import Matching

__all__ = ["MODES", "RECORDING_MODES", "Settings"]

MODES = ("none", "once", "new_episodes", "rewrite", "live", "verify")
"""What happens to a URL that the test does not serve:

`none` replays the cassette, and nothing else; `once` records a cassette where there is none;
`new_episodes` replays, and records what the cassette does not hold; `rewrite` records afresh;
`live` connects for real and keeps nothing; `verify` connects for real and compares.
"""

RECORDING_MODES = ("once", "new_episodes", "rewrite")


def _one_of(*choices: str) -> Callable[[Any, Attribute[Any], Any], None]:
    def check(_: Any, attribute: Attribute[Any], value: Any) -> None:
        if value not in choices:
            raise UsageError(
                f"expected {attribute.name} to be one of {', '.join(choices)}, got {value!r}"
            )

    return check


def _seconds(_: Any, attribute: Attribute[Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**9:
        raise UsageError(
            f"expected {attribute.name} to be a number of seconds, more than 0, got {value!r}"
        )


def _speed(_: Any, attribute: Attribute[Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**6:
        raise UsageError(
            f"expected {attribute.name} to be 0 (at once), 1 (as recorded) or how many times as"
            f" fast, got {value!r}"
        )


def _url(_: Any, attribute: Attribute[Any], value: Any) -> None:
    if value is not None and not isinstance(value, str):
        raise UsageError(f"expected {attribute.name} to be a URL, got {value!r}")


def _names(value: Any) -> tuple[str, ...]:
    if value == ():
        return ()
    if isinstance(value, list | tuple | set | frozenset) and all(
        isinstance(name, str) for name in value
    ):
        return tuple(value)
    raise UsageError(f"expected a list of names, got {value!r}")


def _yes_or_no(_: Any, attribute: Attribute[Any], value: Any) -> None:
    if not isinstance(value, bool):
        raise UsageError(f"expected {attribute.name} to be True or False, got {value!r}")


def _context(_: Any, attribute: Attribute[Any], value: Any) -> None:
    if value is not None and not hasattr(value, "wrap_bio"):
        raise UsageError(f"expected {attribute.name} to be an ssl.SSLContext, got {value!r}")


def _path(value: Any) -> Path:
    if not isinstance(value, str | os.PathLike) or str(value) == "":
        raise UsageError(f"expected cassette to be a path, got {value!r}")
    return value if isinstance(value, Path) else Path(value)


@frozen
class Settings:
    """How a harness behaves. Raises `UsageError` for what cannot be."""

    mode: str = field(default="none", validator=_one_of(*MODES))
    profile: Profile = field(default=PROFILES["overte"], converter=profile_named)
    match: str | None = None
    volatile: tuple[str, ...] = field(default=(), converter=_names)
    unplayed: str = field(default="fail", validator=_one_of("fail", "warn", "ignore"))
    order: str = field(default="relaxed", validator=_one_of("relaxed", "strict"))
    order_wait: float = field(default=5.0, validator=_seconds)
    """Seconds of real time after which that order gives way at a real port."""

    speed: float = field(default=0.0, validator=_speed)
    """How many times as fast as recorded a cassette is played at a real port; 0 is at once."""

    timeout: float = field(default=300.0, validator=_seconds)
    record_idle: float = field(default=1.0, validator=_seconds)
    redact_headers: tuple[str, ...] = field(default=(), converter=_names)
    redact_query: tuple[str, ...] = field(default=(), converter=_names)
    redact_json: tuple[str, ...] = field(default=(), converter=_names)
    redact_env: tuple[str, ...] = field(default=(), converter=_names)
    """Environment variables whose values are secret; one that is not set is passed over."""

    text_sidecar: bool = field(default=False, validator=_yes_or_no)
    ssl_context: Any = field(default=None, validator=_context)
    """For wss connections that are really made; None for the system's certificates."""

    intercept: bool = field(default=False, validator=_yes_or_no)
    """Whether the sockets of the test are intercepted from its begin to its end."""

    passthrough: tuple[str, ...] = field(default=(), converter=_names)
    """Hosts, with or without a port and with `*`, whose connections are never intercepted."""

    base_url: str | None = field(default=None, validator=_url)
    """The URL of the page that a browser's script is on."""

    cassette: Path | None = field(default=None, converter=optional(_path))

    def __attrs_post_init__(self) -> None:
        if self.match is not None or self.volatile:
            Matching(self.match, self.volatile)  # which says what is wrong with them

    @classmethod
    def of(cls, changes: Mapping[str, Any]) -> Settings:
        """Return the settings that are as usual, but for some.

        Raises `UsageError` for a name that there is not.
        """
        for name in changes:
            if name not in _NAMES:
                raise UsageError(f"expected a setting, one of {', '.join(_NAMES)}, got {name!r}")
        return cls(**changes)


_NAMES = tuple(attribute.name for attribute in fields(Settings))
