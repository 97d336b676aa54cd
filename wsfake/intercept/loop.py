"""An event loop on the virtual time of a test, with the test's network in memory.

Whatever the harness answers is connected in memory: no socket, no TLS, no thread. Everything else
(other sockets, executors, processes) is as in any event loop, and is waited for in real time.
"""

from __future__ import annotations

import asyncio
import contextvars
import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from math import ceil
from typing import Any
from weakref import WeakKeyDictionary

from wsfake.clock import Timer
from wsfake.intercept import resolvers
from wsfake.intercept.between import Between
from wsfake.intercept.interception import error_of
from wsfake.intercept.memory import Memory
from wsfake.intercept.names import is_literal, names, number_of
from wsfake.intercept.passing import Passing, Work
from wsfake.intercept.patches import remember
from wsfake.intercept.resolvers import Found
from wsfake.intercept.selector import VirtualSelector
from wsfake.intercept.transport import MemoryTls, MemoryTransport
from wsfake.intercept.world import World

__all__ = ["VirtualLoop"]


class _Handle(asyncio.TimerHandle):
    """A call that waits on the clock of a test."""

    __slots__ = ("lock", "timer")

    lock: AbstractContextManager[object]
    """That of the network, whose other threads ask for timers as well."""
    timer: Timer

    def cancel(self) -> None:
        if not self.cancelled():
            with self.lock:
                self.timer.clock.cancel(self.timer)
        super().cancel()


class VirtualLoop(asyncio.SelectorEventLoop):
    """Gives coroutines the time and the network of a harness.

    Time stands still while anything is to be done, and jumps to the next timer where nothing is;
    while a socket, an executor or a process is at work it goes with real time, for five seconds
    at most since anything real has happened. Where nothing can happen any more, running it raises
    `NotHappened`, and where it would go on for ever, `NeverIdle`.
    """

    def __init__(self, world: World, on_close: Callable[[], None] = lambda: None) -> None:
        """`on_close` is called when the loop is closed."""
        self._world = world
        self._on_close = on_close
        self._clock = world.clock
        self._work = Work()
        self._between = Between(world.network, self._tell_of)
        passing = Passing(world, self._work)
        selector = VirtualSelector(passing, self._work, self._between)
        super().__init__(selector)
        selector.waiting = self._ready  # type: ignore[attr-defined]
        self._memory = Memory(self, self._between, world)
        resolvers.add(self._address_for)
        self._connected: WeakKeyDictionary[socket.socket, tuple[str, int]] = WeakKeyDictionary()

    def close(self) -> None:
        if not self.is_closed():
            resolvers.remove(self._address_for)
            self._memory.close()
            self._on_close()
        super().close()

    def _tell_of(self, error: Exception) -> None:
        message = "an error in what a connection in memory has called"
        self.call_exception_handler({"message": message, "exception": error})

    # Time

    def time(self) -> float:
        return self._clock.now / 1_000_000

    def call_later(  # type: ignore[override]  # what is called is nobody's matter here
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]  # what is called is nobody's matter here
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        self._check_closed()  # type: ignore[attr-defined]
        handle = _Handle(when, callback, args, self, context)
        handle.lock = self._world.network.lock
        with handle.lock:
            # alone it keeps no `ws_fake.run_async()` going, as an interval of a script does not
            handle.timer = self._clock.call_at(
                _due(when),
                partial(self._ready.append, handle),  # type: ignore[attr-defined]
                recurring=True,
            )
        return handle

    async def settle(self) -> None:
        """Let every task go on until it waits for something that is not due yet."""
        while self._ready or self._between.calls:  # type: ignore[attr-defined]  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0)

    # Reality

    def run_in_executor(  # type: ignore[override]  # as above
        self, executor: Any, func: Any, *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self._work.begin()
        future.add_done_callback(lambda _: self._work.end())
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads in real time; without end, as nothing of a test stops them."""
        self._work.begin()
        try:
            await super().shutdown_default_executor()
        finally:
            self._work.end()

    async def subprocess_exec(self, *args: Any, **keywords: Any) -> Any:
        made = await super().subprocess_exec(*args, **keywords)
        self._work.processes.append(made[0])
        return made

    async def subprocess_shell(self, *args: Any, **keywords: Any) -> Any:
        made = await super().subprocess_shell(*args, **keywords)
        self._work.processes.append(made[0])
        return made

    # Connections

    async def getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - the name that asyncio gives it
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        if isinstance(name, str) and not is_literal(name) and self._in_memory(name, None):
            if self._world.nobody_at(name, None) == "not found":
                raise error_of("not found")
            return names.infos(name, number_of(port) or 0, type, proto, family)
        return await super().getaddrinfo(
            host, port, family=family, type=type, proto=proto, flags=flags
        )

    def _address_for(self, loop: object, name: str) -> Found | None:
        """Return what a resolver of its own finds, if it is one of this loop."""
        ours = loop is self and not is_literal(name) and self._in_memory(name, None)
        if not ours:
            return None
        is_none = self._world.nobody_at(name, None) == "not found"
        return Found(None if is_none else names.address_of(name))

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        place = self._place(*address[:2]) if isinstance(address, tuple) else None
        if place is None:
            await super().sock_connect(sock, address)
        else:
            self._connected[sock] = place

    async def create_connection(
        self,
        protocol_factory: Callable[[], Any],
        host: str | None = None,
        port: int | None = None,
        *,
        ssl: Any = None,
        sock: socket.socket | None = None,
        server_hostname: str | None = None,
        **keywords: Any,
    ) -> Any:
        place = self._place(host, port) if sock is None else self._connected.get(sock)
        if place is None:
            keywords |= {
                "host": names.host_of(host) if isinstance(host, str) else host,
                "port": port,
                "ssl": ssl,
                "sock": sock,
                "server_hostname": server_hostname,
            }
            return await super().create_connection(protocol_factory, **keywords)
        tls = _tls(ssl, server_hostname or place[0])
        if tls is not None:
            remember(tls.context, place[0])
        transport = await self._memory.connect(place, tls, sock)
        protocol = protocol_factory()
        transport.start(protocol)
        return transport, protocol

    async def start_tls(
        self,
        transport: Any,
        protocol: asyncio.BaseProtocol,
        sslcontext: ssl.SSLContext,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
        **keywords: Any,
    ) -> Any:
        if not isinstance(transport, MemoryTransport):
            return await super().start_tls(
                transport,
                protocol,
                sslcontext,
                server_side=server_side,
                server_hostname=server_hostname,
                **keywords,
            )
        transport.upgrade(transport.secure_with(sslcontext, server_hostname), protocol)
        if server_hostname:
            remember(sslcontext, server_hostname)
        return transport

    def _place(self, host: Any, port: Any) -> tuple[str, int] | None:
        """Return the host and port that are meant, where a connection there is the harness's."""
        number = number_of(port)
        if not isinstance(host, str) or number is None:
            return None
        name = names.host_of(host)
        return (name, number) if self._in_memory(name, number) else None

    def _in_memory(self, host: str, port: int | None) -> bool:
        world = self._world
        return world.serves(host, port) if world.is_live else world.claims(host, port)


def _due(when: float) -> int:
    """Return the first microsecond at which a loop's time, as it tells it, is not before `when`.

    Some ask a loop again and again that calls them any earlier.
    """
    due = ceil(when * 1_000_000)
    return due if due / 1_000_000 >= when else due + 1


def _tls(asked: Any, server_hostname: str) -> MemoryTls | None:
    if not asked:
        return None
    context = asked if isinstance(asked, ssl.SSLContext) else ssl.create_default_context()
    return MemoryTls(context, server_hostname)
