"""Clients of others, each as a program: it says three things, hears them again, and closes.

Each prints one line of JSON: the subprotocol, what it received, and the close code that it saw.
Messages in binary are printed as lists of numbers.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

__all__ = ["JAVASCRIPT", "NODE", "PYTHON", "SAID", "run_javascript", "run_python"]

PATIENCE = 60

SAID = ["v1", "å", [0, 255], "", 4000]
"""What every client prints; without the code where its library does not tell it."""

_HEAD = """
import json, sys

def tell(*seen):
    print(json.dumps([list(each) if isinstance(each, bytes) else each for each in seen]))

url = sys.argv[1]
"""

PYTHON = {
    "websockets asyncio": """
import asyncio
from websockets.asyncio.client import connect

async def main():
    async with connect(url, subprotocols=["v0", "v1"]) as connection:
        heard = []
        for message in ("å", b"\\x00\\xff", ""):
            await connection.send(message)
            heard.append(await connection.recv())
        await connection.close(4000, "bye")
    tell(connection.subprotocol, *heard, connection.close_code)

asyncio.run(main())
""",
    "websockets sync": """
from websockets.sync.client import connect

with connect(url, subprotocols=["v0", "v1"]) as connection:
    heard = []
    for message in ("å", b"\\x00\\xff", ""):
        connection.send(message)
        heard.append(connection.recv())
    connection.close(4000, "bye")
tell(connection.subprotocol, *heard, connection.close_code)
""",
    "aiohttp": """
import asyncio, aiohttp

async def main():
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url, protocols=["v0", "v1"], compress=15) as ws:
            heard = []
            for message in ("å", b"\\x00\\xff", ""):
                await (ws.send_bytes if isinstance(message, bytes) else ws.send_str)(message)
                heard.append((await ws.receive()).data)
            await ws.close(code=4000, message=b"bye")
            tell(ws.protocol, *heard, ws.close_code)

asyncio.run(main())
""",
    "websocket-client": """
import websocket

ws = websocket.create_connection(url, subprotocols=["v0", "v1"])
heard = []
for message in ("å", b"\\x00\\xff", ""):
    (ws.send_binary if isinstance(message, bytes) else ws.send)(message)
    heard.append(ws.recv())
ws.send_close(4000, b"bye")
opcode, payload = ws.recv_data(control_frame=True)
ws.shutdown()
tell(ws.getsubprotocol(), *heard, int.from_bytes(payload[:2]))
""",
    "httpx-ws": """
from httpx_ws import connect_ws

with connect_ws(url.replace("ws", "http", 1), subprotocols=["v0", "v1"]) as ws:
    ws.send_text("å")
    heard = [ws.receive_text()]
    ws.send_bytes(b"\\x00\\xff")
    heard.append(ws.receive_bytes())
    ws.send_text("")
    heard.append(ws.receive_text())
    ws.close(4000, "bye")  # and the answer to it is told to nobody
tell(ws.subprotocol, *heard)
""",
    "picows": """
import asyncio
from picows import WSCloseCode, WSListener, WSMsgType, ws_connect

class Listener(WSListener):
    def on_ws_connected(self, transport):
        self.heard, self.code = [], None
        transport.send(WSMsgType.TEXT, "å".encode())

    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.CLOSE:
            self.code = int(frame.get_close_code())
            transport.disconnect()
            return
        text = frame.msg_type == WSMsgType.TEXT
        read = frame.get_payload_as_utf8_text if text else frame.get_payload_as_bytes
        self.heard.append(read())
        if len(self.heard) == 1:
            transport.send(WSMsgType.BINARY, b"\\x00\\xff")
        elif len(self.heard) == 2:
            transport.send(WSMsgType.TEXT, b"")
        else:
            transport.send_close(4000, b"bye")

async def main():
    transport, listener = await ws_connect(
        Listener, url, extra_headers=[("Sec-WebSocket-Protocol", "v0, v1")]
    )
    await transport.wait_disconnected()
    chosen = transport.response.headers.get("Sec-WebSocket-Protocol")
    tell(chosen, *listener.heard, listener.code)

asyncio.run(main())
""",
    "tornado": """
import asyncio
from tornado.websocket import websocket_connect

async def main():
    ws = await websocket_connect(url, subprotocols=["v0", "v1"], compression_options={})
    heard = []
    for message in ("å", b"\\x00\\xff", ""):
        await ws.write_message(message, binary=isinstance(message, bytes))
        heard.append(await ws.read_message())
    chosen = ws.selected_subprotocol
    ws.close(4000, "bye")
    assert await ws.read_message() is None
    tell(chosen, *heard, ws.close_code)

asyncio.run(main())
""",
}

_TALK = """
const heard = [];
socket.binaryType = "arraybuffer";
socket.onopen = () => socket.send("å");
socket.onmessage = ({ data }) => {
    heard.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
    if (heard.length === 1) socket.send(new Uint8Array([0, 255]));
    else if (heard.length === 2) socket.send("");
    else socket.close(4000, "bye");
};
"""

JAVASCRIPT = (
    _TALK
    + "socket.onclose = ({ code }) => tell(JSON.stringify([socket.protocol, ...heard, code]));"
)
"""For a `socket` that is made, and a function `tell`."""

NODE = {
    "npm ws": "const WebSocket = require('ws');",
    "WebSocket of node": "",
}


def run_python(name: str, url: str) -> list[object]:
    return _run([sys.executable, "-c", _HEAD + PYTHON[name], url], None)


def run_javascript(name: str, url: str, folder: Path | None) -> list[object]:
    node = shutil.which("node") or "node"
    program = (
        f"{NODE[name]}\nconst tell = console.log;\n"
        f"const socket = new WebSocket(process.argv[1], ['v0', 'v1']);\n{JAVASCRIPT}"
    )
    flags = [] if name == "npm ws" or _knows_websocket(node) else ["--experimental-websocket"]
    return _run([node, *flags, "-e", program, url], folder)


def _knows_websocket(node: str) -> bool:
    program = "process.exit(typeof WebSocket === 'undefined' ? 1 : 0)"
    return subprocess.run([node, "-e", program], check=False).returncode == 0


def _run(command: list[str], folder: Path | None) -> list[object]:
    """Run a client to its end, whatever the proxies of this machine are."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=folder
    )
    if done.returncode:
        pytest.fail(f"the client failed:\n{done.stdout}{done.stderr}")
    seen: list[object] = json.loads(done.stdout.splitlines()[-1])
    return seen
