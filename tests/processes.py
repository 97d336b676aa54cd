"""Real servers and clients, each in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 60


@contextmanager
def running(program: str, *arguments: str, cwd: Path | None = None) -> Iterator[str]:
    """Run a Python program until the end of the block; yield the first line that it prints."""
    command = [sys.executable, "-c", program, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=cwd) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            assert line, f"the program ended at once:\n{program}"
            yield line
        finally:
            process.kill()


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program to its end."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )


ECHO_SERVER = """
import asyncio
from websockets.asyncio.server import serve

async def echo(connection):
    async for message in connection:
        await connection.send(message)

async def main():
    async with serve(echo, "127.0.0.1", 0) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

asyncio.run(main())
"""

VARIED_SERVER = """
import asyncio
import json
import sys
import ssl
from urllib.parse import urlsplit, parse_qs
from websockets.asyncio.server import broadcast, serve

room = set()

def answer(connection, request):
    if urlsplit(request.path).path == "/reject":
        response = connection.respond(503, "come back later\\n")
        response.headers["Retry-After"] = "1"
        return response

async def talk(connection):
    path = urlsplit(connection.request.path).path
    if path == "/drop":
        await connection.send("soon gone")
        connection.transport.abort()
    elif path.startswith("/close/"):
        code = int(path.rpartition("/")[2])
        await connection.close(code, f"closed with {code}")
    elif path == "/greet":
        await connection.send("hello")
        await connection.wait_closed()
    elif path == "/room":
        room.add(connection)
        async for message in connection:
            broadcast(room, message)
        room.discard(connection)
    elif path == "/login":
        async for message in connection:
            token = "fresh-" + json.loads(message)["password"]
            await connection.send(json.dumps({"token": token, "ok": True}))
    elif path == "/shout":
        async for message in connection:
            await connection.send(message.upper())
    else:
        async for message in connection:
            await connection.send(message)

async def main():
    context = None
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.num_tickets = 0  # see `wsfake.ports.server_context`
        context.load_cert_chain(sys.argv[1])
    scheme = "ws" if context is None else "wss"
    host = "127.0.0.1" if context is None else "localhost"
    options = {"process_request": answer, "ssl": context, "max_size": None}
    async with serve(talk, "127.0.0.1", 0, **options) as server:
        print(f"{scheme}://{host}:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

asyncio.run(main())
"""
"""Echoes; a path asks for something else. With a PEM file as its argument it speaks TLS."""
