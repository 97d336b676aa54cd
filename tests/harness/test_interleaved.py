"""Recordings of several connections, whose order is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from wsfake import Harness, UnexpectedMessage
from wsfake.cassette import write_cassette
from wsfake.model import Accept, Entry, Event, Open, Side

CLIENT, SERVER = Side.CLIENT, Side.SERVER


def test_a_mismatch_on_one_connection_lets_the_other_go_on(tmp_path: Path) -> None:
    said: list[tuple[int, Side, Event]] = [
        (1, CLIENT, Open("ws://one.test/")),
        (1, SERVER, Accept()),
        (2, CLIENT, Open("ws://two.test/")),
        (2, SERVER, Accept()),
        (1, CLIENT, "question"),
        (2, SERVER, "answer"),
    ]
    entries = [Entry(at * 1000, number, side, what) for at, (number, side, what) in enumerate(said)]
    cassette = write_cassette(tmp_path / "a.msgpack", entries)
    heard: list[str] = []
    refused: list[Exception] = []
    with pytest.raises(UnexpectedMessage) as caught, Harness(cassette) as ws_fake:
        one, two = ws_fake.WebSocket("ws://one.test/"), ws_fake.WebSocket("ws://two.test/")

        def ask() -> None:
            try:
                one.send("another question")
            except UnexpectedMessage as error:
                refused.append(error)

        one.onopen = ask
        two.onmessage = lambda message: heard.append(message.data)
        ws_fake.run()

    assert [caught.value] == refused
    assert heard == ["answer"]
