"""How hosts read the URL that a script gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from attrs import frozen

__all__ = ["READERS", "ReadUrl"]


@frozen
class ReadUrl:
    """What a host makes of a URL: what it displays, and whether it connects to it at all."""

    shown: str
    connects: bool
    hopeless: bool = False
    """It connects, and finds no host to connect to."""


_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?://(?P<authority>[^/?#]*))?(?P<rest>.*)", re.DOTALL
)
_PORT = re.compile(r"(.*):(\d*)", re.DOTALL)


def read_qt(text: str) -> ReadUrl:
    """Read a URL as `QUrl` does in its tolerant mode (measured on Qt 5.15.2).

    Displayed are the scheme and the host in lower case and percent-decoded text, without the
    password and with no slash added.
    """
    found = _URL.fullmatch(text)
    if found is None:
        # What begins like a host with a port is no URL; anything else is a relative one.
        invalid = text == "" or re.match(r"[^/?#]*:", text) is not None
        return ReadUrl("" if invalid else text, connects=False)
    scheme, authority, rest = found["scheme"].lower(), found["authority"], found["rest"]
    if authority is None:
        return ReadUrl(f"{scheme}:{unquote(rest)}", connects=False)
    user, at, host = authority.rpartition("@")
    with_port = _PORT.fullmatch(host)
    name, port = (with_port[1], with_port[2]) if with_port else (host, "")
    if re.search(r"[\s<>^`{|}\\]", name) or (port and int(port) > 65535):
        return ReadUrl("", connects=False)
    login = user.partition(":")[0] + at if at else ""
    number = f":{int(port)}" if port else ""
    shown = f"{scheme}://{login}{name.lower()}{number}{unquote(rest)}"
    connects = scheme in ("ws", "wss")
    return ReadUrl(shown, connects, hopeless=connects and not name)


READERS: dict[str, Callable[[str], ReadUrl]] = {"qt": read_qt}
