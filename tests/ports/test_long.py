"""What takes many seconds: a thousand connections at once at one port of a test."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.cli.test_serve import serving
from tests.processes import VARIED_SERVER, running
from wsfake import Harness, Transcript
from wsfake.cassette import load

pytestmark = pytest.mark.long

URL = "wss://feed.test/v1"
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


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cassette of a thousand connections to a real server."""
    path = tmp_path_factory.mktemp("long") / "many.msgpack"
    with running(VARIED_SERVER) as server, Harness(mode="rewrite", cassette=path) as ws_fake:
        ws_fake.alias(URL, to=f"{server}/echo")
        asyncio.run(talk(ws_fake.url_for(URL)))
    return path


def test_a_thousand_connections_are_recorded(recorded: Path) -> None:
    said = [entry.what for entry in load(recorded).entries if isinstance(entry.what, str)]
    assert len(said) == 2 * ROUNDS * CONNECTIONS


def test_a_thousand_connections_are_replayed_in_a_test(recorded: Path) -> None:
    with Harness(recorded) as ws_fake:
        asyncio.run(talk(ws_fake.url_for(URL)))
    assert ws_fake.summary.replayed == CONNECTIONS


def test_a_thousand_connections_are_replayed_by_the_command(recorded: Path) -> None:
    with serving(str(recorded), "--quiet") as served:
        asyncio.run(talk(served.url))
        assert served.end() == (0, "", "")


def test_a_thousand_connections_are_served() -> None:
    transcript = Transcript()
    for round_ in range(ROUNDS):
        transcript = transcript.client(f"round {round_}").server(f"round {round_}")
    with Harness() as ws_fake:
        handle = ws_fake.serve("ws://feed.example/", transcript, connections=None)
        asyncio.run(talk(ws_fake.url_for("ws://feed.example/")))
        assert len(handle.connections) == CONNECTIONS
