"""How a browser reads the URL of a WebSocket (URL Standard; WebSockets Standard, section 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import frozen

from wsfake.errors import UsageError
from wsfake.model.urls import mask_user_info
from wsfake.script_api.browser.exceptions import DOMException
from wsfake.script_api.urls import READERS, ReadUrl

if TYPE_CHECKING:
    from ada_url import URL

__all__ = ["PageUrl", "WebSocketUrl", "read_url"]

_SCHEMES = {"http:": "ws:", "https:": "wss:"}
_LOCAL = ("localhost", "127.0.0.1", "[::1]")

_BAD_PORTS = """
0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115
117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563
587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667
6668 6669 6679 6697 10080
"""
BAD_PORTS = frozenset(map(int, _BAD_PORTS.split()))
"""Ports that nobody is connected to (Fetch Standard, section 2.10)."""


@frozen
class WebSocketUrl:
    """A URL that can be connected to, and what is known of it."""

    href: str
    origin: str
    blocked: bool
    """Its port is one that a browser connects to for nobody."""


@frozen
class PageUrl:
    """The URL of the page that a script is on: the base of relative URLs, and the `Origin`."""

    href: str
    origin: str
    secure: bool

    @classmethod
    def of(cls, url: str) -> PageUrl:
        """Read a page's URL.

        Raises `UsageError` for one that is not absolute.
        """
        parse = _parser()
        try:
            read = parse(url)
        except ValueError:
            raise UsageError(
                f"expected base_url to be an absolute URL, got {mask_user_info(url)!r}"
            ) from None
        return cls(read.href, read.origin, read.protocol in ("https:", "wss:"))


def _parser() -> type[URL]:
    try:
        from ada_url import URL  # noqa: PLC0415 - an extra that only this profile needs
    except ImportError:
        raise UsageError(
            "the browser profile reads URLs with ada-url, which is not installed:"
            " pip install wsfake[browser]"
        ) from None
    return URL


def read_url(text: str, page: PageUrl | None) -> WebSocketUrl:
    """Read a URL, relative to the page's if there is a page; `http` is `ws`, `https` is `wss`.

    Raises `DOMException`: SyntaxError for what is no URL of a WebSocket or has a fragment,
    SecurityError for an insecure one on a secure page (Mixed Content, section 4).
    """
    parse, shown = _parser(), repr(mask_user_info(text))
    try:
        url = parse(text) if page is None else parse(text, page.href)
    except ValueError:
        hint = "" if page is not None else " (for a relative one, set base_url)"
        raise _syntax_error(f"expected a URL, got {shown}{hint}") from None
    if url.protocol in _SCHEMES:
        url.protocol = _SCHEMES[url.protocol]
    if url.protocol not in ("ws:", "wss:"):
        raise _syntax_error(f"expected a ws, wss, http or https URL, got {shown}")
    if "#" in url.href:
        raise _syntax_error(f"expected a URL without a fragment, got {shown}")
    if page is not None and page.secure and url.protocol == "ws:" and url.hostname not in _LOCAL:
        raise DOMException(f"expected a wss URL on a page of https, got {shown}", "SecurityError")
    return WebSocketUrl(url.href, url.origin, urlsplit(url.href).port in BAD_PORTS)


def _syntax_error(message: str) -> DOMException:
    return DOMException(message, "SyntaxError")


def _read_alone(text: str) -> ReadUrl:
    return ReadUrl(read_url(text, None).href, connects=True)


READERS["whatwg"] = _read_alone  # so that a profile finds it by this name
