"""The peer of a real browser: TCP and bytes, and the page that the browser is on."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import struct
import threading
from typing import Any

from tests.browser.chromium.scenarios import Scenario

PATIENCE = 3.0
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n"
    b"<!doctype html>"
)
OPCODES = {"text": 1, "binary": 2, "close": 8, "ping": 9}


def frame(opcode: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        head = bytes([0x80 | opcode, length])
    elif length < 65536:
        head = bytes([0x80 | opcode, 126]) + struct.pack("!H", length)
    else:
        head = bytes([0x80 | opcode, 127]) + struct.pack("!Q", length)
    return head + payload


def close_payload(code: int | None, reason: str) -> bytes:
    return b"" if code is None else struct.pack("!H", code) + reason.encode()


def brief(text: str) -> str:
    return f"{len(text)} characters" if len(text) > 100 else text


class Reader:
    """Reads what a browser sends."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = b""

    def until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._more()
        data, _, self._buffer = self._buffer.partition(end)
        return data

    def exactly(self, length: int) -> bytes:
        while len(self._buffer) < length:
            self._more()
        data, self._buffer = self._buffer[:length], self._buffer[length:]
        return data

    def _more(self) -> None:
        data = self._sock.recv(65536)
        if not data:
            raise EOFError
        self._buffer += data

    def frame(self) -> tuple[int, bytes]:
        first, second = self.exactly(2)
        length = second & 0x7F
        if length > 125:
            length = int.from_bytes(self.exactly(2 if length == 126 else 8), "big")
        mask = self.exactly(4)
        data = self.exactly(length)
        return first & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


class Peer:
    """Plays the scenarios to whoever asks for `/NUMBER`; anything else is the page."""

    def __init__(self, scenarios: list[Scenario]) -> None:
        self._scenarios = scenarios
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.saw: dict[int, list[list[Any]]] = {}
        self.finished: dict[int, threading.Event] = {
            number: threading.Event() for number in range(len(scenarios))
        }
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            sock.settimeout(PATIENCE)
            reader = Reader(sock)
            try:
                request = reader.until(b"\r\n\r\n")
            except (OSError, EOFError):
                return
            path = request.split(b" ")[1].strip(b"/")
            if not path.isdigit():
                sock.sendall(_PAGE)
                return
            number = int(path)
            key = re.search(rb"(?i)sec-websocket-key: (\S+)", request)
            assert key is not None
            accept = base64.b64encode(hashlib.sha1(key[1] + _GUID).digest())
            saw = self.saw[number] = []
            try:
                _Play(sock, reader, accept.decode(), saw).run(self._scenarios[number].peer)
            except (OSError, EOFError):
                pass
            finally:
                self.finished[number].set()


class _Play:
    def __init__(
        self, sock: socket.socket, reader: Reader, accept: str, saw: list[list[Any]]
    ) -> None:
        self.sock, self.reader, self.accept, self.saw = sock, reader, accept, saw
        self.said_close = self.heard_close = self.held = False
        self.queued = b""

    def run(self, steps: list[list[Any]]) -> None:
        for step in steps:
            self.step(*step)
        self.flush()
        while not self.heard_close:
            self.hear()
        if not self.said_close and not self.held:
            payload = self.saw[-1]
            self.sock.sendall(frame(8, close_payload(payload[1], "")))

    def step(self, verb: str, *values: Any) -> None:
        if verb == "accept":
            chosen = f"Sec-WebSocket-Protocol: {values[0]}\r\n" if values[0] else ""
            self.queued += (
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Accept: {self.accept}\r\n{chosen}\r\n"
            ).encode()
        elif verb == "reject":
            self.queued += f"HTTP/1.1 {values[0]} No\r\nContent-Length: 0\r\n\r\n".encode()
        elif verb == "http":
            self.queued += values[0].encode()
        elif verb == "raw":
            self.queued += bytes.fromhex(values[0])
        elif verb == "text":
            self.queued += frame(1, values[0].encode())
        elif verb in ("binary", "ping"):
            self.queued += frame(OPCODES[verb], bytes.fromhex(values[0]))
        elif verb == "close":
            self.queued += frame(8, close_payload(*values))
            self.said_close = True
        else:
            self.flush()
            self.wait(verb)

    def wait(self, verb: str) -> None:
        if verb == "hold":
            self.held = True
        elif verb == "end":
            self.sock.shutdown(socket.SHUT_WR)
        elif verb == "reset":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.sock.close()
            raise EOFError
        elif verb == "wait message":
            self.hear()
        elif verb == "wait close":
            while not self.heard_close:
                self.hear()

    def flush(self) -> None:
        data, self.queued = self.queued, b""
        self.sock.sendall(data)

    def hear(self) -> None:
        opcode, data = self.reader.frame()
        if opcode == 8:
            self.heard_close = True
            code = int.from_bytes(data[:2], "big") if data else None
            self.saw.append(["close", code, data[2:].decode()])
        elif opcode == 1:
            self.saw.append(["text", brief(data.decode())])
        else:
            self.saw.append([{2: "binary", 10: "pong"}.get(opcode, opcode), data.hex()])
