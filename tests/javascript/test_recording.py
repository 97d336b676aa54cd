"""The API page's examples against a real peer, and from their recordings."""

import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.javascript.scripts import SCRIPTS
from tests.processes import running
from wsfake import Harness
from wsfake.cassette import load

ECHO = "ws://echo.websocket.org"
PRINTED = [
    "Create WebSocket",
    "WebSocket opened",
    "Ready state = 1",
    "Send a test message",
    "Message received: Test message",
    "Close WebSocket",
    "WebSocket closed",
    "Ready state = 3",
]


def run_echo(cassette: Path, mode: str, server: str) -> list[str]:
    with Harness(cassette=cassette, mode=mode) as ws_fake:
        ws_fake.alias(ECHO, to=f"{server}/echo")
        script = ws_fake.load_script(SCRIPTS / "echo.js")
        ws_fake.run(timeout=60)
        return script.printed


def test_the_echo_client_is_recorded_and_replayed(server: str, tmp_path: Path) -> None:
    cassette = tmp_path / "echo.msgpack"

    assert run_echo(cassette, "rewrite", server) == PRINTED
    assert run_echo(cassette, "none", "ws://nowhere.invalid") == PRINTED
    recorded = [entry.what for entry in load(cassette).entries if isinstance(entry.what, str)]
    assert recorded == ["Test message", "Test message"]


BACK = """
import asyncio
from websockets.asyncio.server import serve

async def answer(connection):
    async for message in connection:
        await connection.send(message + " back!")

async def main():
    async with serve(answer, "127.0.0.1", 0) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

asyncio.run(main())
"""


def run_bounce(cassette: Path, mode: str, url: str) -> list[str]:
    with Harness(cassette=cassette, mode=mode) as ws_fake:
        ws_fake.alias("ws://127.0.0.1:50000", to=url)
        script = ws_fake.load_script(SCRIPTS / "bounce.js")
        ws_fake.run(timeout=60)
        return script.printed


def test_the_client_that_bounces_is_recorded_at_a_real_server_and_replayed(
    tmp_path: Path,
) -> None:
    cassette = tmp_path / "bounce.msgpack"
    bounced = ["Message received: Hello back!", "Closed: 1000 done true"]

    with running(BACK) as url:
        assert run_bounce(cassette, "rewrite", url) == bounced
    assert run_bounce(cassette, "none", "ws://nowhere.invalid") == bounced


CLIENT = """
import sys
from websockets.sync.client import connect

with connect(sys.argv[1]) as connection:
    connection.send("Hello")
    assert connection.recv() == "Hello back!"
"""


def test_the_echo_server_is_recorded_with_a_real_client_and_replayed(tmp_path: Path) -> None:
    cassette = tmp_path / "server.msgpack"
    heard = ["New connection", "Message received: Hello"]

    with Harness(cassette=cassette, mode="rewrite", timeout=60) as ws_fake:
        script = ws_fake.load_script(SCRIPTS / "echo-server.js")
        url = script.eval("webSocketServer.url")
        assert script.printed[1] == f"Listening: true {url}"
        with subprocess.Popen([sys.executable, "-c", CLIENT, url]) as client:
            ws_fake.run(until=lambda: client.poll() is not None)
        assert client.returncode == 0
        assert script.printed[2:] == heard

    with Harness(cassette=cassette) as ws_fake:
        script = ws_fake.load_script(SCRIPTS / "echo-server.js")
        ws_fake.run()
        assert script.printed[2:] == heard


def test_a_port_that_is_taken_for_real_is_not_listened_at(tmp_path: Path) -> None:
    with socket.socket() as taken, Harness(mode="live") as ws_fake:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        path = tmp_path / "taken.js"
        path.write_text(f"var server = new WebSocketServer({{ port: {port} }});")
        script = ws_fake.load_script(path)

        assert script.eval("[server.listening, server.port, server.url]") == [False, 0, ""]


def test_time_is_real_where_connections_are(tmp_path: Path) -> None:
    path = tmp_path / "clock.js"
    path.write_text("var now = Date.now();")
    with Harness(mode="live") as ws_fake:
        assert abs(ws_fake.load_script(path).eval("now") / 1000 - time.time()) < 3600
    with Harness() as ws_fake:
        assert (
            ws_fake.load_script(path).eval("new Date().toISOString()") == "2025-01-01T00:00:00.000Z"
        )
