"""Loading a script: what it is to its host, and with which limits it runs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen

from wsfake.errors import UsageError
from wsfake.javascript.files import Files, find_file
from wsfake.javascript.script import Script
from wsfake.script_api import Host

__all__ = ["KINDS", "load"]


@frozen
class Kind:
    """A type of script, as the documentation of the hosts names them."""

    context: str
    """What `Script.context` is in it."""
    servers: bool
    """Whether it has `WebSocketServer`."""


KINDS = {
    "interface": Kind("client", servers=False),
    "client entity": Kind("entity_client", servers=False),
    "avatar": Kind("client", servers=False),
    "server entity": Kind("entity_server", servers=True),
    "assignment client": Kind("agent", servers=True),
}

_ENTITY = "{5ca1ab1e-0000-4000-8000-000000000001}"


def load(
    host: Host,
    path: str | os.PathLike[str],
    beside: Path,
    neighbours: list[Script],
    *,
    kind: str,
    files: Files,
    entity: str | None,
    time_limit: float,
    memory_limit: int,
    on_print: Callable[[str], object] | None,
) -> tuple[Script, dict[str, Any]]:
    """Return a script that is ready to start, and how it is started.

    A relative path is looked for in the current directory, and then in `beside`. Raises
    `UsageError` for what cannot be.
    """
    if kind not in KINDS:
        raise UsageError(f"expected the kind of a script, one of {', '.join(KINDS)}, got {kind!r}")
    for name, limit in (("time_limit", time_limit), ("memory_limit", memory_limit)):
        if isinstance(limit, bool) or not isinstance(limit, int | float) or not limit > 0:
            raise UsageError(f"expected {name} to be a number more than 0, got {limit!r}")
    script = Script(
        find_file(path, beside),
        host,
        neighbours,
        files=files,
        beside=beside,
        context=KINDS[kind].context,
        servers=KINDS[kind].servers and host.profile.servers,
        time_limit=time_limit,
        memory_limit=int(memory_limit),
        on_print=on_print,
    )
    is_entity = entity is not None or "entity" in kind
    looks_like = is_entity or _last_expression(script.text)
    return script, {"entity": looks_like, "entity_id": entity or _ENTITY}


_LAST_COMMENT = re.compile(r"//[^\n]*\Z|/\*(?:[^*]|\*(?!/))*\*/\Z")


def _last_expression(text: str) -> str:
    """Return a script up to where its last expression ends, if that is in parentheses; or "".

    `(function () { ... })` is how entity scripts are written.
    """
    before = None
    while text != before:
        before, text = text, text.rstrip(" \t\r\n;")
        last = text if text.endswith("*/") else text[text.rfind("\n") + 1 :]
        text = text[: len(text) - len(last)] + _LAST_COMMENT.sub("", last)
    return text if text.endswith(")") else ""
