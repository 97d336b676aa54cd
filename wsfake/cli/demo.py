"""`wsfake demo`: record a real server, and replay it under pytest with the server gone."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wsfake.cassette import load
from wsfake.cli.output import print_lines
from wsfake.errors import LiveConnectionError, UsageError
from wsfake.network import write_dialogue

__all__ = ["add_parser"]

_SCRIPT = '''\
"""A script that talks through a WebSocket; it knows nothing of tests."""


def talk(WebSocket, url):
    printed = []
    socket = WebSocket(url)

    def on_open():
        printed.append(f"opened, readyState {socket.readyState}")
        socket.send("Test message")

    def on_message(message):
        printed.append(f"received {message.data}")
        socket.close(1000, "done")

    def on_close(event):
        printed.append(f"closed with {event.code} {event.reason}")

    socket.onopen, socket.onmessage, socket.onclose = on_open, on_message, on_close
    return printed
'''

_TEST = '''\
"""One test, for recording and for replaying."""

import os

from echo_script import talk


def test_echo(ws_fake):
    # The port differs from run to run: the test and its cassette speak of an alias.
    ws_fake.alias("ws://echo.demo/", to=lambda: os.environ["ECHO_URL"])
    printed = talk(ws_fake.WebSocket, "ws://echo.demo/")
    ws_fake.run()
    print(ws_fake.dialogue)
    assert printed == ["opened, readyState 1", "received Test message", "closed with 1000 done"]
'''

_INI = """\
[pytest]
# the script closes its connection, so that no silence need end the recording
ws_record_idle = 30
"""

_SERVER = """\
import asyncio
from websockets.asyncio.server import serve

async def echo(connection):
    async for message in connection:
        await connection.send(message)

async def main():
    async with serve(echo, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

asyncio.run(main())
"""
_WAIT_SECONDS = 30


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "demo", help="record a real server, stop it, and replay it under pytest"
    )
    parser.add_argument(
        "--dir", default="wsfake-demo", help="where the files are left (%(default)s)"
    )
    parser.set_defaults(command=demo)


def demo(arguments: argparse.Namespace) -> int:
    """Return 0 where both the recording and the replay have passed."""
    folder = Path(arguments.dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "echo_script.py").write_text(_SCRIPT, encoding="utf-8")
        (folder / "test_echo.py").write_text(_TEST, encoding="utf-8")
        (folder / "pytest.ini").write_text(_INI, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"expected a folder that can be written to, got {folder}: {error.strerror}"
        ) from None
    with _echo_server() as url:
        print(f"1. a real server listens at {url}; pytest --ws-record\n")
        recorded = _pytest(folder, {"ECHO_URL": url}, "--ws-record")
    if recorded:
        return 1
    cassette = folder / "cassettes" / "test_echo" / "test_echo.msgpack"
    print_lines(write_dialogue(load(cassette).entries))
    print("\n2. the server is stopped; pytest\n")
    replayed = _pytest(folder, {}, "-s")
    print(f"\nthe cassette: {cassette}")
    print(f"to see it:    wsfake show {cassette}")
    print(f"to replay it: cd {folder} && {Path(sys.executable).name} -m pytest")
    return 1 if replayed else 0


@contextmanager
def _echo_server() -> Iterator[str]:
    """Run an echo server in a process of its own; it is stopped at the end."""
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            if not port:
                raise LiveConnectionError("the echo server of the demo did not start")
            yield f"ws://127.0.0.1:{port}/"
        finally:
            process.kill()


def _pytest(folder: Path, variables: dict[str, str], *options: str) -> int:
    """Run pytest in a folder, as its user would; only our plugin is loaded."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}
    for name in ("PYTEST_ADDOPTS", "ECHO_URL"):
        if name not in variables:
            environment.pop(name, None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "pytest_wsfake.plugin"]
    sys.stdout.flush()
    try:
        return subprocess.run(  # noqa: S603 - our own program
            [*command, "-p", "no:cacheprovider", "--rootdir=.", *options],
            cwd=folder,
            env=environment,
            timeout=_WAIT_SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        raise LiveConnectionError(f"pytest did not end within {_WAIT_SECONDS} s") from None
