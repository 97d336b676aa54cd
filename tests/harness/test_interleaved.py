"""Recordings of several connections, whose order is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


def test_who_is_given_another_recorded_connection_goes_on_with_what_that_one_says(
    tmp_path: Path,
) -> None:
    said: list[tuple[int, Side, Event]] = [
        (1, CLIENT, Open("ws://feed.test/")),
        (2, CLIENT, Open("ws://feed.test/")),
        (1, SERVER, Accept()),
        (2, SERVER, Accept()),
        (1, SERVER, "welcome"),
        (1, CLIENT, "a"),
        (2, SERVER, "welcome"),  # which waits for the other client, and need not after all
        (2, CLIENT, "b"),
        (1, SERVER, "A"),
        (2, SERVER, "B"),
    ]
    entries = [Entry(at * 1000, number, side, what) for at, (number, side, what) in enumerate(said)]
    cassette = write_cassette(tmp_path / "a.msgpack", entries)
    heard: list[tuple[str, str]] = []
    with Harness(cassette, order="strict") as ws_fake:

        def ask(question: str) -> None:
            socket = ws_fake.WebSocket("ws://feed.test/")

            def on_message(message: Any) -> None:
                heard.append((question, message.data))
                if message.data == "welcome":
                    socket.send(question)

            socket.onmessage = on_message

        ask("b")
        ask("a")
        ws_fake.run()
    assert heard == [("b", "welcome"), ("a", "welcome"), ("a", "A"), ("b", "B")]
