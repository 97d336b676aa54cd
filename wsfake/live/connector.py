"""From a host name to a connected socket: the name, TCP, TLS; without blocking."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import ssl
import threading
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from wsfake.live import system
from wsfake.live.reactor import Reactor
from wsfake.live.transport import close_socket

__all__ = ["Connector"]

_Address = tuple[int, Any]

_WHY = {errno.ECONNREFUSED: "refused", errno.ETIMEDOUT: "timeout"}
_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EINTR}


class Connector:
    """Makes one connection, to the first address of the host that answers.

    Ends in exactly one of `on_connected(socket)`, which hands the non-blocking socket over, and
    `on_failed(why, detail)`, with `why` as in `Refuse` and the system's own words in `detail`;
    both from inside `Reactor.wait()`. It has no timeout of its own: `abort()` gives up silently.
    A `sock` is one that is connected to the host already; then only TLS is to come.
    """

    def __init__(
        self,
        reactor: Reactor,
        host: str,
        port: int,
        *,
        tls: ssl.SSLContext | None,
        on_connected: Callable[[socket.socket], None],
        on_failed: Callable[[str, str], None],
        sock: socket.socket | None = None,
    ) -> None:
        self._reactor = reactor
        self._host = host
        self._port = port
        self._tls = tls
        self._on_connected = on_connected
        self._on_failed = on_failed
        self._addresses: list[_Address] = []
        self._failures: list[tuple[str, str]] = []
        self._socket = sock
        self._over = False
        reactor.own(self)
        if sock is not None:
            reactor.call_soon(self._tcp_made)
        elif _is_address(host):
            reactor.call_soon(self._look_up)
        else:
            # A daemon: `getaddrinfo` cannot be interrupted, and must not keep the process alive.
            threading.Thread(target=self._look_up, name=f"look up {host}", daemon=True).start()

    def abort(self) -> None:
        """Give up: free the socket and call nobody."""
        self._over = True
        self._reactor.disown(self)
        self._close_socket()

    def _look_up(self) -> None:
        found: list[_Address] = []
        detail = ""
        try:
            for family, _, _, _, address in system.getaddrinfo(
                self._host, self._port, type=socket.SOCK_STREAM
            ):
                found.append((family, address))
        except (OSError, UnicodeError) as error:  # UnicodeError: no name by the rules of IDNA
            detail = _words(error)
        self._reactor.call_soon_threadsafe(lambda: self._looked_up(found, detail))

    def _looked_up(self, found: list[_Address], detail: str) -> None:
        if self._over:
            return
        if not found:
            self._fail("not found", detail)
            return
        self._addresses = found
        self._next_address()

    def _next_address(self) -> None:
        while self._addresses:
            family, address = self._addresses.pop(0)
            try:
                if self._start(family, address):
                    return
            except OSError as error:  # a family that this machine does not have
                self._note(error)
            self._close_socket()
        # Where one address refuses, the host is there: that says more than what the others say.
        why, detail = next((f for f in self._failures if f[0] == "refused"), self._failures[-1])
        self._fail(why, detail)

    def _start(self, family: int, address: Any) -> bool:
        sock = socket.socket(family, socket.SOCK_STREAM)
        self._socket = sock
        sock.setblocking(False)
        number = system.connect_ex(sock, address)
        if number not in _UNDER_WAY:
            self._note(OSError(number, os.strerror(number)))
            return False
        self._reactor.watch(sock, self._tcp_ready, read=False, write=True)
        return True

    def _tcp_ready(self) -> None:
        sock = self._socket
        if self._over or sock is None:
            return
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._note(OSError(number, os.strerror(number)))
            self._close_socket()
            self._next_address()
        else:
            self._tcp_made()

    def _tcp_made(self) -> None:
        sock = self._socket
        if self._over or sock is None:
            return
        if self._tls is None:
            self._succeed(sock)
        else:
            self._start_tls(sock, self._tls)

    def _start_tls(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        self._reactor.unwatch(sock)
        try:
            # Takes the descriptor out of `sock`, which is empty from then on.
            self._socket = context.wrap_socket(
                sock, server_hostname=self._host, do_handshake_on_connect=False
            )
        except (OSError, ValueError) as error:
            self._fail("tls", _words(error))
        else:
            self._tls_ready()

    def _tls_ready(self) -> None:
        sock = self._socket
        if self._over or not isinstance(sock, ssl.SSLSocket):
            return
        try:
            sock.do_handshake()
        except ssl.SSLWantReadError:
            self._reactor.watch(sock, self._tls_ready, read=True, write=False)
        except ssl.SSLWantWriteError:
            self._reactor.watch(sock, self._tls_ready, read=False, write=True)
        except (OSError, ValueError) as error:  # SSLError is an OSError
            self._fail("tls", _words(error))
        else:
            self._succeed(sock)

    def _succeed(self, sock: socket.socket) -> None:
        self._reactor.unwatch(sock)
        self._socket = None
        self.abort()
        self._on_connected(sock)

    def _fail(self, why: str, detail: str) -> None:
        self.abort()
        self._on_failed(why, detail)

    def _note(self, error: OSError) -> None:
        self._failures.append((_WHY.get(error.errno or 0, "unreachable"), _words(error)))

    def _close_socket(self) -> None:
        sock, self._socket = self._socket, None
        if sock is not None:
            with contextlib.suppress(OSError, ValueError):
                self._reactor.unwatch(sock)
            close_socket(sock)


def _is_address(host: str) -> bool:
    """Whether there is no name to look up."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _words(error: Exception) -> str:
    text = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or str(error)
    return text[:1].lower() + text[1:]
