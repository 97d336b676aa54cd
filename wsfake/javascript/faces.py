"""What scripts of a profile get, by its face: files in JavaScript, and the parts of Python's."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from attrs import frozen

from wsfake.errors import UsageError
from wsfake.javascript.engine import dumps, global_names
from wsfake.javascript.messages import Messages
from wsfake.javascript.pages import PageSockets
from wsfake.javascript.servers import Servers
from wsfake.javascript.sockets import Sockets
from wsfake.javascript.timers import Timers
from wsfake.script_api import Host
from wsfake.script_api.lints import MISSPELT
from wsfake.script_api.profiles.table import STATES, Profile

if TYPE_CHECKING:
    from wsfake.javascript.script import Script

__all__ = ["BORDER", "FACES", "FIRST_LINE", "Face", "Part", "Teller", "common_start", "face_of"]

BORDER = "border.js"
FIRST_LINE = 8_001
"""Where scripts begin; before it are wsfake's own lines."""

_OWN_LINE = 2_001  # texts that a script evaluates itself are numbered from 1


class Part(Protocol):
    """What carries out operations that turns ask for."""

    def operations(self) -> dict[str, Callable[..., None]]:
        """Return the operations, by their names."""

    def leave(self) -> None:
        """The script has ended, before the test: its host ends what it left."""


@runtime_checkable
class Teller(Protocol):
    """A part that has news."""

    def news(self) -> list[list[Any]]:
        """Return what JavaScript is to know before the next turn: names, and what each takes."""


@frozen
class Face:
    """The host of a profile's scripts."""

    files: tuple[str, ...]
    """Those that run before the script does, in order."""
    parts: Callable[[Script, Host], list[Part]]
    on_demand: tuple[str, ...] = ()
    """Those that run when another one asks for them, by `host.load(name)`."""
    server_files: tuple[str, ...] = ()
    """Those that run after the others, where the script may listen."""
    modules: bool = False
    """Whether a script whose name ends with `.mjs` is a module."""


def _qt_parts(script: Script, host: Host) -> list[Part]:
    sockets = Sockets(script, host)
    servers = Servers(script, host, sockets)
    return [Timers(script, host), sockets, servers, Messages(script, host)]


def _page_parts(script: Script, host: Host) -> list[Part]:
    return [Timers(script, host), PageSockets(script, host)]


FACES: dict[str, Face] = {
    "dom": Face(
        files=(
            "dates.js",
            "interpreter.js",
            "misspelt.js",
            "browser/webidl.js",
            "browser/events.js",
            "browser/targets.js",
            "browser/aborts.js",
            "browser/texts.js",
            "browser/blobs.js",
            "browser/hosts.js",
            "browser/urls.js",
            "browser/url.js",
            "browser/clones.js",
            "browser/console.js",
            "browser/window.js",
            "browser/websocket.js",
            "browser/modules.js",
            "questions.js",
        ),
        on_demand=("browser/location.js",),
        parts=_page_parts,
        modules=True,
    ),
    "qt": Face(
        files=(
            "dates.js",
            "interpreter.js",
            "misspelt.js",
            "arguments.js",
            "bare.js",
            "urls.js",
            "signals.js",
            "stubs.js",
            "websocket.js",
            "script.js",
            "questions.js",
        ),
        server_files=("server.js",),
        on_demand=(
            "vectors.js",
            "uuids.js",
            "entities.js",
            "messages.js",
            "avatars.js",
            "places.js",
            "files.js",
        ),
        parts=_qt_parts,
    ),
}


def face_of(profile: Profile) -> Face:
    """Return the host of a profile's scripts.

    Raises `UsageError` for a profile that has none.
    """
    if profile.face not in FACES:
        raise UsageError(f"the profile {profile.name!r} has no host for scripts in JavaScript")
    return FACES[profile.face]


@cache
def read_source(name: str) -> str:
    """Return a file of this package, as a function that takes the engine's globals it names.

    So a script may declare a `Map` of its own, and the host goes on with the one that there was.
    """
    text = files(__package__).joinpath(name).read_text("utf-8")
    taken = global_names().intersection(re.findall(r"\w+", text))
    return f"({{ {', '.join(sorted(taken))} }} = this) => {text}"


_common: dict[tuple[int, bool], tuple[Profile, str]] = {}  # which keeps the profile, and so its id


def common_start(profile: Profile, *, servers: bool) -> str:
    """Return as JSON what scripts of a profile have in common: its data, and the files for it."""
    key = (id(profile), servers)
    if key not in _common:
        _common[key] = (profile, dumps(_make_start(profile, servers=servers)))
    return _common[key][1]


def _make_start(profile: Profile, *, servers: bool) -> dict[str, Any]:
    face = face_of(profile)
    eager = [*face.files, *(face.server_files if servers else ())]
    line, numbered = _OWN_LINE, {}
    for name in dict.fromkeys([*eager, *face.on_demand]):
        text = read_source(name)
        numbered[name] = [line, text]
        line += text.count("\n") + 1
    assert line <= FIRST_LINE
    return {
        "profile": profile.as_data(),
        "states": STATES,
        "misspelt": MISSPELT,
        "files": {"eager": eager, **numbered},
    }
