"""Which connections of a program a test answers, and where they go instead."""

from __future__ import annotations

import errno
import gc
import os
import socket
import ssl
import sys
import threading
from typing import Protocol

from wsfake.intercept.authority import Authority
from wsfake.intercept.names import Names, is_literal
from wsfake.model import Event, Refuse, normalise_url
from wsfake.ports import TLS, Port

__all__ = ["Ground", "Interception", "Place"]

Place = tuple[str, int]
"""A host, as it was asked for, and a port."""

_REFUSAL_SECONDS = 30.0
_SECURE_PORTS = {443, 8443}

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
        """Tell whether a connection to a host is served, replayed or an alias."""

    def passes_through(self, host: str, port: int | None) -> bool:
        """Tell whether connections to a host are never touched (`ws_passthrough`)."""

    @property
    def serves_tls(self) -> bool:
        """Whether a wss URL is served, replayed or an alias."""

    def name_at(self, host: str, port: int) -> str:
        """Return the name under which the test knows a host: this machine has several."""

    def scheme_at(self, host: str, port: int) -> str | None:
        """Return `ws` or `wss`, as the URLs at a place say; None where they do not."""

    def open_port(self, origin: str, tls: TLS | None) -> Port:
        """Return a port at which whoever answers the origin does."""

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
    """Answers for the places of one test: an address for a name, a port of ours for an address."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.names = Names()
        self._authority: Authority | None = None
        self._lock = threading.Lock()

    # Names

    def claims_name(self, host: str) -> bool:
        """Tell whether a name is to be found at an address of ours."""
        if is_literal(host) or self.ground.passes_through(host, None):
            return False
        return self.ground.claims(host, None) or self.ground.is_live

    def place(self, host: str, port: int) -> Place:
        """Return what is meant by a host or an address that we gave to one."""
        return self.names.host_of(host), port

    def is_ours(self, address: str) -> bool:
        """Tell whether an address is one that we gave to a host."""
        return self.names.host_of(address) != address

    # Places

    def claims(self, place: Place) -> bool:
        """Tell whether a connection is to be answered by us."""
        host, port = place
        ground = self.ground
        if ground.passes_through(host, port):
            return False
        if ground.claims(host, port):
            return True
        return ground.is_live and port not in _OTHER_PROTOCOLS

    def port_for(self, place: Place) -> int:
        """Return the port on this machine that stands for a place.

        Raises the `OSError` that the test wants to be seen in place of a connection.
        """
        host, port = place
        scheme = self.ground.scheme_at(host, port) or _usual_scheme(port)
        secure = scheme == "wss"
        url = self.ground.next_refused(host, port, secure=secure)
        if url is not None:
            refusal = Refusal()
            self.ground.refuse(url, refusal)
            raise error_of(refusal.wait())
        name = self.ground.name_at(host, port)
        authority = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
        origin = normalise_url(f"{scheme}://{authority}").removesuffix("/")
        return self.ground.open_port(origin, self._tls(host) if secure else None).port

    # TLS

    def be_trusted(self, context: ssl.SSLContext, host: str | None) -> None:
        """Let a client's context trust our certificates, if it may come to see one.

        Some have their context wrap a socket first, and connect it then.
        """
        if self._authority is not None or self._may_serve(host):
            with self._lock:
                self._need_authority().be_trusted(context)

    def _may_serve(self, host: str | None) -> bool:
        ground = self.ground
        if host is None:
            return ground.is_live or ground.serves_tls
        passes = ground.passes_through(host, None)
        return not passes and (ground.is_live or ground.claims(host, None))

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


def error_of(why: str) -> OSError:
    """Return what the system says of a connection that does not come about."""
    if why == "not found":
        return socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if why == "tls":
        return ssl.SSLCertVerificationError(1, "certificate verify failed")
    number = _NUMBERS.get(why, errno.ECONNREFUSED)
    return OSError(number, os.strerror(number))


_NUMBERS = {
    "refused": errno.ECONNREFUSED,
    "unreachable": errno.EHOSTUNREACH,
    "timeout": errno.ETIMEDOUT,
}


def _usual_scheme(port: int) -> str:
    return "wss" if port in _SECURE_PORTS else "ws"
