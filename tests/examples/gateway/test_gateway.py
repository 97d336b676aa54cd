"""The bot, against what a real gateway has said once, and against a day that was written down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.examples.gateway.client import URL, Bot
from tests.processes import running
from wsfake import Harness, Transcript

SERVER = Path(__file__).with_name("server.py")


@pytest.fixture
def gateway(ws_fake: Harness) -> Iterator[None]:
    if not ws_fake.is_live:
        yield
        return
    with running(SERVER.read_text("utf-8")) as url:
        ws_fake.alias("wss://gateway.chat.example", to=url)
        yield


def run(ws_fake: Harness, bot: Bot) -> int:
    with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
        return runner.run(bot.run())


def pong(said: str) -> str | None:
    return "pong" if said == "ping" else None


@pytest.mark.usefixtures("gateway")
def test_a_session_outlives_its_connections(ws_fake: Harness) -> None:
    bot = Bot("a-key", pong)
    assert run(ws_fake, bot) == 4004
    assert bot.heard == ["ping", "while you were away", "ping"]
    assert bot.log == [
        *("ready", "message", "asked to reconnect"),
        *("message", "resumed", "no heart-beat", "closed 4000"),
        *("invalid session", "ready", "message", "closed 4004"),
    ]


def event(op: int, data: Any, number: int | None = None, kind: str | None = None) -> dict[str, Any]:
    return {"op": op, "d": data, "s": number, "t": kind}


def test_a_day_of_heartbeats_takes_no_time() -> None:
    day = (
        Transcript()
        .server(event(10, {"interval": 41250}))
        .client({"op": 2, "d": {"token": "a-key"}})
        .server(event(0, {"session": "s"}, 1, "READY"))
    )
    for _ in range(24 * 3600 * 1000 // 41250):
        day = day.client({"op": 1, "d": 1}).server(event(11, None))
    bot = Bot("a-key", pong)
    with Harness() as ws_fake:  # one that is not live under --ws-record either, where time is real
        ws_fake.serve(URL, day.server_closes(1000))
        assert run(ws_fake, bot) == 1000
        assert ws_fake.now > 86300
    assert json.dumps(bot.log) == '["ready", "closed 1000"]'
