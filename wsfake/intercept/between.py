"""What is done between the turns of an event loop, for less than a turn would cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import get_ident

from wsfake.network import Network

__all__ = ["Between", "Holding"]

_MOST = 1_000
"""How many calls are made at a stretch; then the loop has its turn."""


class Holding:
    """Holds the lock of a network while its callbacks run, each time by an object of its own."""

    __slots__ = ("_network", "_outer")

    def __init__(self, network: Network) -> None:
        self._network = network

    def __enter__(self) -> None:
        network = self._network
        network.lock.acquire()
        self._outer, network.held_by = network.held_by, get_ident()

    def __exit__(self, *_: object) -> None:
        network = self._network
        network.held_by = self._outer
        network.lock.release()


class Between:
    """Calls that connections in memory ask for, made in their order before the loop goes on.

    A message has several on its way from the client to whoever answers, and back. They are made
    with the lock of the network held, as a thread may serve real ports of it. `on_error` is told
    what one of them raises: it is no matter of the next one.
    """

    def __init__(self, network: Network, on_error: Callable[[Exception], None]) -> None:
        self._network = network
        self.calls: deque[Callable[[], None]] = deque()
        self.call_soon = self.calls.append
        self._on_error = on_error

    def do(self) -> bool:
        """Make what calls there are, and those that they ask for; tell whether there were any."""
        calls = self.calls
        if not calls:
            return False
        with Holding(self._network):
            for _ in range(_MOST):
                try:
                    calls.popleft()()
                except Exception as error:  # noqa: BLE001 - as an event loop does
                    self._on_error(error)
                if not calls:
                    break
        return True
