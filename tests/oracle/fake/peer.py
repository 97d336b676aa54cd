"""The raw ends of a scenario, on a wire in memory. `qt/peer.py` is the same on TCP."""

from collections.abc import Callable, Iterator
from typing import Any

from telling.log import shortened
from telling.script import Script
from telling.wire import Frame, item_bytes, take_frame

from wsfake.model import Accept, Close, Drop, Event, Open, Raw, Side
from wsfake.network import Connection, Network
from wsfake.script_api import WebSocketServer
from wsfake.script_api.profiles import Profile
from wsfake.script_api.urls import READERS
from wsfake.wire.frames import encode
from wsfake.wire.replies import KEY
from wsfake.wire.requests import Refusal, RequestReader

Step = list[Any]
Says = Callable[..., list[Event]]
CLOSED = 3


class RawEnd:
    """One raw end of one connection, playing its steps.

    What it does between two waits is one segment, and arrives when the script is at rest.
    """

    side: Side

    def __init__(self, network: Network, steps: list[Step], script: Script, says: Says) -> None:
        self.network, self.script, self.says = network, script, says
        self.connection: Connection | None = None
        self.head = b""
        self.frames: list[Frame] = []
        self.wire: list[dict[str, Any]] = []
        self.gone = False
        self.done = False
        self.settled = False
        self._segment: list[Event] = []
        self._playing = self._play(steps)

    # What the script's side does

    def arrive(self, what: Event) -> None:
        if self.gone:
            return
        if isinstance(what, Drop):
            self._end("fin")
        elif isinstance(what, Accept):
            self._accepted()
        elif not isinstance(what, Open):
            self._see(encode(what, masked=self.side is Side.SERVER))
            if isinstance(what, Close):
                self._end("fin")  # a host ends TCP with its Close: no dialogue notes it

    def _accepted(self) -> None:
        """Note the reply that accepts."""

    def _see(self, data: bytes) -> None:
        buffer = bytearray(data)
        while (found := take_frame(buffer)) is not None:
            self.frames.append(found)
            self.wire.append(self._frame_entry(found))

    def _frame_entry(self, frame: Frame) -> dict[str, Any]:
        entry: dict[str, Any] = {"frame": frame.kind, "payload": shortened(frame.payload.hex())}
        if frame.first_byte & 0xF0 != 0x80:
            entry["first byte"] = f"{frame.first_byte:02x}"
        if frame.masked is (self.side is Side.CLIENT):
            entry["masked"] = frame.masked
        return entry

    def _end(self, how: str) -> None:
        if not self.gone:
            self.gone = True
            self.wire.append({"end": how})

    # The steps

    def turn(self) -> bool:
        """Go on as far as it can; tell whether anything was done."""
        if self.done:
            return False
        going = next(self._playing, None)
        self.done = going is None
        segment, self._segment = self._segment, []
        if segment:
            self.network.clock.call_soon(lambda: self._deliver(segment))
        return going is not False

    def _play(self, steps: list[Step]) -> Iterator[bool]:
        """Yield at every wait whether anything was done since the last one."""
        going = False
        for verb, *rest in steps:
            if verb in {"wait", "settle", "expect"}:
                self.settled = False
                going = going or verb == "settle"  # to come to rest, something has to pass
                while not self._has_come(verb, rest):
                    yield going
                    going = False
            else:
                self._do(verb, rest)
            going = True

    def _do(self, verb: str, rest: list[Any]) -> None:
        if verb == "write":
            self._write(rest)
        elif verb == "fin":
            self._segment.append(Drop())
        elif verb == "rst":
            self._segment.append(Drop(reset=True))
            self._end("reset by this side")
        elif verb == "do":
            self.script.run(rest[0])
        elif verb == "signal":
            self.script.gates.add(rest[0])
        else:
            raise ValueError(verb)

    def _has_come(self, verb: str, rest: list[Any]) -> bool:
        if verb == "wait":
            return rest[0] in self.script.gates
        if verb == "settle":
            return self.settled
        if rest[0] == "handshake":
            return bool(self.head)
        if rest[0] == "end":
            return self.gone
        while self.frames:
            if self.frames.pop(0).kind == rest[0]:
                return True
        assert not self.gone, f"the connection ended before {rest[0]!r} came"
        return False

    def _write(self, items: list[Any]) -> None:
        self._segment += self.says(items, self.head, masked=self.side is Side.CLIENT)

    def _deliver(self, segment: list[Event]) -> None:
        connection = self.connection
        assert connection is not None
        last = segment[-1]
        if isinstance(last, Drop):
            connection.tell(self.side.other, "reset ahead" if last.reset else "end ahead")
        for what in segment:
            connection.say(self.side, what)
        if isinstance(last, Drop) and self._script_has_ended(connection):
            self._end("fin")

    def _script_has_ended(self, connection: Connection) -> bool:
        end: Any = connection.client if self.side is Side.SERVER else connection.server
        return bool(getattr(end, "_socket", end).ready_state == CLOSED)


class RawServerEnd(RawEnd):
    side = Side.SERVER

    def connect(self, connection: Connection, profile: Profile) -> None:
        self.connection = connection
        # The socket's own turn, in which TCP is connected, is the one before this.
        self.network.clock.call_soon(lambda: self._request(connection.url, profile))

    def _request(self, url: str, profile: Profile) -> None:
        self.turn()  # it may do something before there is a request
        if self.gone:
            return
        read = READERS[profile.urls](url)
        line = f"GET {read.target} HTTP/1.1"
        self.head = f"{line}\r\nHost: {read.host}\r\nSec-WebSocket-Key: {KEY}\r\n\r\n".encode()
        hide = self.script.ports.hide
        self.wire.append({"request": hide(line), "host": hide(read.host)})


class RawServer:
    """Answers a port: the n-th connection plays the n-th list of steps."""

    def __init__(self, port: int, profile: Profile, ends: list[RawServerEnd]) -> None:
        self.port, self.profile, self.waiting, self.ends = port, profile, list(ends), ends
        self.connected: list[RawServerEnd] = []

    def answer(self, connection: Connection) -> RawServerEnd | None:
        read = READERS[self.profile.urls](connection.url)
        if not read.host.endswith(f":{self.port}"):
            return None
        assert self.waiting, "a connection came that no peer is for"
        end = self.waiting.pop(0)
        self.connected.append(end)
        end.connect(connection, self.profile)
        return end


class RawClientEnd(RawEnd):
    """Connects to a server of the script once its request is whole."""

    side = Side.CLIENT

    def __init__(self, server: WebSocketServer, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.server = server
        self._requests = RequestReader()

    def _write(self, items: list[Any]) -> None:
        if self.connection is not None:
            super()._write(items)
            return
        self._segment.append(Raw(b"".join(map(self._request_bytes, items))))

    def _request_bytes(self, item: list[Any]) -> bytes:
        if item[0] == "upgrade":
            return self._upgrade(*item[1:])
        return item_bytes(item, b"", masked=True)

    def _upgrade(
        self, target: str = "/", host: str = "", headers: list[str] | None = None
    ) -> bytes:
        lines = [
            f"GET {target} HTTP/1.1",
            "Host: " + (self.script.ports.fill(host) or f"127.0.0.1:{self.server.port}"),
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {KEY}",
            "Sec-WebSocket-Version: 13",
            *(headers or []),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _deliver(self, segment: list[Event]) -> None:
        if self.connection is not None:
            super()._deliver(segment)
            return
        for what in segment:
            if isinstance(what, Raw):
                self._ask(what.data)
            else:
                self._end("fin")  # the server has no socket for it yet: TCP ends, and no more

    def _ask(self, data: bytes) -> None:
        asked = self._requests.feed(data)
        if isinstance(asked, Open):
            self.network.connect(asked, self, to=self.server, ready=self._connected)
        elif isinstance(asked, Refusal):
            if asked.reply:
                status = asked.reply.partition(b"\r\n")[0].decode()
                self.wire.append({"response": status, "server": ""})
            self._end("fin")

    def _connected(self, connection: Connection) -> None:
        self.connection = connection

    def _accepted(self) -> None:
        line = "HTTP/1.1 101 Switching Protocols"
        self.head = f"{line}\r\n\r\n".encode()
        self.wire.append({"response": line, "server": self.server.server_name})
