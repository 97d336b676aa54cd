"""Clients of others at a real port: scripted, recorded, and replayed from that recording."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.chromium.measure import Browser
from tests.ports.clients import JAVASCRIPT, NODE, PYTHON, SAID, run_javascript, run_python
from tests.processes import running
from wsfake import Harness, Transcript
from wsfake.model import Close, Entry

SERVER = """
import asyncio
from websockets.asyncio.server import serve

async def echo(connection):
    async for message in connection:
        await connection.send(message)

async def main():
    async with serve(echo, "127.0.0.1", 0, subprotocols=["v1"]) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

asyncio.run(main())
"""
URL = "wss://echo.test/some/path?x=1"

ECHO = (
    Transcript(subprotocol="v1")
    .client("å")
    .server("å")
    .client(b"\x00\xff")
    .server(b"\x00\xff")
    .client("")
    .server("")
    .client_closes(4000, "bye")
)

Client = Callable[[str], list[object]]

STORY = [
    ("client", "å"),
    ("server", "å"),
    ("client", b"\x00\xff"),
    ("server", b"\x00\xff"),
    ("client", ""),
    ("server", ""),
    ("client", 4000),
    ("server", 4000),
]


def story(ws_fake: Harness) -> list[tuple[str, object]]:
    return [told(entry) for entry in ws_fake.dialogue.entries if is_told(entry)]


def is_told(entry: Entry) -> bool:
    return isinstance(entry.what, str | bytes | Close)


def told(entry: Entry) -> tuple[str, object]:
    what = entry.what
    return str(entry.side), what.code if isinstance(what, Close) else what


@pytest.fixture(scope="session")
def real_url() -> Iterator[str]:
    with running(SERVER) as url:
        yield url


def check(client: Client, real_url: str, cassette: Path, said: list[object] = SAID) -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, ECHO)
        assert client(ws_fake.url_for(URL)) == said
    assert story(ws_fake) == STORY

    with Harness(cassette, "rewrite") as ws_fake:
        ws_fake.alias("wss://echo.test", to=real_url)
        assert client(ws_fake.url_for(URL)) == said
    assert story(ws_fake) == STORY
    assert ws_fake.summary.kept

    with Harness(cassette) as ws_fake:
        assert client(ws_fake.url_for(URL)) == said
    assert story(ws_fake) == STORY
    assert ws_fake.summary.replayed == 1


@pytest.mark.parametrize("name", PYTHON)
def test_a_library_for_python_is_served_recorded_and_replayed(
    name: str, real_url: str, tmp_path: Path
) -> None:
    said = SAID[:-1] if name == "httpx-ws" else SAID
    check(lambda url: run_python(name, url), real_url, tmp_path / "echo.msgpack", said)


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the package `ws` of npm is installed."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("node")
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), "ws@8"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm cannot install the package ws: it takes more than 120 s")
    if done.returncode:
        pytest.skip(f"npm cannot install the package ws: {done.stderr.strip()[-200:]}")
    return folder


@pytest.mark.parametrize("name", NODE)
def test_a_program_of_node_is_served_recorded_and_replayed(
    name: str, real_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    folder = request.getfixturevalue("node_modules") if name == "npm ws" else None
    check(lambda url: run_javascript(name, url, folder), real_url, tmp_path / "echo.msgpack")


def test_a_page_in_chromium_is_served_recorded_and_replayed(real_url: str, tmp_path: Path) -> None:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, folder)

        def page(url: str) -> list[object]:
            made = f"const socket = new WebSocket({json.dumps(url)}, ['v0', 'v1']);"
            told: str = browser.evaluate(
                f"new Promise(tell => {{ {made}\n{JAVASCRIPT} }})",
            )
            seen: list[object] = json.loads(told)
            return seen

        try:
            check(page, real_url, tmp_path / "echo.msgpack")
        finally:
            browser.close()
