"""Work that is done beside the thread that asks for it, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

__all__ = ["Beside"]


class Beside:
    """A thread that does one thing after the other while its owner goes on.

    At most `most` bytes wait for it; then its owner does. Whoever is to use what it uses calls
    `settle` first. At the end of its block all is done, and the thread is gone.
    """

    def __init__(self, most: int) -> None:
        self._thread = ThreadPoolExecutor(1, "wsfake beside")  # begun when it is first needed
        self._doing: deque[tuple[Future[None], int]] = deque()
        self._bytes = 0
        self._most = most

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, kind: object, _: object, __: object) -> None:
        self._thread.shutdown()
        if kind is None:
            self.settle()

    def do(self, call: Callable[[], None], size: int) -> None:
        """Do this behind what was asked for before; raise what that has raised.

        `size` is in bytes; one that is over `most` is done alone.
        """
        while self._doing and (self._doing[0][0].done() or self._bytes + size > self._most):
            self._finish_first()
        self._doing.append((self._thread.submit(call), size))
        self._bytes += size

    def settle(self) -> None:
        """Wait until all of it is done; raise what it has raised, one error at a time."""
        while self._doing:
            self._finish_first()

    def _finish_first(self) -> None:
        done, size = self._doing.popleft()
        self._bytes -= size
        done.result()
