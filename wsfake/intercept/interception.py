"""Which connections of a program a test answers, and where they go instead."""

from __future__ import annotations

import errno
import gc
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

from wsfake.intercept.authority import Authority
from wsfake.intercept.lookout import WayTo
from wsfake.intercept.names import authority_of, is_literal
from wsfake.model import Event, Open, Refuse, normalise_url
from wsfake.model.urls import DEFAULT_PORTS
from wsfake.ports import TLS, Port

__all__ = ["Ground", "Interception", "Place"]

Place = tuple[str, int]
"""A host, as it was asked for, and a port."""

_REFUSAL_SECONDS = 30.0

_OTHER_PROTOCOLS = frozenset(
    {
        *(20, 21, 22, 23, 25, 53, 110, 111, 119, 123, 135, 137, 139, 143, 161, 162, 179, 194),
        *(389, 445, 465, 514, 587, 636, 853, 989, 990, 993, 995, 1080, 1433, 1521, 1883, 2049),
        *(2181, 3128, 3306, 3389, 4222, 5432, 5671, 5672, 5900, 6379, 6432, 7000, 7687, 8883),
        *(9042, 9092, 11211, 26257, 27017, 27018, 50051),
    }
)
"""Ports at which other protocols are at home: databases, mail, brokers, names, shells."""


class Ground(Protocol):
    """What an interception asks of the test that it belongs to."""

    @property
    def is_live(self) -> bool:
        """Whether what nothing else answers is connected to for real, through us."""

    def claims(self, host: str, port: int | None) -> bool:
        """Tell whether a connection to a host is served, or replayed or an alias.

        What is served is the test's own, and all else there is nobody's where it passes through.
        Without a port: whether any of its ports is.
        """

    def passes_through(self, host: str, port: int | None) -> bool:
        """Tell whether what is not served at a host is let through (`ws_passthrough`)."""

    @property
    def serves_tls(self) -> bool:
        """Whether a wss URL is served, replayed or an alias."""

    def name_at(self, host: str, port: int) -> str:
        """Return the name under which the test knows a host: this machine has several."""

    def scheme_at(self, host: str, port: int) -> str | None:
        """Return `ws` or `wss`, as the URLs at a place say; None where they do not."""

    def named_hosts(self) -> list[str]:
        """Return the hosts that are served, replayed or aliases, as far as they have names."""

    def is_own(self, host: str, port: int) -> bool:
        """Tell whether a port of the test's own is there, to which nobody is to be led."""

    def open_port(self, origin: str, tls: TLS | None) -> Port:
        """Return a port at which whoever answers the origin does. Time is real then."""

    def open_crossing(self, host: str, port: int, tls: Callable[[], TLS] | None) -> Port:
        """Return a port at which who asks for a WebSocket is received, and others pass."""

    def remember(self, host: str, context: ssl.SSLContext) -> None:
        """Take note by what a client verifies a host."""

    def seek(self, place: WayTo) -> None:
        """Take note of a place that a client connects to, and that nobody here answers."""

    def find(self, place: WayTo) -> None:
        """Take note that somebody real is there."""

    def refuse_unanswered(self, opening: Open) -> str:
        """Let the test fail for a client whom nobody answers; return why, in a line."""

    def note_nobody(self, host: str, port: int | None, why: str) -> None:
        """Take note that nobody real is at a place, or that there is no such host."""

    def note_somebody(self, host: str, port: int) -> None:
        """Take note that somebody real is there."""

    def nobody_at(self, host: str, port: int | None) -> str | None:
        """Return why nobody was at a place when the cassette was recorded; else None."""

    def next_refused(self, host: str, port: int, *, secure: bool) -> str | None:
        """Return the URL of the next connection there, if nobody is to take it; else None."""

    def refuse(self, url: str, told: Refusal) -> None:
        """Open that connection, so that what becomes of it is told."""


class Refusal:
    """A client that nobody takes."""

    def __init__(self) -> None:
        self.why = "refused"
        self._happened = threading.Event()

    def arrive(self, what: Event) -> None:
        if isinstance(what, Refuse):
            self.why = what.why
        self._happened.set()

    def wait(self) -> str:
        self._happened.wait(_REFUSAL_SECONDS)
        return self.why


class Interception:
    """Answers for the places of one test: an address for a name, a port of ours for an address.

    `by_loop` is where it is for an event loop that answers its own clients in memory: it has what
    gets past that.
    """

    def __init__(self, ground: Ground, *, by_loop: bool = False) -> None:
        self.ground = ground
        self.by_loop = by_loop
        self._authority: Authority | None = None
        self._lock = threading.Lock()

    def hosts(self) -> list[str]:
        """Return the hosts for which no proxy is to be asked."""
        return ["*"] if self.ground.is_live else self.ground.named_hosts()

    # Names

    def claims_name(self, host: str) -> bool:
        """Tell whether a name is to be found at an address of ours."""
        return not is_literal(host) and self._answers_at(host, None)

    def find_host(self, host: str, look_up: Callable[[], object]) -> None:
        """Raise the `socket.gaierror` of a name that is none; where it is real, as `look_up`."""
        if self.is_foreign(host, None):
            try:
                look_up()
            except socket.gaierror:
                self.note_no_host(host)
                raise
        elif self.is_no_host(host):
            raise error_of("not found")

    def note_no_host(self, host: str) -> None:
        """Take note of a name that was looked up in reality, and is none."""
        self.ground.note_nobody(host, None, "not found")

    def is_no_host(self, host: str) -> bool:
        """Tell whether a name was none when the cassette was recorded."""
        return self.ground.nobody_at(host, None) == "not found"

    def closes(self, host: str) -> bool:
        """Tell whether nobody is to be connected to a name for a WebSocket, as nobody answers."""
        return not self.ground.is_live and not self.ground.passes_through(host, None)

    # Places

    def claims(self, place: Place) -> bool:
        """Tell whether a connection is to be answered by us."""
        return self._answers_at(*place)

    def _answers_at(self, host: str, port: int | None) -> bool:
        ground = self.ground
        if ground.claims(host, port):
            return True
        passes = port in _OTHER_PROTOCOLS or ground.passes_through(host, port)
        return ground.is_live and not passes

    def is_foreign(self, host: str, port: int | None) -> bool:
        """Tell whether who connects to a host is led to somebody real, through us.

        Without a port: whether nothing of the test is at any of its ports.
        """
        return self.ground.is_live and not self.ground.claims(host, port)

    def watches(self, place: Place) -> bool:
        """Tell whether a connection that nobody answers is refused if it is for a WebSocket."""
        host, port = place
        ground = self.ground
        here = port in _OTHER_PROTOCOLS or ground.passes_through(host, port)
        return not here and not ground.is_live

    def seek(self, place: WayTo) -> None:
        """Take note of a place that a client connects to, and that nobody here answers."""
        self.ground.seek(place)

    def find(self, place: WayTo) -> None:
        """Take note that somebody real is there."""
        self.ground.find(place)

    def refuse(self, opening: Open, place: WayTo) -> str | None:
        """Refuse a client that asks for a WebSocket which nobody answers, and return why.

        By TLS it may yet be one that is answered, as its address is not known there.
        """
        parts, (host, _) = urlsplit(opening.url), place
        ground, name = self.ground, parts.hostname or host
        port = parts.port or DEFAULT_PORTS[parts.scheme]
        passes = any(ground.passes_through(each, port) for each in (name, host))
        secure = parts.scheme == "wss"
        answered = secure and ground.claims(host, port if name == host else None)
        if passes or answered or ground.is_own(host, port):
            return None
        return ground.refuse_unanswered(opening)

    def port_for(self, place: Place) -> int:
        """Return the port on this machine that stands for a place.

        Raises the `OSError` that the test wants to be seen in place of a connection.
        """
        host, port = place
        why = self.ground.nobody_at(host, port)
        if why is not None:
            raise error_of(why)
        scheme = self.ground.scheme_at(host, port)
        if scheme is None:
            return self._port_of_anybody(place)
        secure = scheme == "wss"
        url = self.ground.next_refused(host, port, secure=secure)
        if url is not None:
            refusal = Refusal()
            self.ground.refuse(url, refusal)
            raise error_of(refusal.wait())
        name = self.ground.name_at(host, port)
        origin = normalise_url(f"{scheme}://{authority_of(name, port)}").removesuffix("/")
        return self.ground.open_port(origin, self._tls(host) if secure else None).port

    def crossing_for(self, place: Place, secure: bool) -> int:
        """Return a port that lets through what is no WebSocket, and refuses what is one.

        Where it is not `secure`, TLS passes unread.
        """
        tls = partial(self._tls, place[0]) if secure else None
        return self.ground.open_crossing(*place, tls).port

    def _port_of_anybody(self, place: Place) -> int:
        return self._crossing_of_anybody(place).port

    def port_ahead_of(self, place: Place, client: int, server: socket.socket) -> int:
        """Return the port for a place to which somebody is connected already, for a client.

        `client` is the port that the client will come from.
        """
        self.ground.note_somebody(*place)
        crossing = self._crossing_of_anybody(place)
        crossing.expect(client, server)
        return crossing.port

    @contextmanager
    def dialling(self, place: Place) -> Iterator[None]:
        """Take note of a place at which nobody is, if that is found out in this block.

        From now on time is real, as with every client of a port.
        """
        self._crossing_of_anybody(place)
        try:
            yield
        except OSError as error:
            self.ground.note_nobody(*place, why_of(error))
            raise

    def _crossing_of_anybody(self, place: Place) -> Port:
        host, port = place
        name = self.ground.name_at(host, port)
        return self.ground.open_crossing(name, port, partial(self._tls, host))

    # TLS

    def be_trusted(self, context: ssl.SSLContext, host: str | None) -> None:
        """Let a client's context trust our certificates, if it may come to see one.

        Some have their context wrap a socket first, and connect it then.
        """
        if self._authority is not None or self._may_serve(host):
            self.be_trusted_at_once(context)

    def be_trusted_at_once(self, context: ssl.SSLContext) -> None:
        """Let a client's context trust our certificates."""
        with self._lock:
            self._need_authority().be_trusted(context)

    def remember(self, context: ssl.SSLContext, host: str) -> None:
        """Take note by what a client verifies a host: so do we, where we connect for it."""
        self.ground.remember(host, context)

    def _may_serve(self, host: str | None) -> bool:
        ground = self.ground
        if host is None:  # in memory no certificate is shown
            return ground.is_live or (ground.serves_tls and not self.by_loop)
        return self._answers_at(host, None)

    def _tls(self, host: str) -> TLS:
        with self._lock:
            return self._need_authority().certify(host)

    def _need_authority(self) -> Authority:
        if self._authority is None:
            self._authority = Authority()
            if "picows" in sys.modules:  # its engine of C asks no context to wrap anything
                for each in gc.get_objects():
                    if issubclass(type(each), ssl.SSLContext):  # not of what a proxy stands for
                        self._authority.be_trusted(each)
        return self._authority


def why_of(error: OSError) -> str:
    """Return why a connection did not come about, in the words of a `Refuse`."""
    if isinstance(error, socket.gaierror):
        return "not found"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "refused" if error.errno == errno.ECONNREFUSED else "unreachable"


def error_of(why: str, address: Place | None = None) -> OSError:
    """Return what the system says of a connection that does not come about.

    With an address, in the words of asyncio.
    """
    if why == "not found":
        return socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if why == "tls":
        return ssl.SSLCertVerificationError(1, "certificate verify failed")
    number = _NUMBERS.get(why, errno.ECONNREFUSED)
    said = os.strerror(number) if address is None else f"Connect call failed {address}"
    return OSError(number, said)


_NUMBERS = {
    "refused": errno.ECONNREFUSED,
    "unreachable": errno.EHOSTUNREACH,
    "timeout": errno.ETIMEDOUT,
}
