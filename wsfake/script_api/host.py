"""The host of a test's scripts: the classes they use, and how their functions are called."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from wsfake.clock import Timer
from wsfake.errors import UsageError
from wsfake.network import Connection, End, Network
from wsfake.script_api.faces import FACES
from wsfake.script_api.interpreter import compile_profile
from wsfake.script_api.lints import Lints
from wsfake.script_api.profiles import Profile
from wsfake.script_api.server import Servers, WebSocketServer
from wsfake.script_api.socket import ScriptSocket
from wsfake.script_api.websocket import WebSocket
from wsfake.transcript.arity import count_arguments, count_required, takes

__all__ = ["Host"]


class Host:
    """One host, with one profile, on one network."""

    def __init__(self, network: Network, profile: Profile, base_url: str | None = None) -> None:
        self.network = network
        self.profile = profile
        self.base_url = base_url
        """The URL of the page that scripts are on, in a browser."""
        self.compiled = compile_profile(profile)
        self.sockets: list[ScriptSocket] = []
        self.servers = Servers(network)
        self.nowhere = _Nowhere(network)
        self.lints = Lints(profile.lints)

    @cached_property
    def WebSocket(self) -> type[WebSocket]:
        return cast("type[WebSocket]", FACES[self.profile.face](self))

    @cached_property
    def WebSocketServer(self) -> type[WebSocketServer]:
        if not self.profile.servers:
            raise UsageError(f"scripts of {self.profile.host} cannot listen: no WebSocketServer")
        return type("WebSocketServer", (WebSocketServer,), {"_host": self})

    # How a script's functions are called

    def adapt(self, function: Callable[..., Any]) -> Callable[..., None]:
        """Return a function that calls a script's, with as many arguments as that one takes.

        What it raises is kept for the next `run`: on these hosts an exception in a handler does
        not stop the connection.
        """
        trimmed = self.trim(function)
        report = self.network.report

        def call(*arguments: Any) -> None:
            try:
                trimmed(*arguments)
            except Exception as error:  # noqa: BLE001 - told by `run`
                report(error)

        return call

    def trim(self, function: Callable[..., Any], given: int = -1) -> Callable[..., Any]:
        """Return a function that can be called with any number of arguments.

        The script's own is given as many as it takes. Where it takes the number that is `given`,
        it is the script's own.
        """
        if takes(function, given):
            return function
        most, least = count_arguments(function), count_required(function)

        def call(*arguments: Any) -> Any:
            return function(*arguments[:most], *(None,) * (least - len(arguments)))

        return call

    def call_every(self, interval: int, function: Callable[..., Any]) -> Timer:
        """Call a script's function every so many microseconds; return what stops it.

        The next one is due when the last one was, and an interval later: they do not drift.
        """
        clock = self.network.clock
        call = self.adapt(function)
        least = max(1000, interval)  # as in the hosts, so that time goes on

        def tick() -> None:
            timer.due += least
            clock.put_back(timer)
            call()

        timer = clock.call_at(clock.now + least, tick, recurring=True)
        return timer

    def call(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Call a script's function, as `adapt` says."""
        self.adapt(function)(*arguments)


class _Nowhere:
    """Answers as the network does for a host that there is not."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def answer(self, connection: Connection) -> End | None:
        return self._network.refuse_later(connection, "not found")
