"""What is put in the place of the system's functions, for as long as anything is intercepted.

Below the libraries, and not inside them: so it makes no difference how, or when, a library was
imported. The stack of interceptions is of the whole process, as its sockets are; with the last of
them everything is as it was.
"""

from __future__ import annotations

import _socket
import asyncio
import socket
import ssl
import sys
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakSet

from wsfake.intercept import bypass, resolvers
from wsfake.intercept.active import (
    active,
    for_name,
    for_place,
    latest_first,
    lock,
    lookout,
    origin_of,
    watcher_of,
)
from wsfake.intercept.dialling import here, is_tcp, port_ahead_of, sock_connect
from wsfake.intercept.importing import OnImport
from wsfake.intercept.interception import Interception
from wsfake.intercept.libraries import LIBRARIES
from wsfake.intercept.names import authority_of, names, number_of
from wsfake.intercept.resolvers import Found

__all__ = ["begin", "end", "remember"]

_undo: list[Callable[[], None]] = []


def begin(interception: Interception) -> None:
    """Intercept, beside what is intercepted already."""
    with lock:
        if not active:
            try:
                _install()
            except BaseException:
                _restore()
                raise
        active.append(interception)
        _install_late()
    bypass.add(interception.hosts)


def end(interception: Interception) -> None:
    """Intercept no more; with the last of them, put everything back. Twice is nothing."""
    bypass.remove(interception.hosts)
    with lock:
        if interception in active:
            active.remove(interception)
            if not active:
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
    _replace(BaseSelectorEventLoop, "sock_connect", sock_connect)
    for name, position in _WRAPPERS.items():
        _replace(ssl.SSLContext, name, partial(_trusting, position))
    _replace(ssl.SSLContext, "load_default_certs", _trusting_from_the_start)
    _replace(ssl.SSLContext, "set_alpn_protocols", _noting_http2)
    for owner, functions in _SENDERS.items():
        for name in functions:
            _replace(real if owner is None else owner, name, _sending)
    _replace(real, "sendmsg", _sending_parts)
    _undo.append(lookout.forget)
    on_import = OnImport(LIBRARIES, _install_late)
    sys.meta_path.insert(0, on_import)
    _undo.append(partial(_forget_import, on_import))
    resolvers.add(_address_for, _is_nowhere)
    _undo.append(partial(resolvers.remove, _address_for))


def _address_for(_: object, host: str) -> Found | None:
    interception = for_name(host)
    if interception is None:
        return None
    if interception.is_no_host(host):
        return Found(None)
    return Found(names.address_of(host), interception.is_foreign(host, None))


def _is_nowhere(host: str) -> None:
    interception = for_name(host)
    if interception is not None and interception.is_foreign(host, None):
        interception.note_no_host(host)
    _seek_in_vain(host, None)


def _forget_import(on_import: OnImport) -> None:
    if on_import in sys.meta_path:
        sys.meta_path.remove(on_import)


def _install_late() -> None:
    """Put what is ours into modules that are loaded by now, and were not before."""
    with lock:
        _install_where_loaded()


def _install_where_loaded() -> None:
    if not active:
        return
    for module, install in LIBRARIES.items():
        if module in sys.modules and module not in _installed:
            _installed.add(module)
            _undo.append(partial(_installed.discard, module))
            install(sys.modules[module], _replace)


_installed: set[str] = set()
_refusing: list[type] = []
"""A class of sockets that none may be made of, where something has put it in the place of ours."""


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
        interception = for_name(host)
        if interception is None or type not in {0, socket.SOCK_STREAM}:
            try:
                return real(host, port, family, type, proto, flags)
            except socket.gaierror as error:
                raise _told_who_answers(error, host, port) from None
        name = host.decode() if isinstance(host, bytes) else host
        interception.find_host(name, lambda: real(host, port, family, type, proto, flags))
        return names.infos(name, number_of(port) or 0, type, proto, family)

    return getaddrinfo


def _told_who_answers(error: socket.gaierror, host: Any, port: Any) -> socket.gaierror:
    """Return an error that says, too, that nothing of a test is to be found at a place."""
    name, number = host.decode() if isinstance(host, bytes) else host, number_of(port)
    if isinstance(name, str) and _seek_in_vain(name, number):
        place, text = authority_of(name, number), error.strerror
        nothing = f"{text} (and wsfake serves and replays nothing at {place})"
        return socket.gaierror(error.errno, nothing)
    return error


def _seek_in_vain(name: str, port: int | None) -> bool:
    """Let a test know that a name is not to be found; tell whether the network is closed there."""
    closing = next((each for each in latest_first() if each.closes(name)), None)
    if closing is not None:
        closing.seek((name, port))
    return closing is not None


def _gethostbyname(real: Callable[..., str]) -> Callable[..., str]:
    def gethostbyname(hostname: str) -> str:
        interception = for_name(hostname)
        if interception is None:
            return real(hostname)
        interception.find_host(hostname, partial(real, hostname))
        return names.address_of(hostname)

    return gethostbyname


# Sockets


def _target(sock: socket.socket, address: Any) -> Any:
    """Return where a connection really goes; where nobody here answers it, it is read along."""
    if not is_tcp(sock):
        return address
    found = for_place(address)
    if found is not None:
        interception, place = found
        if interception.is_foreign(*place):
            return (here(sock), port_ahead_of(interception, place, sock))
        return (here(sock), interception.port_for(place))
    name = origin_of(address)
    if name is not None:  # a name of ours, at a port that is not
        try:
            infos = _socket.getaddrinfo(name, address[1], sock.family, socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise _told_who_answers(error, name, address[1]) from None
        address = infos[0][4]
    if _refusing:
        _refusing[0]()  # which raises what it has to say
    watcher = watcher_of(address)
    if watcher is not None:
        host, port = address[0], number_of(address[1]) or 0
        if _writes_by_itself():
            return (here(sock), watcher.crossing_for((host, port), False))
        lookout.seek(sock, watcher, (host, port))
    return address


def _writes_by_itself() -> bool:
    """Tell whether a socket is now connected for one that writes by none of our functions."""
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():  # it has kept those of the system
        return True
    loop = asyncio._get_running_loop()
    return loop is not None and type(loop).__module__.partition(".")[0] == "uvloop"


def _connect(real: Callable[..., None]) -> Callable[..., None]:
    def connect(self: socket.socket, address: Any) -> None:
        target = _target(self, address)
        if target is address:
            real(self, address)
        else:  # not by what others have put there to allow no hosts but some
            _socket.socket.connect(self, target)
        lookout.find(self)

    return connect


def _connect_ex(real: Callable[..., int]) -> Callable[..., int]:
    def connect_ex(self: socket.socket, address: Any) -> int:
        try:
            target = _target(self, address)
        except OSError as error:
            if error.errno is None or isinstance(error, socket.gaierror | ssl.SSLError):
                raise
            return error.errno
        number = real(self, target)
        if number == 0:
            lookout.find(self)
        return number

    return connect_ex


_SENDERS: dict[type | None, tuple[str, ...]] = {
    None: ("send", "sendall"),
    ssl.SSLSocket: ("send", "write"),
    ssl.SSLObject: ("write",),
}
"""What bytes go out by; None stands for the class of sockets."""


def _sending(real: Callable[..., Any]) -> Callable[..., Any]:
    def send(self: Any, data: Any, *arguments: Any) -> Any:
        lookout.hear(self, data)
        return real(self, data, *arguments)

    return send


def _sending_parts(real: Callable[..., int]) -> Callable[..., int]:
    def sendmsg(self: socket.socket, buffers: Any, *arguments: Any) -> int:
        parts = list(buffers)
        for part in parts:
            lookout.hear(self, part)
        return real(self, parts, *arguments)

    return sendmsg


# TLS


_WRAPPERS = {"wrap_bio": 3, "wrap_socket": 4}
"""Where, among their positional arguments, the name of the server is."""


def _trusting(position: int, real: Callable[..., Any]) -> Callable[..., Any]:
    def wrap(self: ssl.SSLContext, *arguments: Any, **keywords: Any) -> Any:
        if self.protocol != ssl.PROTOCOL_TLS_SERVER:
            host = keywords.get("server_hostname")
            if host is None and len(arguments) > position:
                host = arguments[position]
            if isinstance(host, bytes):  # as trio has it
                host = host.decode()
            for interception in latest_first():
                interception.be_trusted(self, host)
            if host is not None:
                remember(self, host)
            made = real(self, *arguments, **keywords)
            if isinstance(host, str) and for_name(host) is None:
                watchers = [each for each in latest_first() if not each.ground.is_live]
                if watchers and all(each.closes(host) for each in watchers):
                    lookout.watch(made, watchers[0], (host, None), secure=True)
            return made
        return real(self, *arguments, **keywords)

    return wrap


def remember(context: ssl.SSLContext, host: str) -> None:
    """Take note by what a client verifies a host, but for a context that agrees on HTTP/2."""
    if context not in _speaking_http2:
        for interception in latest_first():
            interception.remember(context, host)


def _trusting_from_the_start(real: Callable[..., None]) -> Callable[..., None]:
    """Let contexts that are made now trust us: some clients have no use of `wrap_...`."""

    def load_default_certs(self: ssl.SSLContext, *arguments: Any, **keywords: Any) -> None:
        real(self, *arguments, **keywords)
        if self.protocol != ssl.PROTOCOL_TLS_SERVER:
            for interception in latest_first():
                interception.be_trusted(self, None)

    return load_default_certs


_speaking_http2: WeakSet[ssl.SSLContext] = WeakSet()
"""Contexts by which a real server would agree on HTTP/2, which knows no WebSocket here."""


def _noting_http2(real: Callable[..., None]) -> Callable[..., None]:
    def set_alpn_protocols(self: ssl.SSLContext, alpn_protocols: Any) -> None:
        protocols = list(alpn_protocols)
        real(self, protocols)
        (_speaking_http2.add if "h2" in protocols else _speaking_http2.discard)(self)

    return set_alpn_protocols
