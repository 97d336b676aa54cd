"""Values of classes that cost nothing to make."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wsfake.model import Close, End, Ping, Pong, Stall


def test_values_of_one_class_are_equal_by_their_fields() -> None:
    assert Close(1000, "bye") == Close(1000, "bye")
    assert Close(1000, "bye") != Close(1000)
    assert hash(Close(1000, "bye")) == hash(Close(1000, "bye"))


def test_values_of_two_classes_are_never_equal() -> None:
    assert Ping(b"x") != Pong(b"x")
    assert End() != Stall()
    assert Close(1000) != (1000, "")
    assert len({End(), Stall(), End()}) == 2


def test_a_value_is_shown_as_it_is_constructed() -> None:
    assert repr(Close(1000, "bye")) == "Close(code=1000, reason='bye')"
    assert repr(End()) == "End()"


def test_a_value_is_replaced_by_another_one() -> None:
    close = Close(1000, "bye")
    assert close.replace(code=1001) == Close(1001, "bye")
    assert close == Close(1000, "bye")
    with pytest.raises(TypeError):
        close.replace(colour="red")


def test_a_value_takes_no_other_field() -> None:
    with pytest.raises(AttributeError):
        Close(1000).colour = "red"  # type: ignore[attr-defined]


_ONE_TEST = """
import sys, pytest, pytest_wsfake.plugin
before = set(sys.modules)
from wsfake import Harness, Transcript
with Harness(%s) as ws_fake:
    ws_fake.serve("ws://echo.example", Transcript().client("a").server("b").client_closes())
    socket = ws_fake.WebSocket("ws://echo.example")
    socket.onopen = lambda: socket.send("a")
    socket.onmessage = lambda message: socket.close()
    ws_fake.run()
print(*sorted({name.split(".")[0] for name in set(sys.modules) - before}))
"""


@pytest.mark.parametrize("settings", ["", "unplayed='warn', match='json', volatile=['id']"])
def test_the_first_test_of_a_run_loads_no_attrs_and_nothing_of_asyncio(settings: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ONE_TEST % settings], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "wsfake" in loaded
    assert not loaded & {"attr", "attrs", "asyncio", "msgpack", "websockets", "socket", "ssl"}
