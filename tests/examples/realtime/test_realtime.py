"""The voice client, against what a real server has said once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.examples.realtime.client import Voice, WrongKeyError
from tests.processes import running
from wsfake import Harness

SERVER = Path(__file__).with_name("server.py")
PIECE = 480

pytestmark = pytest.mark.ws_fake(intercept=True)


@pytest.fixture
def ws_fake_config() -> dict[str, Any]:
    return {"volatile": ["event_id"]}


@pytest.fixture(autouse=True)
def service(ws_fake: Harness) -> Iterator[None]:
    if not ws_fake.is_live:
        yield
        return
    with running(SERVER.read_text("utf-8")) as url:
        ws_fake.alias("wss://api.voice.example", to=url)
        yield


def test_what_is_said_is_heard() -> None:
    audio = asyncio.run(Voice("a-good-key").speak("hello"))
    assert len(audio) == 5 * PIECE
    assert audio[:3] == bytes([0, ord("h"), 2 * ord("h")])


def test_a_wrong_key_is_told() -> None:
    with pytest.raises(WrongKeyError, match="wrong key"):
        asyncio.run(Voice("a-bad-key").speak("hello"))


def test_a_rate_limit_is_waited_for() -> None:
    voice = Voice("a-good-key")
    assert len(asyncio.run(voice.speak("quickly"))) == 7 * PIECE
    assert voice.limited == 1


def test_a_crash_in_the_middle_is_resumed_where_it_was() -> None:
    text = "a text that is rather long"
    voice = Voice("a-good-key")
    audio = asyncio.run(voice.speak(text))
    assert voice.resumed == 1
    assert len(audio) == len(text) * PIECE
    for number, letter in enumerate(text):
        assert audio[number * PIECE + 1] == ord(letter)
