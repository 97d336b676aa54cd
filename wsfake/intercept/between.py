"""What is done between the turns of an event loop, for less than a turn would cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

__all__ = ["Between"]

_MOST = 1_000
"""How many calls are made at a stretch; then the loop has its turn."""


class Between:
    """Calls that connections in memory ask for, made in their order before the loop goes on.

    A message has several on its way from the client to whoever answers, and back. `on_error` is
    told what one of them raises: it is no matter of the next one.
    """

    def __init__(self, on_error: Callable[[Exception], None]) -> None:
        self.calls: deque[Callable[[], None]] = deque()
        self.call_soon = self.calls.append
        self._on_error = on_error

    def do(self) -> bool:
        """Make what calls there are, and those that they ask for; tell whether there were any."""
        calls = self.calls
        if not calls:
            return False
        for _ in range(_MOST):
            try:
                calls.popleft()()
            except Exception as error:  # noqa: BLE001 - as an event loop does
                self._on_error(error)
            if not calls:
                break
        return True
