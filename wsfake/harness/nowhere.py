"""The places at which a client found nobody, of which no more is known: it asked for no URL."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from wsfake.model.urls import one_name

__all__ = ["Nowhere"]

_SCHEME = "tcp"

_Place = tuple[str, "int | None"]


class Nowhere:
    """Knows where nobody is; a host that does not exist is nowhere at any port.

    In a cassette it is in the footer, as a URL with the scheme `tcp` and why (as in `Refuse`): it
    has no place in the order of entries, as anybody may look again and again whether somebody
    listens. Where somebody does at last, that alone is what a replay needs to know.
    """

    def __init__(self) -> None:
        self._whys: dict[_Place, str] = {}
        self._found: set[_Place] = set()

    def nobody(self, host: str, port: int | None, why: str) -> None:
        place = one_name(host), port
        if port is not None:  # so there is such a host
            self._whys.pop((place[0], None), None)
        if place not in self._found:
            self._whys[place] = why

    def somebody(self, host: str, port: int) -> None:
        for place in ((one_name(host), port), (one_name(host), None)):
            self._found.add(place)
            self._whys.pop(place, None)

    def why(self, host: str, port: int | None) -> str | None:
        """Return why nobody is at a place; without a port, at one of the host's at least."""
        name = one_name(host)
        if port is None:
            return next((why for (each, _), why in self._whys.items() if each == name), None)
        return self._whys.get((name, port)) or self._whys.get((name, None))

    @property
    def hosts(self) -> list[str]:
        return [host for host, _ in self._whys]

    def extras(self) -> dict[str, str | int]:
        """Return what is written into the footer of a cassette."""
        return {_url(*place): why for place, why in self._whys.items()}

    def read(self, extras: Mapping[str, str | int]) -> None:
        """Know what a footer says, of which not all need be this."""
        for url, why in extras.items():
            place = _place(url)
            if place is not None:
                self.nobody(*place, str(why))


def _url(host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{_SCHEME}://{name}" if port is None else f"{_SCHEME}://{name}:{port}"


def _place(url: str) -> _Place | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return (parts.hostname, port) if parts.scheme == _SCHEME and parts.hostname else None
