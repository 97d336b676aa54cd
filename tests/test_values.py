"""Values of classes that cost nothing to make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wsfake.cassette import write_cassette
from wsfake.model import Accept, Close, End, Entry, Open, Ping, Pong, Side, Stall


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
    if ws_fake.cassette is None:
        ws_fake.serve("ws://a.test", Transcript().client("a").server("b").client_closes())
    socket = ws_fake.WebSocket("ws://a.test/")
    socket.onopen = lambda: socket.send("a")
    socket.onmessage = lambda message: socket.close()
    ws_fake.run()
print(*sorted({name.split(".")[0] for name in set(sys.modules) - before}))
"""


def loaded_by(settings: str) -> set[str]:
    code = _ONE_TEST % settings
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("settings", ["", "unplayed='warn', match='json', volatile=['id']"])
def test_the_first_test_of_a_run_loads_no_attrs_and_nothing_of_asyncio(settings: str) -> None:
    loaded = loaded_by(settings)
    assert "wsfake" in loaded
    assert not loaded & {"attr", "attrs", "asyncio", "msgpack", "websockets", "socket", "ssl"}


def test_the_first_replay_of_a_run_loads_msgpack_and_nothing_more(tmp_path: Path) -> None:
    entries = [
        Entry(0, 1, Side.CLIENT, Open("ws://a.test/")),
        Entry(1, 1, Side.SERVER, Accept()),
        Entry(2, 1, Side.CLIENT, "a"),
        Entry(3, 1, Side.SERVER, "b"),
    ]
    cassette = write_cassette(tmp_path / "a.msgpack", entries)
    loaded = loaded_by(repr(str(cassette)))
    assert "msgpack" in loaded
    assert not loaded & {"attr", "attrs", "asyncio", "websockets", "socket", "ssl"}
