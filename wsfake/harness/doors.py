"""The real ports of a test, made when the first of them is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from wsfake.clock import VirtualClock
from wsfake.errors import UsageError
from wsfake.harness.settings import Settings
from wsfake.model import normalise_url
from wsfake.real_time import microseconds_now
from wsfake.transcript.matching import PLACEHOLDER

if TYPE_CHECKING:
    import ssl

    from wsfake.harness.desk import FrontDesk
    from wsfake.model import Open
    from wsfake.network import End
    from wsfake.ports import TLS, Port, Ports
    from wsfake.proxy import Faults

__all__ = ["Doors", "Secure"]

Secure: TypeAlias = "bool | str | os.PathLike[str] | ssl.SSLContext | TLS | None"
"""Whether a port speaks TLS: no; with a throw-away certificate; with that of a PEM file; so."""


class Doors:
    """Opens ports, and closes them. Nothing of it is loaded before it is needed."""

    def __init__(
        self, settings: Settings, clock: VirtualClock, make_desk: Callable[[], FrontDesk]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._make_desk = make_desk
        self._process = os.getpid()
        self._throw_away: TLS | None = None
        self._named: dict[object, TLS] = {}
        self.ports: Ports | None = None
        self.on_open: Callable[[Ports], None] = lambda _: None
        """Called with the ports, once there are any."""

    def open(
        self,
        url: str,
        *,
        tls: Secure = False,
        faults: Faults | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> Port:
        """Listen for the origin of a URL. Time is real from now on.

        Raises `UsageError` for what is no URL, and where it cannot listen.
        """
        normalise_url(url)
        if not isinstance(host, str) or type(port) is not int:
            raise UsageError(f"expected a host (str) and a port (int), got {host!r} and {port!r}")
        if faults is not None and not hasattr(faults, "takes_time"):
            raise UsageError(f"expected faults, as in Faults(latency=0.1), got {faults!r}")
        return self._open_ports().open(url, host=host, port=port, tls=self._tls(tls), faults=faults)

    def cross(self, host: str, port: int, tls: Callable[[], TLS] | None) -> Port:
        """Listen for a host and port at which it is not known what is spoken. As `open`."""
        return self._open_ports().cross(host, port, tls)

    def is_at(self, host: str, port: int) -> bool:
        """Tell whether one of our own ports is at an address."""
        return self.ports is not None and self.ports.is_at(host, port)

    def connect(self, opening: Open, client: End) -> None:
        """Open a connection that has no socket, in the thread of the ports."""
        self._open_ports().connect(opening, client)

    @staticmethod
    def url_at(port: Port, url: str) -> str:
        """Return a URL with the port in the place of its origin."""
        parts = urlsplit(url)
        scheme, _, authority = port.url.partition("://")
        user, at, _ = parts.netloc.rpartition("@")
        if PLACEHOLDER in user:  # which no client can send
            user = at = ""
        query = f"?{parts.query}" if parts.query else ""
        return f"{scheme}://{user}{at}{authority}{parts.path}{query}"

    @property
    def ca_file(self) -> Path:
        """The file of the authority whose certificates are thrown away; made when asked for."""
        path = self._throw_away_tls().ca_file
        assert path is not None
        return path

    def _open_ports(self) -> Ports:
        if self.ports is None:
            from wsfake.ports import Ports  # noqa: PLC0415 - it takes websockets

            wait = self._settings.order_wait
            self.ports = Ports(self._make_desk(), process=self._process, order_wait=wait)
            if not self._clock.real:
                self._clock.follow(microseconds_now)
            self.on_open(self.ports)
        return self.ports

    def _tls(self, wish: Secure) -> TLS | None:
        from wsfake.ports import TLS  # noqa: PLC0415 - as above

        if wish is False or wish is None:
            return None
        if isinstance(wish, TLS):
            return wish
        if wish is True:
            return self._throw_away_tls()
        known = self._named.get(wish)
        if known is None:
            if isinstance(wish, str | os.PathLike):
                known = TLS.of_file(os.fspath(wish))
            elif hasattr(wish, "wrap_socket"):
                known = TLS(wish)
            else:
                raise UsageError(
                    "expected tls to be True, the path of a PEM file, or an ssl.SSLContext,"
                    f" got {wish!r}"
                )
            self._named[wish] = known
        return known

    def _throw_away_tls(self) -> TLS:
        if self._throw_away is None:
            from wsfake.ports import TLS  # noqa: PLC0415 - as above

            self._throw_away = TLS.throw_away()
        return self._throw_away

    # The end

    def settle(self) -> None:
        """Hear what clients have said so far, for a bounded time."""
        if self.ports is not None:
            self.ports.settle()

    def leave(self) -> None:
        """End what is still open."""
        if self.ports is not None:
            self.ports.leave()

    def close(self) -> str:
        """Free everything, within a bounded time; return what a test is to be warned of."""
        if self._throw_away is not None:
            self._throw_away.forget()
        if self.ports is not None:
            self.ports.close()
            if self.ports.stuck:
                return (
                    "the thread that serves the ports did not end in 10 s:"
                    " something that it called, such as a handler of serve(), does not return"
                )
        return ""
