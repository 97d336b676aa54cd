from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from wsfake.live import reactor as reactor_module


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Put the reactor's clock forward by so many seconds: what is given up in time is given up now.

    So a time-out comes after whatever a test has waited for, however slow the machine is.
    """
    ahead = [0.0]
    monkeypatch.setattr(reactor_module, "seconds_now", lambda: time.monotonic() + ahead[0])

    def put_forward(seconds: float) -> None:
        ahead[0] += seconds

    return put_forward
