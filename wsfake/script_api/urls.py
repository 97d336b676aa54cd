"""How hosts read the URL that a script gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from wsfake.model.urls import ascii_name
from wsfake.wire.payloads import encode_text

__all__ = ["READERS", "ReadUrl"]


class ReadUrl(NamedTuple):
    """What a host makes of a URL: what it displays, and whether it connects to it at all."""

    shown: str
    connects: bool
    hopeless: bool = False
    """It connects, and finds no host to connect to."""

    host: str = ""
    """What it says in its `Host` header."""

    target: str = ""
    """What it asks for in the first line of its request."""


_URL = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?://(?P<authority>[^/?#]*))?"
    r"(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.DOTALL,
)
_PORT = re.compile(r"(.*?)(?::(\d*))?", re.DOTALL)
_NAME = re.compile(r"(?!\.)(?:[\w-]|[^\x00-\x7f]|\.(?!\.))*|\[[0-9A-Fa-f:.]+\]", re.ASCII)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNREAD = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f]|[^\x00-\x7f]+', re.DOTALL)
_HIGH = re.compile(r"(?:%[89A-F][0-9A-F])+")
_UNRESERVED = frozenset(b"-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~")
_SCHEMES = ("ws", "wss")
_DEAD = ReadUrl("", connects=False)


@lru_cache(maxsize=256)
def read_qt(text: str) -> ReadUrl:
    """Read a URL as `QUrl` does in its tolerant mode, and `QWebSocket` after it.

    Displayed are the scheme and the host in lower case, and decoded what is a space, an unreserved
    character or UTF-8, without the password and with no slash added. Measured on Qt 5.15.2.
    """
    found = _URL.fullmatch(text)
    if found is None or not text:
        return _DEAD
    scheme = (found["scheme"] or "").lower()
    authority = _read_authority(found["authority"])
    if authority is None or (not scheme and ":" in re.split("[/?#]", text, maxsplit=1)[0]):
        return _DEAD  # what begins like a host with a port is no URL
    login, name, port = authority
    path, query, fragment = (_encode(found[part] or "") for part in ("path", "query", "fragment"))
    connects = scheme in _SCHEMES
    if connects and "%0D%0A" in path:
        return _DEAD  # it would be another header
    number = f":{port}" if port is not None else ""
    beginning = (f"{scheme}:" if scheme else "") + ("//" if found["authority"] is not None else "")
    return ReadUrl(
        f"{beginning}{_decode(login)}{_show_host(name)}{number}{_decode(path + query + fragment)}",
        connects,
        connects and not name,
        f"{ascii_name(name)}{number}",
        path + (query if query != "?" else "") or "/",
    )


def _read_authority(text: str | None) -> tuple[str, str, int | None] | None:
    """Return login with its "@" and without password, host, and port; None for what is none."""
    user, at, host = (text or "").rpartition("@")
    split = _PORT.fullmatch(host)
    assert split is not None
    name = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), split[1])
    port = int(split[2]) if split[2] else None
    if "@" in user or not _NAME.fullmatch(name) or (port or 0) > 65535:
        return None
    login = _encode(user.partition(":")[0]).replace("[", "%5B").replace("]", "%5D")
    return login + at, name.lower(), port


def _encode(part: str) -> str:
    """Return a part as it is sent: one wrong escape makes text of every "%" in it."""
    if _LONE_PERCENT.search(part):
        part = part.replace("%", "%25")
    part = _ESCAPE.sub(_normalise_escape, part)
    return _UNREAD.sub(lambda run: "".join(f"%{byte:02X}" for byte in encode_text(run[0])), part)


def _normalise_escape(escape: re.Match[str]) -> str:
    value = int(escape[1], 16)
    return chr(value) if value in _UNRESERVED else f"%{value:02X}"


def _decode(part: str) -> str:
    """Return an encoded part as it is displayed."""
    return _HIGH.sub(_decode_run, part.replace("%20", " "))


def _decode_run(run: re.Match[str]) -> str:
    rest, shown = bytes.fromhex(run[0].replace("%", "")), ""
    while rest:
        try:
            return shown + rest.decode()
        except UnicodeDecodeError as error:
            wrong = rest[error.start : error.start + 1]
            shown += rest[: error.start].decode() + f"%{wrong.hex().upper()}"
            rest = rest[error.start + 1 :]
    return shown


def _show_host(name: str) -> str:
    try:
        return name.encode().decode("idna") if "xn--" in name else name
    except UnicodeError:
        return name


READERS: dict[str, Callable[[str], ReadUrl]] = {"qt": read_qt}
