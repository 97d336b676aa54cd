"""When two URLs are one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from wsfake.errors import UsageError
from wsfake.values import Value

__all__ = [
    "DEFAULT_PORTS",
    "PLACEHOLDER",
    "UrlPattern",
    "ascii_name",
    "comparable",
    "is_at",
    "mask_user_info",
    "names_of",
    "normalise_url",
    "one_form",
    "one_name",
    "place_of",
]

DEFAULT_PORTS = {"ws": 80, "wss": 443}

PLACEHOLDER = "<redacted>"
"""Stands in a recording for a secret; where it is expected, anything matches."""


@lru_cache(maxsize=1024)
def normalise_url(url: str) -> str:
    """Return the form of a `ws` or `wss` URL in which equal URLs are equal strings.

    Scheme and host lose their case, the scheme's default port and the fragment are dropped, and an
    empty path is `/`. A trailing slash, the order of the query and escapes count (RFC 3986 section
    6.2.2 and 6.2.3, as far as servers of WebSockets keep to them). What no request can hold is
    escaped, as clients do with it: a space, quotes, braces and the like, and whatever is not ASCII
    (RFC 3987 section 3.1). Not `<redacted>`, which stands for what was taken out.

    Raises `UsageError` for anything that is not a `ws` or `wss` URL with a host.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"expected a ws or wss URL, got {_shown(url)}: {error}") from None
    except AttributeError:  # no text at all
        raise UsageError(f"expected a ws or wss URL with a host, got {_shown(url)}") from None
    scheme = parts.scheme
    if scheme not in DEFAULT_PORTS or not parts.hostname or re.search(r"\s", parts.hostname):
        raise UsageError(f"expected a ws or wss URL with a host, got {_shown(url)}")
    host = _in_url(ascii_name(parts.hostname))
    user, at, _ = parts.netloc.rpartition("@")
    authority = f"{user}{at}{host}"
    if port is not None and port != DEFAULT_PORTS[scheme]:
        authority += f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{authority}{_escaped(parts.path or '/')}{_escaped(query)}"


_USER_INFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:[/\\]*|[/\\]{2,})[^/?#]*@")
"""Also where slashes are missing, or are backslashes: some readers of URLs take these too."""


def mask_user_info(url: str) -> str:
    """Return a URL with `<redacted>` for its user info, which holds a password."""
    return _USER_INFO.sub(rf"\1{PLACEHOLDER}@", url)


def _shown(url: object) -> str:
    return repr(mask_user_info(url) if isinstance(url, str) else url)


def ascii_name(host: str) -> str:
    """Return the name of a host as it is looked up (RFC 3490); itself, where it can be none."""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


_NOT_SENT = re.compile(r'(?:[^\x21-\x7e]|["<>\\^`{|}])+')


def _escaped(part: str) -> str:
    pieces = part.split(PLACEHOLDER)
    return PLACEHOLDER.join(
        _NOT_SENT.sub(lambda run: quote(run[0], errors="surrogatepass"), piece) for piece in pieces
    )


def comparable(normal: str, other: str) -> tuple[str, str]:
    """Return two URLs, in the form of `normalise_url`, equal where they are one.

    Their hosts are written as `one_name` has them. They are without user info if one of them has
    none: it is no part of a request, as clients make a header of it (RFC 7617), or leave it out.
    """
    normal, other = one_form(normal), one_form(other)
    bare, other_bare = _without_user(normal), _without_user(other)
    one_has_none = (bare == normal) != (other_bare == other)
    return (bare, other_bare) if one_has_none else (normal, other)


def one_name(host: str) -> str:
    """Return a host by one of the names that it has.

    This machine has several; an address of IPv6 several spellings (RFC 5952), and one for IPv4
    (RFC 4291 section 2.5.5.2); and a dot at the end of a name is the root's, where all names end.
    """
    name = ascii_name(host.lower()).removesuffix(".")
    if ":" in name:
        from ipaddress import IPv6Address  # noqa: PLC0415 - few tests have one

        try:
            address = IPv6Address(name)
        except ValueError:
            return name
        name = str(address.ipv4_mapped or address)
    return "localhost" if name in THIS_MACHINE else name


def names_of(host: str) -> frozenset[str]:
    """Return the names under which a host may be asked for."""
    name = one_name(host)
    return frozenset({name, host.lower()}) | (THIS_MACHINE if name in THIS_MACHINE else set())


@lru_cache(maxsize=1024)
def one_form(normal: str) -> str:
    """Return a URL, in the form of `normalise_url`, with its host as `one_name` has it."""
    before, authority, after = _split_host(normal)
    host, port = _split_port(authority)
    return f"{before}{_in_url(one_name(host))}{port}{after}" if host else normal


def _split_port(authority: str) -> tuple[str, str]:
    """Return the host of an authority, without brackets, and what comes behind it."""
    host, colon, port = authority.rpartition(":")
    if not colon or port.endswith("]"):
        host, colon, port = authority, "", ""
    return host.removeprefix("[").removesuffix("]"), colon + port


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _without_user(normal: str) -> str:
    before, host, after = _split_host(normal)
    return f"{before.rpartition('//')[0]}//{host}{after}" if before.endswith("@") else normal


def place_of(url: str) -> tuple[str, int]:
    """Return the host and the port of a `ws` or `wss` URL."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]


def is_at(url: str, host: str, port: int | None) -> bool:
    """Tell whether a URL is of a host and port, as far as names go; None is any port."""
    try:
        return _at(normalise_url(url), host, port)
    except UsageError:
        return False


def _at(normal: str, host: str, port: int | None) -> bool:
    here, number = place_of(normal)
    return port in {None, number} and one_name(host) == one_name(here)


THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})

_ANY = "wsfake-any"
_HOST = re.compile(r"((?:[^/?#]*://)(?:[^/?#]*@)?)([^/?#]*)(.*)", re.DOTALL)


def _split_host(url: str) -> tuple[str, str, str]:
    found = _HOST.fullmatch(url)
    return (found[1], found[2], found[3]) if found else (url, "", "")


class UrlPattern(Value):
    """The URLs that something is served at: one, or all that a pattern fits."""

    __slots__ = ("_authorities", "_exact", "_pattern", "source")

    def __init__(
        self,
        source: str | re.Pattern[str],
        exact: str | None,
        pattern: re.Pattern[str] | None,
        authorities: re.Pattern[str] | None = None,
    ) -> None:
        self.source: Final = source
        self._exact: Final = exact
        self._pattern: Final = pattern
        self._authorities: Final = authorities
        """What fits the scheme and the authority alone; None where that is not known."""

    @classmethod
    def of(cls, url: str | re.Pattern[str]) -> UrlPattern:
        """Accept a URL, a URL with `*` in its host, or a compiled pattern for the whole URL.

        Raises `UsageError` for anything else.
        """
        if isinstance(url, re.Pattern) and isinstance(url.pattern, str):
            return cls(url, None, url, _authorities_of(url))
        if not isinstance(url, str):
            raise UsageError(
                f"expected a URL (str) or a compiled pattern, got {type(url).__name__}: {url!r}"
            )
        before, host, after = _split_host(url)
        if "*" not in host:
            return cls(url, normalise_url(url), None)
        try:
            probe = normalise_url(before + host.replace("*", _ANY) + after)
        except UsageError:
            raise UsageError(
                f"expected a ws or wss URL with * in its host, got {_shown(url)}"
            ) from None
        before, host, _ = _split_host(_without_user(probe))
        return cls(url, None, _with_any(probe), _with_any(before + host))

    def fits(self, url: str) -> bool:
        """Tell whether a URL, in the form of `normalise_url`, is one of these."""
        if self._exact is not None:
            if self._exact == url:
                return True
            exact, asked = comparable(self._exact, url)
            return exact == asked
        assert self._pattern is not None
        return any(map(self._pattern.fullmatch, _spellings(url)))

    def fits_place(self, host: str, port: int | None) -> bool:
        """Tell whether a URL at a host and port can be one of these; None is any port.

        Of some compiled patterns no more is known than whether they name the host, or fit the root
        of it.
        """
        if self._exact is not None:
            return _at(self._exact, host, port)
        origins = [
            _origin(scheme, name, number)
            for name in names_of(host)
            for scheme in DEFAULT_PORTS
            for number in (self._ports(scheme) if port is None else [port])
        ]
        if self._authorities is not None:
            return any(map(self._authorities.fullmatch, origins))
        names = (host, re.escape(host))
        return any(name in str(self) for name in names) or any(
            self.fits(f"{origin}/") for origin in origins
        )

    def _ports(self, scheme: str) -> list[int]:
        """Return the ports at which one of these may be, where no port is known."""
        named = [int(number) for number in re.findall(r":(\d{1,5})(?!\d)", str(self))]
        of_any_length = [10**zeros for zeros in range(5)]
        return [DEFAULT_PORTS[scheme], *named, *of_any_length]

    def url_at(self, scheme: str, host: str, port: int) -> str | None:
        """Return a URL with a scheme, at a host and port, that is one of these; None for none.

        Of compiled patterns only the root is tried.
        """
        if isinstance(self.source, re.Pattern):
            url = f"{_origin(scheme, host, port)}/"
        else:
            before, name, after = _split_host(self.source)
            if "*" in name:
                name = _origin(scheme, host, port).partition("//")[2]
            url = before + name + after
        normal = normalise_url(url)
        here = normal.startswith(f"{scheme}:") and _at(normal, host, port)
        return url if here and self.fits(normal) else None

    def __str__(self) -> str:
        return self.source.pattern if isinstance(self.source, re.Pattern) else self.source


def _spellings(normal: str) -> Iterator[str]:
    """Yield the ways in which a URL may be written, of which a pattern need fit but one."""
    before, authority, after = _split_host(normal)
    host, port = _split_port(authority)
    for name in names_of(host):
        url = f"{before}{_in_url(name)}{port}{after}"
        yield from {url, _without_user(url)}


def _origin(scheme: str, host: str, port: int) -> str:
    """Return a scheme and an authority as they stand in the form of `normalise_url`."""
    name = _in_url(ascii_name(host.lower()))
    behind = "" if port == DEFAULT_PORTS[scheme] else f":{port}"
    return f"{scheme}://{name}{behind}"


def _with_any(probe: str) -> re.Pattern[str]:
    return re.compile(re.escape(probe).replace(re.escape(_ANY), r"[^/@]*"))


_PART = r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|."
"""A part of a regular expression in which a slash or a bracket means one thing."""

_SLASHES_BEFORE_PATH = 2


def _authorities_of(pattern: re.Pattern[str]) -> re.Pattern[str] | None:
    """Return what a pattern for whole URLs says of the scheme and the authority alone.

    None where its path begins at no place of its own: in a group, behind `|`, or not at all.
    """
    depth = slashes = 0
    end = None
    for token in re.finditer(_PART, pattern.pattern, re.DOTALL):
        text = token[0]
        depth += (text == "(") - (text == ")")
        if depth == 0 and text == "|":
            return None
        if depth == 0 and text in {"/", r"\/"}:
            if slashes == _SLASHES_BEFORE_PATH and end is None:
                end = token.start()
            slashes += 1
    if end is None or pattern.flags & re.VERBOSE:
        return None
    return re.compile(pattern.pattern[:end], pattern.flags)
