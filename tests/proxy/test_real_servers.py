"""Servers that nobody here wrote, each behind the recording proxy as its users run it."""

from __future__ import annotations

import json
import secrets
import shutil
import urllib.request
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.end_to_end.test_jupyter import SERVER as JUPYTER
from tests.ports.test_clients import node_modules
from tests.processes import ECHO_SERVER, running
from tests.proxy.recorder import recording
from wsfake.cassette import load
from wsfake.model import Accept, Close, Open, Reject

__all__ = ["node_modules"]

AIOHTTP = """
from aiohttp import web, WSMsgType

async def echo(request):
    if request.path == "/reject":
        return web.Response(status=403, text="no")
    socket = web.WebSocketResponse(protocols=("chat",), max_msg_size=0)
    await socket.prepare(request)
    async for message in socket:
        if message.type == WSMsgType.TEXT:
            await socket.send_str(message.data)
        else:
            await socket.send_bytes(message.data)
    return socket

async def main():
    app = web.Application()
    app.router.add_get("/{path:.*}", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"ws://127.0.0.1:{site._server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()

import asyncio
asyncio.run(main())
"""

UVICORN = """
import asyncio, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import WebSocketRoute

async def echo(socket):
    if socket.url.path == "/reject":
        await socket.close()
        return
    await socket.accept(subprotocol="chat")
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        if message.get("text") is not None:
            await socket.send_text(message["text"])
        else:
            await socket.send_bytes(message["bytes"])

app = Starlette(routes=[WebSocketRoute("/{path:path}", echo)])

async def main():
    options = {"log_level": "critical", "lifespan": "off"}
    config = uvicorn.Config(app, "127.0.0.1", 0, ws=sys.argv[1], **options)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", flush=True)
    await task

asyncio.run(main())
"""

TORNADO = """
import asyncio
from tornado.httpserver import HTTPServer
from tornado.web import Application
from tornado.websocket import WebSocketHandler
from tornado.netutil import bind_sockets

class Echo(WebSocketHandler):
    def prepare(self):
        if self.request.path == "/reject":
            self.set_status(403)
            self.finish("no")
    def select_subprotocol(self, offered):
        return "chat"
    def get_compression_options(self):
        return {}
    def on_message(self, message):
        self.write_message(message, binary=isinstance(message, bytes))

async def main():
    sockets = bind_sockets(0, "127.0.0.1")
    server = HTTPServer(Application([("/.*", Echo)]))
    server.add_sockets(sockets)
    print(f"ws://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""

NODE = """
import os, sys
os.environ["NODE_PATH"] = sys.argv[1]
program = '''
const { WebSocketServer } = require("ws");
const server = new WebSocketServer({
  host: "127.0.0.1", port: 0, perMessageDeflate: true,
  handleProtocols: () => "chat",
  verifyClient: (info) => info.req.url !== "/reject",
}, () => console.log(`ws://127.0.0.1:${server.address().port}`));
server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
'''
os.execvp("node", ["node", "-e", program])
"""

MESSAGES: list[str | bytes] = [
    "",
    b"",
    "text",
    b"\x00\xff",
    "größer " * 5_000,
    bytes(range(256)) * 1_000,
]


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        pytest.param(ECHO_SERVER, (), id="websockets"),
        pytest.param(AIOHTTP, (), id="aiohttp"),
        pytest.param(UVICORN, ("websockets-sansio",), id="uvicorn with websockets"),
        pytest.param(UVICORN, ("wsproto",), id="uvicorn with wsproto", marks=pytest.mark.long),
        pytest.param(TORNADO, (), id="tornado"),
        pytest.param(NODE, (), id="npm ws"),
    ],
)
def test_a_real_server_is_recorded(
    program: str, arguments: tuple[str, ...], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if program is NODE:
        if shutil.which("node") is None:
            pytest.skip("node is not installed")
        arguments = (str(request.getfixturevalue("node_modules") / "node_modules"),)
    path = tmp_path / "talk.msgpack"
    subprotocol = None if program is ECHO_SERVER else "chat"
    offered = None if subprotocol is None else [Subprotocol("other"), Subprotocol("chat")]
    with (
        running(program, *arguments) as server,
        recording(server + "/talk?a=1", path, "--quiet") as recorder,
    ):
        with connect(recorder.url, subprotocols=offered, max_size=None) as client:
            assert client.subprotocol == subprotocol
            for message in MESSAGES:
                client.send(message)
                assert client.recv(20) == message
        if program is not ECHO_SERVER:
            rejected = recorder.url.replace("/talk?a=1", "/reject")
            with pytest.raises(InvalidStatus), connect(rejected):
                pass
        assert recorder.end() == 0
    entries = load(path).entries
    first = [(str(entry.side), entry.what) for entry in entries if entry.connection == 1]
    opening, answer = first[0][1], first[1][1]
    assert isinstance(opening, Open)
    assert isinstance(answer, Accept)
    assert opening.url == server + "/talk?a=1"
    assert answer.subprotocol == subprotocol
    expected = [(side, message) for message in MESSAGES for side in ("client", "server")]
    assert first[2 : 2 + len(expected)] == expected
    assert first[2 + len(expected) :] == [("client", Close(1000)), ("server", Close(1000))]
    if program is not ECHO_SERVER:
        second = [entry.what for entry in entries if entry.connection == 2]
        assert isinstance(second[1], Reject)


@pytest.mark.long
def test_a_kernel_of_jupyter_is_recorded(tmp_path: Path) -> None:
    path, token = tmp_path / "kernel.msgpack", secrets.token_hex(16)
    with running(JUPYTER, str(tmp_path), token) as base:
        request = urllib.request.Request(
            f"{base}/api/kernels", b"{}", {"Authorization": f"token {token}"}
        )
        kernel = json.load(urllib.request.urlopen(request, timeout=60))["id"]
        url = base.replace("http", "ws", 1)
        with recording(url, path, "--quiet") as recorder:
            # a request that asks for no WebSocket passes through the same port
            plain = urllib.request.Request(
                recorder.url.replace("ws", "http", 1) + "api/kernels",
                headers={"Authorization": f"token {token}", "Connection": "close"},
            )
            assert json.load(urllib.request.urlopen(plain, timeout=60))[0]["id"] == kernel
            channels = f"{recorder.url}api/kernels/{kernel}/channels?token={token}"
            with connect(channels, max_size=None) as client:
                header = {
                    "msg_id": "1",
                    "session": "s",
                    "username": "u",
                    "date": "2026-01-01T00:00:00Z",
                    "msg_type": "kernel_info_request",
                    "version": "5.3",
                }
                asked = {"header": header, "parent_header": {}, "metadata": {}, "content": {}}
                client.send(json.dumps({**asked, "channel": "shell", "buffers": []}))
                kinds = set()
                while "kernel_info_reply" not in kinds:
                    kinds.add(json.loads(client.recv(60))["header"]["msg_type"])
            assert recorder.end() == 0
    assert token.encode() not in path.read_bytes()
    entries = load(path).entries
    assert {entry.connection for entry in entries} == {1}  # of the one WebSocket
    assert any(isinstance(e.what, str) and "kernel_info_reply" in e.what for e in entries)
