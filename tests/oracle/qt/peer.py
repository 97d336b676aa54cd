"""The raw TCP ends of a scenario: nothing here knows WebSocket but by the bytes that a step names.

Everything runs in the thread of Qt, in turns with its event loop: what two steps write without
a wait between them is there before Qt looks, every time. That is what makes the logs repeatable.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Generator
from typing import Any

from telling.log import shortened
from telling.script import Script
from telling.wire import Frame, header, item_bytes, take_frame

Step = list[Any]
# What every opening handshake has; only what goes beyond it is worth a line in a log.
COMMON = {"host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version"}
LINGER_NONE = struct.pack("ii", 1, 0)


class Quiet:
    """Counts what happened; quiet is when nothing did for some rounds."""

    ROUNDS = 12

    def __init__(self) -> None:
        self.rounds = 0

    def stir(self) -> None:
        self.rounds = 0

    @property
    def reached(self) -> bool:
        return self.rounds >= self.ROUNDS


class End:
    """One raw end of one connection, playing its steps."""

    def __init__(
        self, tcp: socket.socket, steps: list[Step], script: Script, quiet: Quiet, *, client: bool
    ) -> None:
        self.tcp, self.script, self.quiet, self.client = tcp, script, quiet, client
        self.tcp.setblocking(False)
        self.tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.head = b""
        self.frames: list[Frame] = []
        self.wire: list[dict[str, Any]] = []
        self.gone = False
        self.raw = False
        self.step: Step = []
        self.done = False
        self._playing = self._play(steps)

    def turn(self) -> None:
        self._read()
        if not self.done:
            try:
                next(self._playing)
            except StopIteration:
                self.done = True
                self.step = []
                self.quiet.stir()

    def _read(self) -> None:
        while not self.gone:
            try:
                data = self.tcp.recv(1 << 20)
            except BlockingIOError:
                break
            except OSError:
                self._end("rst")
                break
            self.quiet.stir()
            if not data:
                self._end("fin")
                break
            self.buffer += data
        self._parse()

    def _end(self, how: str) -> None:
        self.gone = True
        self.quiet.stir()
        self._parse()
        self.wire.append({"end": how})

    def _parse(self) -> None:
        if not self.head:
            if b"\r\n\r\n" not in self.buffer:
                return
            head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            self.head = head + b"\r\n\r\n"
            self.buffer[:] = rest
            self.wire.append(self._head_entry())
        while (found := take_frame(self.buffer)) is not None:
            self.frames.append(found)
            self.wire.append(self._frame_entry(found))

    def _head_entry(self) -> dict[str, Any]:
        lines = self.head.decode("latin-1").split("\r\n")
        if self.client:
            return {"response": lines[0], "server": header(self.head, "Server")}
        entry: dict[str, Any] = {
            "request": self.script.ports.hide(lines[0]),
            "host": self.script.ports.hide(header(self.head, "Host")),
        }
        more = [line for line in lines[1:] if line and line.split(":")[0].lower() not in COMMON]
        return {**entry, "headers": more} if more else entry

    def _frame_entry(self, frame: Frame) -> dict[str, Any]:
        entry: dict[str, Any] = {"frame": frame.kind, "payload": shortened(frame.payload.hex())}
        if frame.first_byte & 0xF0 != 0x80:
            entry["first byte"] = f"{frame.first_byte:02x}"
        if frame.masked == self.client:
            entry["masked"] = frame.masked
        return entry

    # the steps

    def _play(self, steps: list[Step]) -> Generator[None, None, None]:
        for step in steps:
            self.step = step
            verb, *rest = step
            if verb == "write":
                self._write(rest)
            elif verb == "fin":
                self._shut()
            elif verb == "rst":
                self._reset()
            elif verb == "do":
                while threading.current_thread() is not threading.main_thread():
                    yield  # Qt's thread is stopped, and the script with it
                self.script.run(rest[0])
            elif verb == "signal":
                self.script.gates.add(rest[0])
            else:
                self.quiet.stir()
                while not self._has_come(verb, rest):
                    yield
            self.quiet.stir()

    def _has_come(self, verb: str, rest: list[Any]) -> bool:
        if verb == "wait":
            return rest[0] in self.script.gates
        if verb == "settle":
            return self.quiet.reached
        if verb == "expect":
            return self._expected(rest[0])
        message = f"no such step: {verb}"
        raise ValueError(message)

    def _expected(self, what: str) -> bool:
        if what == "handshake":
            return bool(self.head)
        if what == "end":
            return self.gone
        while self.frames:
            if self.frames.pop(0).kind == what:
                return True
        if self.gone:
            message = f"the connection ended before {what!r} came"
            raise AssertionError(message)
        return False

    def _write(self, items: list[Any]) -> None:
        data = b"".join(self._bytes(item) for item in items)
        self.tcp.setblocking(True)
        self.tcp.settimeout(2)
        with contextlib.suppress(OSError):  # the other side has gone; its end is in the log
            self.tcp.sendall(data)
        if not self._closed():
            self.tcp.setblocking(False)

    def _bytes(self, item: list[Any]) -> bytes:
        if item[0] == "upgrade":
            return self._upgrade(*item[1:])
        return item_bytes(item, self.head, masked=self.client)

    def _upgrade(
        self, target: str = "/", host: str = "", headers: list[str] | None = None
    ) -> bytes:
        lines = [
            f"GET {target} HTTP/1.1",
            "Host: " + (self.script.ports.fill(host) or f"127.0.0.1:{self.tcp.getpeername()[1]}"),
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            *(headers or []),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _closed(self) -> bool:
        return self.tcp.fileno() < 0

    def _shut(self) -> None:
        """End of stream in our direction; what the other side still says is read to its end."""
        with contextlib.suppress(OSError):  # already gone
            self.tcp.shutdown(socket.SHUT_WR)

    def _reset(self) -> None:
        self._read()
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
        self.tcp.close()
        if not self.gone:
            self.gone = True
            self.wire.append({"end": "reset by this side"})

    def close(self) -> None:
        self.tcp.close()


class Listener:
    """The raw server: its n-th connection plays the n-th list of steps."""

    def __init__(self, stories: list[list[Step]], script: Script, quiet: Quiet) -> None:
        self.stories, self.script, self.quiet = stories, script, quiet
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.tcp.setblocking(False)
        self.port = int(self.tcp.getsockname()[1])
        self.ends: list[End] = []

    def turn(self) -> None:
        while True:
            try:
                tcp, _ = self.tcp.accept()
            except BlockingIOError:
                break
            self.quiet.stir()
            number = len(self.ends)
            if number >= len(self.stories):
                tcp.close()
                message = f"a connection came that no peer is for (number {number + 1})"
                raise AssertionError(message)
            self.ends.append(End(tcp, self.stories[number], self.script, self.quiet, client=False))
        for end in self.ends:
            end.turn()

    @property
    def done(self) -> bool:
        return len(self.ends) == len(self.stories) and all(end.done for end in self.ends)

    def close(self) -> None:
        for end in self.ends:
            end.close()
        self.tcp.close()
