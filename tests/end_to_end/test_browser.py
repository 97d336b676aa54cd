"""The browser profile with real servers: recorded, and replayed without them."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.test_jupyter import kernel
from tests.processes import running
from wsfake import Harness, UnexpectedMessage
from wsfake.cassette import load

SERVER = """
import asyncio, json
from websockets.asyncio.server import serve

async def talk(connection):
    await connection.send(json.dumps(sorted(name.lower() for name in connection.request.headers)))
    async for message in connection:
        if message == "close":
            await connection.close(4000, "as you wish")
        await connection.send(message)

async def main():
    async with serve(talk, "127.0.0.1", 0, subprotocols=["v2", "v1"]) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
        await server.serve_forever()

asyncio.run(main())
"""
URL = "ws://chat.test/"


def talk(ws_fake: Harness) -> list[Any]:
    """Talk to the server; return what was seen."""
    socket: Any = ws_fake.WebSocket(URL, ["v0", "v1", "v2"])
    socket.binaryType = "arraybuffer"
    seen: list[Any] = []

    def on_open() -> None:
        seen.append((socket.protocol, socket.extensions))
        for message in ("å", "", b"\x00\xff", "close"):
            socket.send(message)

    socket.onopen = on_open
    socket.onmessage = lambda event: seen.append(event.data)
    socket.onerror = lambda event: seen.append("error")
    socket.onclose = lambda event: seen.append((event.code, event.reason, event.wasClean))
    ws_fake.run(until=lambda: socket.readyState == socket.CLOSED, timeout=60)
    return seen


def test_a_talk_with_subprotocols_is_recorded_and_replayed(tmp_path: Path) -> None:
    cassette = tmp_path / "talk.msgpack"
    settings: dict[str, Any] = {"profile": "browser", "base_url": "http://page.test/"}
    with (
        running(SERVER) as url,
        Harness(cassette, "rewrite", **settings) as ws_fake,
    ):
        ws_fake.alias(URL, to=url)
        recorded = talk(ws_fake)

    with Harness(cassette, **settings) as ws_fake:
        replayed = talk(ws_fake)

    assert recorded == replayed
    assert recorded[0] == (
        "v2",
        "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
    )
    headers = json.loads(recorded[1])
    assert {"origin", "sec-websocket-protocol"} <= set(headers)
    assert not {"user-agent", "referer", "cookie"} & set(headers)
    assert recorded[2:] == ["å", "", b"\x00\xff", (4000, "as you wish", True)]
    opening: Any = load(cassette).entries[0].what
    assert opening.subprotocols == ("v0", "v1", "v2")
    assert ("Origin", "http://page.test") in opening.headers


def test_a_server_that_has_none_of_the_subprotocols_fails_the_connection(tmp_path: Path) -> None:
    def connect(ws_fake: Harness) -> list[Any]:
        socket: Any = ws_fake.WebSocket(URL, "v9")
        seen: list[Any] = []
        socket.onopen = lambda: seen.append("open")
        socket.onerror = lambda: seen.append("error")
        socket.onclose = lambda event: seen.append(event.code)
        ws_fake.run()
        return seen

    cassette = tmp_path / "talk.msgpack"
    with running(SERVER) as url, Harness(cassette, "rewrite", profile="browser") as ws_fake:
        ws_fake.alias(URL, to=url)
        assert connect(ws_fake) == ["error", 1006]
    with Harness(cassette, profile="browser") as ws_fake:
        assert connect(ws_fake) == ["error", 1006]


def test_what_a_replay_does_not_expect_is_a_mismatch(tmp_path: Path) -> None:
    cassette = tmp_path / "talk.msgpack"
    with running(SERVER) as url, Harness(cassette, "rewrite", profile="browser") as ws_fake:
        ws_fake.alias(URL, to=url)
        talk(ws_fake)

    ws_fake = Harness(cassette, profile="browser")
    socket: Any = ws_fake.WebSocket(URL, "v2")
    ws_fake.run(until=lambda: socket.readyState == 1)
    with pytest.raises(UnexpectedMessage):
        socket.send("something else")
    ws_fake.finish("failed")


# A kernel of Jupyter, in the binary form that its pages ask for

TEST = '''
import json, os
import pytest

CHANNELS = "ws://kernel.test/channels"
PROTOCOL = "v1.kernel.websocket.jupyter.org"


def pack(channel, *parts):
    """Offsets as 64-bit little-endian numbers, how many first; then the parts."""
    parts = [channel.encode(), *(json.dumps(part).encode() for part in parts)]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    numbers = b"".join(n.to_bytes(8, "little") for n in (len(offsets), *offsets))
    return numbers + b"".join(parts)


def unpack(data):
    count = int.from_bytes(data[:8], "little")
    offsets = [int.from_bytes(data[8 * i:8 * i + 8], "little") for i in range(1, count + 1)]
    channel, *parts = (data[a:b] for a, b in zip(offsets, offsets[1:]))
    return channel.decode(), [json.loads(part) for part in parts[:4]]


@pytest.mark.ws_fake(profile="browser")
def test_kernel(ws_fake):
    ws_fake.alias(CHANNELS, to=lambda: os.environ["KERNEL_URL"])
    socket = ws_fake.WebSocket(CHANNELS, [PROTOCOL])
    socket.binaryType = "arraybuffer"
    output, seen = [], []

    def on_open():
        header = {"msg_id": "a1b2", "session": "c3d4", "username": "test",
                  "date": "2026-01-01T00:00:00Z", "msg_type": "execute_request", "version": "5.3"}
        content = {"code": "print(6*7)", "silent": False, "store_history": False,
                   "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
        socket.send(pack("shell", header, {}, {}, content))

    def on_message(event):
        channel, (header, parent, metadata, content) = unpack(event.data)
        if parent.get("msg_id") != "a1b2":
            return  # the kernel speaks of its start
        seen.append((channel, header["msg_type"]))
        if header["msg_type"] == "stream":
            output.append(content["text"])

    socket.addEventListener("open", on_open)
    socket.addEventListener("message", on_message)
    ws_fake.run(until=lambda: ("shell", "execute_reply") in seen and output, timeout=60)
    assert socket.protocol == PROTOCOL
    assert output == ["42\\n"]
'''


def test_a_kernel_is_recorded_and_replayed_in_its_binary_subprotocol(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = secrets.token_hex(16)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    pytester.makepyfile(test_kernel=TEST)
    with kernel(tmp_path, token) as url:
        monkeypatch.setenv("KERNEL_URL", url)
        pytester.runpytest_subprocess("--ws-record").assert_outcomes(passed=1)
    monkeypatch.delenv("KERNEL_URL")
    cassette = pytester.path / "cassettes" / "test_kernel" / "test_kernel.msgpack"

    replayed = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    replayed.assert_outcomes(passed=1)
    opening, answer = (entry.what for entry in load(cassette).entries[:2])
    assert opening.subprotocols == ("v1.kernel.websocket.jupyter.org",)  # type: ignore[union-attr]
    assert answer.subprotocol == "v1.kernel.websocket.jupyter.org"  # type: ignore[union-attr]
    assert token.encode() not in cassette.read_bytes()
    assert "KERNEL_URL" not in os.environ
