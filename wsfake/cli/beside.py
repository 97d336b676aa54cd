"""One piece of work at a time beside the thread that asks for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

__all__ = ["Beside"]


class Beside:
    """A thread that does one thing while the caller goes on, and then the next.

    What it uses meanwhile is its own: whoever wants to use that too calls `settle` first. At the
    end of its block the thread is gone.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "wsfake beside")  # begun when it is first needed
        self._doing: Future[None] | None = None

    def __enter__(self) -> Beside:
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        self._thread.shutdown()
        if error is None:
            self.settle()

    def do(self, call: Callable[[], None]) -> None:
        """Begin with this as soon as what was begun before is done; raise as `settle` does."""
        self.settle()
        self._doing = self._thread.submit(call)

    def settle(self) -> None:
        """Wait until nothing is done any more; raise what the work raised, once."""
        doing, self._doing = self._doing, None
        if doing is not None:
            doing.result()
