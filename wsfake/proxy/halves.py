"""One side's socket of a relay, and the way from there to the other side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from wsfake.live.transport import Transport
from wsfake.model import Side
from wsfake.proxy.backlog import Backlog
from wsfake.real_time import microseconds_now

__all__ = ["Half", "Way"]


class Way(Protocol):
    """What the bytes of one side go through before they reach the other side."""

    @property
    def full(self) -> bool:
        """Whether that side is to be read no more for now."""

    def take(self, data: bytes) -> None:
        """Take bytes that have just come."""

    def end(self, *, reset: bool) -> None:
        """Take note of how the stream ended, behind those bytes."""


class Half:
    """The socket of `side`, and what it gets: a `Receiver`, and the end of every `Way`.

    The tap stands at the client's socket: with faults in between, the story is the client's.
    """

    def __init__(
        self,
        side: Side,
        backlog: Backlog,
        tell: Callable[[int, bytes], None],
        on_end: Callable[..., None],
    ) -> None:
        self.side = side
        self.transport: Transport = None  # type: ignore[assignment]  # until it is connected
        self.other: Half = None  # type: ignore[assignment]  # at once
        self.way: Way | None = None
        self.over = False
        """Whether its stream has ended, as the other side knows it."""

        self._add = backlog.add
        self._tell: Any = tell
        self._on_end = on_end
        self._reset_when_flushed = False

    @property
    def closed(self) -> bool:
        """Whether its socket is free."""
        return self.transport is None or self.transport.closed

    def begin(self, request: bytes) -> None:
        """Pass on the request, and read what comes behind it."""
        if self.way is None:
            self.other.transport.write(request)
        else:
            self.way.take(request)
        self.transport.resume()

    # What comes

    def received(self, data: bytes) -> None:
        way = self.way
        if way is None:
            other = self.other.transport
            other.write(data)
            self._add(microseconds_now(), self._tell, data, len(data))
            if other.backed_up:
                self.transport.pause()
            return
        if self.side is Side.CLIENT:
            self._add(microseconds_now(), self._tell, data, len(data))
        way.take(data)
        if way.full or self.other.transport.backed_up:
            self.transport.pause()

    def ended(self, *, reset: bool) -> None:
        if self.way is None:
            self.pass_end(reset=reset)
        else:
            self.way.end(reset=reset)

    def flushed(self) -> None:
        if self._reset_when_flushed:
            self.free(reset=True)
        elif self.other.transport is not None and self.other.transport.paused:
            self.other.read_on()

    def read_on(self) -> None:
        """Read again, if there is room for what comes."""
        if self.closed or self.other.closed or self.other.transport.backed_up:
            return
        if self.way is None or not self.way.full:
            self.transport.resume()

    # What goes to the other side, at the end of a way

    def pass_on(self, data: bytes) -> None:
        """Give bytes to the other side."""
        self.other.transport.write(data)
        if self.side is Side.SERVER:
            self._add(microseconds_now(), self._tell, data, len(data))

    def pass_end(self, *, reset: bool) -> None:
        """End the stream to the other side."""
        self.over = True
        self._on_end(self, reset=reset)

    # Its end

    def mute(self) -> None:
        """Tell nothing more of what passes."""
        self._tell = _nothing

    def leave(self, *, reset: bool) -> None:
        """Free the socket once everything that was sent is taken, by a reset if that is asked."""
        if self.closed:
            return
        if not reset:
            self.transport.close()
        elif self.transport.backed_up:
            self._reset_when_flushed = True
            self.transport.pause()
        else:
            self.free(reset=True)

    def free(self, *, reset: bool) -> None:
        """Free the socket at once."""
        if not self.closed:
            self.transport.abort(reset=reset)


def _nothing(_: int, __: bytes) -> None:
    pass
