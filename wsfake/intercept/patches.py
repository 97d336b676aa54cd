"""What is put in the place of the system's functions, for as long as anything is intercepted.

Below the libraries, and not inside them: so it makes no difference how, or when, a library was
imported. The stack of interceptions is of the whole process, as its sockets are; with the last of
them everything is as it was.
"""

from __future__ import annotations

import _socket
import socket
import ssl
import sys
from collections.abc import Callable
from functools import partial
from threading import RLock
from typing import Any

from wsfake.intercept.interception import Interception, Place
from wsfake.intercept.names import number_of

__all__ = ["begin", "end"]

_lock = RLock()
_active: list[Interception] = []
_undo: list[Callable[[], None]] = []


def begin(interception: Interception) -> None:
    """Intercept, beside what is intercepted already."""
    with _lock:
        if not _active:
            try:
                _install()
            except BaseException:
                _restore()
                raise
        _active.append(interception)
        _install_late()


def end(interception: Interception) -> None:
    """Intercept no more; with the last of them, put everything back. Twice is nothing."""
    with _lock:
        if interception in _active:
            _active.remove(interception)
            if not _active:
                _restore()


def _restore() -> None:
    while _undo:
        _undo.pop()()


def _replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Put something in the place of an attribute, which is put back as it was, or taken away."""
    own = vars(owner).get(name, _NONE)
    made = make(getattr(owner, name))
    setattr(owner, name, made)

    def undo() -> None:
        if vars(owner).get(name) is not made:
            return  # somebody else has replaced it since, and calls ours, which does nothing now
        if own is _NONE:
            delattr(owner, name)
        else:
            setattr(owner, name, own)

    _undo.append(undo)


_NONE = object()


def _instead(other: Any, _: Any) -> Any:
    return other


def _install() -> None:
    real = next(kind for kind in socket.socket.__mro__ if kind.__module__ == "socket")
    if socket.socket is not real:  # as pytest-socket has it: what is not ours is still refused
        guarded = socket.socket
        _replace(socket, "socket", partial(_instead, real))
        _refusing.append(guarded)
        _undo.append(_refusing.clear)
    _replace(socket, "getaddrinfo", _getaddrinfo)
    _replace(socket, "gethostbyname", _gethostbyname)
    _replace(real, "connect", _connect)
    _replace(real, "connect_ex", _connect_ex)
    for name, position in _WRAPPERS.items():
        _replace(ssl.SSLContext, name, partial(_trusting, position))
    _replace(ssl.SSLContext, "load_default_certs", _trusting_from_the_start)


def _install_late() -> None:
    """Put what is ours into modules that are loaded by now, and were not before."""
    for module, install in _LATE.items():
        if module in sys.modules and module not in _installed:
            _installed.add(module)
            _undo.append(partial(_installed.discard, module))
            install(sys.modules[module])


_installed: set[str] = set()
_refusing: list[type] = []
"""A class of sockets that none may be made of, where something has put it in the place of ours."""


def _latest_first() -> list[Interception]:
    with _lock:  # not held while a test is asked: it has a lock of its own
        return _active[::-1]


def _for_name(host: Any) -> Interception | None:
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or not name:
        return None
    return next((each for each in _latest_first() if each.claims_name(name)), None)


def _for_place(address: Any) -> tuple[Interception, Place] | None:
    if not isinstance(address, tuple) or len(address) < 2 or not isinstance(address[0], str):
        return None
    port = number_of(address[1])
    if port is None:
        return None
    for each in _latest_first():
        place = each.place(address[0], port)
        if each.claims(place):
            return each, place
    return None


def _origin_of(address: Any) -> str | None:
    """Return the host behind an address of ours, of which another port is wanted."""
    if isinstance(address, tuple) and address and isinstance(address[0], str):
        for each in _latest_first():
            if each.is_ours(address[0]):
                return each.place(address[0], 0)[0]
    return None


# Names


def _getaddrinfo(real: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(  # noqa: PLR0917 - as the system has it
        host: Any,
        port: Any,
        family: int = 0,
        type: int = 0,  # noqa: A002 - as above
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        interception = _for_name(host)
        if interception is None:
            return real(host, port, family, type, proto, flags)
        if family not in {socket.AF_UNSPEC, socket.AF_INET}:
            raise socket.gaierror(socket.EAI_ADDRFAMILY, "Address family not supported")
        name = host.decode() if isinstance(host, bytes) else host
        return interception.names.infos(name, number_of(port) or 0, type, proto)

    return getaddrinfo


def _gethostbyname(real: Callable[..., str]) -> Callable[..., str]:
    def gethostbyname(hostname: str) -> str:
        interception = _for_name(hostname)
        return real(hostname) if interception is None else interception.names.address_of(hostname)

    return gethostbyname


# Sockets


def _target(sock: socket.socket, address: Any) -> Any:
    """Return where a connection really goes."""
    if sock.family not in {socket.AF_INET, socket.AF_INET6} or sock.type != socket.SOCK_STREAM:
        return address
    found = _for_place(address)
    if found is not None:
        interception, place = found
        host = "127.0.0.1" if sock.family == socket.AF_INET else "::ffff:127.0.0.1"
        return (host, interception.port_for(place))
    name = _origin_of(address)
    if name is not None:  # a name of ours, at a port that is not
        infos = _socket.getaddrinfo(name, address[1], sock.family, socket.SOCK_STREAM)
        address = infos[0][4]
    if _refusing:
        _refusing[0]()  # which raises what it has to say
    return address


def _connect(real: Callable[..., None]) -> Callable[..., None]:
    def connect(self: socket.socket, address: Any) -> None:
        target = _target(self, address)
        if target is address:
            real(self, address)
        else:  # not by what others have put there to allow no hosts but some
            _socket.socket.connect(self, target)

    return connect


def _connect_ex(real: Callable[..., int]) -> Callable[..., int]:
    def connect_ex(self: socket.socket, address: Any) -> int:
        try:
            target = _target(self, address)
        except OSError as error:
            if error.errno is None or isinstance(error, socket.gaierror | ssl.SSLError):
                raise
            return error.errno
        return real(self, target)

    return connect_ex


# TLS


_WRAPPERS = {"wrap_bio": 3, "wrap_socket": 4}
"""Where, among their positional arguments, the name of the server is."""


def _trusting(position: int, real: Callable[..., Any]) -> Callable[..., Any]:
    def wrap(self: ssl.SSLContext, *arguments: Any, **keywords: Any) -> Any:
        if self.protocol != ssl.PROTOCOL_TLS_SERVER:
            host = keywords.get("server_hostname")
            if host is None and len(arguments) > position:
                host = arguments[position]
            for interception in _latest_first():
                interception.be_trusted(self, host)
        return real(self, *arguments, **keywords)

    return wrap


def _trusting_from_the_start(real: Callable[..., None]) -> Callable[..., None]:
    """Let contexts that are made now trust us: some clients have no use of `wrap_...`."""

    def load_default_certs(self: ssl.SSLContext, *arguments: Any, **keywords: Any) -> None:
        real(self, *arguments, **keywords)
        if self.protocol != ssl.PROTOCOL_TLS_SERVER:
            for interception in _latest_first():
                interception.be_trusted(self, None)

    return load_default_certs


# Libraries that do their own networking


def _install_uvloop(uvloop: Any) -> None:
    _replace(uvloop.Loop, "create_connection", _uvloop_create_connection)
    _replace(uvloop.Loop, "getaddrinfo", _uvloop_getaddrinfo)


def _uvloop_create_connection(real: Callable[..., Any]) -> Callable[..., Any]:
    async def create_connection(
        self: Any, protocol_factory: Any, host: Any = None, port: Any = None, **keywords: Any
    ) -> Any:
        found = _for_place((host, port))
        if found is None or keywords.get("sock") is not None:
            return await real(self, protocol_factory, host, port, **keywords)
        interception, place = found
        target = await self.run_in_executor(None, interception.port_for, place)
        if keywords.get("ssl") and not keywords.get("server_hostname"):
            keywords["server_hostname"] = place[0]
        return await real(self, protocol_factory, "127.0.0.1", target, **keywords)

    return create_connection


def _uvloop_getaddrinfo(real: Callable[..., Any]) -> Callable[..., Any]:
    async def getaddrinfo(self: Any, host: Any, port: Any, **keywords: Any) -> Any:
        if _for_name(host) is None:
            return await real(self, host, port, **keywords)
        return socket.getaddrinfo(host, port, **keywords)

    return getaddrinfo


def _install_aiodns(aiodns: Any) -> None:
    _replace(aiodns.DNSResolver, "getaddrinfo", _aiodns_getaddrinfo)


def _aiodns_getaddrinfo(real: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(self: Any, host: str, *arguments: Any, **keywords: Any) -> Any:
        interception = _for_name(host)
        if interception is not None:
            host = interception.names.address_of(host)
        return real(self, host, *arguments, **keywords)

    return getaddrinfo


_LATE: dict[str, Callable[[Any], None]] = {"aiodns": _install_aiodns, "uvloop": _install_uvloop}
