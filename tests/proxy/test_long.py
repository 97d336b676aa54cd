"""What takes many seconds: many connections, many messages, and an end by SIGKILL."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections import defaultdict
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.processes import VARIED_SERVER, running
from tests.proxy.recorder import recording
from wsfake.cassette import load

pytestmark = pytest.mark.long

CONNECTIONS = 1_000
MESSAGES = 100_000
BATCH = 100


def memory_of(pid: int) -> int:
    """Return how many bytes a process has had in memory at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def test_a_thousand_connections_lose_and_reorder_nothing(tmp_path: Path) -> None:
    path = tmp_path / "many.msgpack"
    each = MESSAGES // CONNECTIONS

    async def talk(url: str, number: int, opened: asyncio.Barrier) -> None:
        async with connect(url, compression=None, open_timeout=120, ping_interval=None) as client:
            async with opened:  # all are open at once
                pass
            for message in range(each // 2):
                await client.send(f"{number} {message}")
            for message in range(each // 2):
                assert await client.recv() == f"{number} {message}"

    async def all_of_them(url: str) -> None:
        opened = asyncio.Barrier(CONNECTIONS)
        async with asyncio.timeout(500), asyncio.TaskGroup() as group:
            for number in range(CONNECTIONS):
                group.create_task(talk(url, number, opened))
                if number % 100 == 0:
                    await asyncio.sleep(0.05)

    with running(VARIED_SERVER) as server, recording(server, path, "--quiet") as recorder:
        before = memory_of(recorder.process.pid)
        asyncio.run(all_of_them(recorder.url))
        grown = memory_of(recorder.process.pid) - before
        assert recorder.end() == 0
    said: dict[tuple[int, str], list[str]] = defaultdict(list)
    for entry in load(path).entries:
        if isinstance(entry.what, str):
            said[entry.connection, str(entry.side)].append(entry.what)
    assert len(said) == 2 * CONNECTIONS
    assert sum(map(len, said.values())) == MESSAGES
    for texts in said.values():
        number = texts[0].split()[0]
        assert texts == [f"{number} {message}" for message in range(each // 2)]
    assert grown < 100 << 20  # 100 kB for each connection


def test_a_kill_costs_the_last_100_ms(tmp_path: Path) -> None:
    path = tmp_path / "killed.msgpack"
    answered: list[tuple[float, int]] = []

    async def talk(url: str, kill: asyncio.Event) -> None:
        async with connect(url, compression=None) as client:
            for first in range(0, MESSAGES, BATCH):
                for number in range(first, first + BATCH):
                    await client.send(str(number))
                for number in range(first, first + BATCH):
                    assert await client.recv() == str(number)
                    answered.append((time.monotonic(), number))
                if first >= MESSAGES // 2:
                    kill.set()

    async def until_killed(url: str, kill: signal.Signals, end: object) -> float:
        killing = asyncio.Event()
        talking = asyncio.create_task(talk(url, killing))
        async with asyncio.timeout(300):
            await killing.wait()
            at = time.monotonic()
            end(kill)  # type: ignore[operator]
            await asyncio.wait([talking])
        assert talking.exception() is not None
        return at

    with running(VARIED_SERVER) as server, recording(server, path, "--quiet") as recorder:
        killed_at = asyncio.run(
            until_killed(recorder.url, signal.SIGKILL, recorder.process.send_signal)
        )
        recorder.process.wait(60)
    assert not path.exists()
    cassette = load(path.with_name("killed.part.msgpack"))
    assert cassette.cut
    texts = [
        e.what for e in cassette.entries if isinstance(e.what, str) and str(e.side) == "server"
    ]
    assert texts == [str(number) for number in range(len(texts))]
    due = sum(at < killed_at - 0.1 for at, _ in answered)
    assert MESSAGES // 4 < due <= len(texts)
