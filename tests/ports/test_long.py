"""What takes many seconds: a thousand connections at once at one port of a test."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.processes import VARIED_SERVER, running
from wsfake import Harness, Transcript
from wsfake.cassette import load

pytestmark = pytest.mark.long

CONNECTIONS = 1_000
ROUNDS = 3


async def talk(url: str) -> None:
    """Open all, and let each say something in turn, so that the order is the same each time."""
    async with asyncio.timeout(400):
        clients = [
            await connect(url, compression=None, open_timeout=60, ping_interval=None)
            for _ in range(CONNECTIONS)
        ]
        for round_ in range(ROUNDS):
            for client in clients:
                await client.send(f"round {round_}")
                assert await client.recv() == f"round {round_}"
        for client in clients:
            await client.close()


def test_a_thousand_connections_are_recorded(tmp_path: Path) -> None:
    path = tmp_path / "many.msgpack"
    with running(VARIED_SERVER) as server, Harness(mode="rewrite", cassette=path) as ws_fake:
        asyncio.run(talk(ws_fake.url_for(f"{server}/echo")))
    said = [entry.what for entry in load(path).entries if isinstance(entry.what, str)]
    assert len(said) == 2 * ROUNDS * CONNECTIONS


def test_a_thousand_connections_are_served() -> None:
    transcript = Transcript()
    for round_ in range(ROUNDS):
        transcript = transcript.client(f"round {round_}").server(f"round {round_}")
    with Harness() as ws_fake:
        handle = ws_fake.serve("ws://feed.example/", transcript, connections=None)
        asyncio.run(talk(ws_fake.url_for("ws://feed.example/")))
        assert len(handle.connections) == CONNECTIONS
