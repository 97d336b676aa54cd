"""What one side does not take, the other cannot send: nothing piles up, and nothing is lost."""

from __future__ import annotations

import gc
import select
import socket
import threading
import time
import weakref
from contextlib import suppress

import pytest

from tests.live.peers import Wire, WireServer, in_thread
from tests.proxy.port import Proxy, Told
from tests.proxy.test_relay import REQUEST, client_of, opened, relay_raw
from wsfake.live import Reactor
from wsfake.model import Close, Drop, Gap
from wsfake.proxy import Faults, Limits, backlog as backlog_module
from wsfake.proxy.backlog import LAG_BYTES, Backlog

CHUNK = b"\x82\x7e\xff\xff" + bytes(65535)
MASKED_CHUNK = b"\x82\xfe\xff\xff" + bytes(4) + bytes(65535)


def held_bytes(proxy: Proxy) -> int:
    """Return what a relay holds itself, in either direction."""
    halves = (proxy.relays[0]._client, proxy.relays[0]._server)
    return sum(len(part) for half in halves for part in half.transport._unsent)


class Flood:
    """Says chunks for as long as they are taken, and notes when they are not."""

    def __init__(self, chunk: bytes) -> None:
        self.stuck = threading.Event()
        self.go_on = threading.Event()
        self.sent = 0
        self.chunk = chunk

    def say(self, wire: Wire) -> None:
        """Say them; when nobody takes them, and `go_on` is set, end with a whole one."""
        size = len(self.chunk)
        wire.socket.setblocking(False)
        while not self.go_on.is_set() or self.sent % size:
            _, writable, _ = select.select([], [wire.socket], [], 0.5)
            if writable:
                self.sent += wire.socket.send(self.chunk[self.sent % size :])
            else:
                self.stuck.set()  # the other side reads nothing, and so do we
        wire.socket.settimeout(20)

    def read(self, wire: Wire) -> None:
        """Read nothing until it is stuck, and then everything."""
        assert self.stuck.wait(20)
        self.go_on.set()
        assert len(wire.read_to_end()) == self.sent


@pytest.mark.parametrize("slow", ["client", "server"])
@pytest.mark.parametrize("faults", [None, Faults(latency=0.001)], ids=["bytes", "delayed"])
def test_a_slow_reader_does_not_grow_memory(proxy: Proxy, faults: Faults | None, slow: str) -> None:
    flood = Flood(CHUNK if slow == "client" else MASKED_CHUNK)

    def serve(wire: Wire) -> None:
        wire.accept()
        flood.say(wire) if slow == "client" else flood.read(wire)

    def talk(wire: Wire) -> None:
        opened(wire)
        if slow == "client":
            flood.read(wire)
        else:
            flood.say(wire)
            wire.socket.shutdown(socket.SHUT_WR)
            wire.read_to_end()

    with WireServer(serve) as server:
        proxy.to(server.url, faults=faults, limits=Limits(delayed_bytes=1 << 20))

        def play() -> None:
            with client_of(proxy) as sock:
                talk(Wire(sock))

        with in_thread(play):
            proxy.until(lambda: proxy.relays and flood.stuck.is_set(), 60)
            most = held_bytes(proxy)
            told = proxy.until_over(timeout=60)
    assert most <= 3 << 20
    said = [what for _, what in told.behind if isinstance(what, bytes)]
    assert said == [CHUNK[4:]] * (flood.sent // len(flood.chunk))


def test_a_client_that_never_reads_is_left_after_the_time_to_linger(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.accept()
        wire.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            while True:
                wire.send(CHUNK)
        wire.reset()

    with WireServer(serve) as server:
        proxy.to(server.url, limits=Limits(linger_seconds=0.1))
        with client_of(proxy) as sock:
            sock.sendall(REQUEST)
            proxy.until(lambda: not server._thread.is_alive(), 60)

            def noticed() -> bool:  # what is written to a stream that was reset tells of that
                with suppress(OSError):
                    sock.send(b"\x82\x80\x00\x00\x00\x00")
                return proxy.relays[0].finished

            proxy.until(noticed, 60)
            last = proxy.stories[0].behind[-1][1]
            assert isinstance(last, Drop)
            assert last.reset


def test_a_message_over_the_limit_passes_and_is_told_as_a_gap(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.accept(b"\x81\x01a" + CHUNK + b"\x81\x01b")

    def talk(wire: Wire) -> None:
        opened(wire)
        assert wire.read_to_end() == b"\x81\x01a" + CHUNK + b"\x81\x01b"

    with WireServer(serve) as server:
        proxy.to(server.url, limits=Limits(message_bytes=1000))

        def play() -> None:
            with client_of(proxy) as sock:
                talk(Wire(sock))

        with in_thread(play):
            told = proxy.until_over()
    assert told.behind == [
        ("server", "a"),
        ("server", Gap("a message of more than 1000 bytes, and what came behind it")),
    ]


@pytest.mark.parametrize("largest", [1000, None])
def test_nothing_is_told_of_how_a_side_ends_that_is_not_understood(
    proxy: Proxy, largest: int | None
) -> None:
    large = b"\x81\x7e\x04\x00" + b"x" * 1024

    def serve(wire: Wire) -> None:
        wire.accept(large + b"\x88\x02\x03\xe8")
        assert wire.frame() == (0x88, b"\x03\xe8")

    def talk(wire: Wire) -> None:
        opened(wire).send(b"\x88\x82\0\0\0\0\x03\xe8")
        wire.read_to_end()

    options = {} if largest is None else {"limits": Limits(message_bytes=largest)}
    told = relay_raw(proxy, serve, talk, **options)
    closes = [(side, what) for side, what in told.behind if isinstance(what, Close | Drop)]
    heard = [("client", Close(1000)), *([("server", Close(1000))] if largest is None else [])]
    assert sorted(closes, key=str) == heard


def test_an_extension_that_is_not_known_passes_and_is_told_as_a_gap(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.accept(b"\xf1\x01a", Sec_WebSocket_Extensions="x-unheard-of")

    def talk(wire: Wire) -> None:
        offer = b"\r\nSec-WebSocket-Extensions: x-unheard-of\r\n\r\n"
        wire.send(REQUEST.replace(b"\r\n\r\n", offer))
        wire.request()
        assert wire.read_to_end() == b"\xf1\x01a"

    with WireServer(serve) as server:
        proxy.to(server.url)

        def play() -> None:
            with client_of(proxy) as sock:
                talk(Wire(sock))

        with in_thread(play):
            told = proxy.until_over()
    assert told.behind[0] == (
        "server",
        Gap("what was said from here on: not an extension that can be used: x-unheard-of"),
    )


def test_a_story_that_fails_does_not_stop_the_bytes(proxy: Proxy) -> None:
    class Full(Told):
        def tell(self, at: int, side: object, events: object) -> None:
            raise OSError("the disk is full")

    def serve(wire: Wire) -> None:
        wire.accept(b"\x81\x01a")
        wire.read_to_end()

    def talk(wire: Wire) -> None:
        opened(wire)
        assert wire.read(3) == b"\x81\x01a"

    errors = 0
    proxy.make_story = Full
    with WireServer(serve) as server:
        proxy.to(server.url)

        def play() -> None:
            with client_of(proxy) as sock:
                talk(Wire(sock))

        with in_thread(play):
            deadline = time.monotonic() + 20
            while not (proxy.relays and proxy.relays[0].finished and proxy.stories[0].is_over):
                assert time.monotonic() < deadline
                try:
                    proxy.reactor.wait(0.1)
                except* OSError:
                    errors += 1
    assert errors >= 2


def test_what_waits_is_done_in_order_and_never_more_than_the_limit(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000_000]
    monkeypatch.setattr(backlog_module, "microseconds_now", lambda: now[0])
    backlog = Backlog.of(proxy.reactor)
    assert Backlog.of(proxy.reactor) is backlog
    done: list[int] = []

    def work(_: int, number: int) -> None:
        done.append(number)
        now[0] += 3_000  # longer than a slice

    for number in range(3):
        backlog.add(now[0], work, number, 1)
    now[0] += 5_000  # longer than a pause
    assert not done
    proxy.until(lambda: done)
    assert len(done) < 3
    backlog.drain()
    assert done == [0, 1, 2]
    for number in range(3, 6):
        backlog.add(now[0], work, number, LAG_BYTES if number == 5 else 1)
    proxy.until(lambda: len(done) > 3)
    assert len(done) == 6
    for number in range(6, 9):
        backlog.add(now[0] - 1_000_000, work, number, 1)
    proxy.until(lambda: len(done) > 6)
    assert done == list(range(9))
    assert not backlog.drain()


def test_a_backlog_does_not_keep_its_reactor_alive() -> None:
    reactor = Reactor()
    Backlog.of(reactor).add(0, lambda _, __: None, None)
    reactor.close()
    gone = weakref.ref(reactor)
    del reactor
    gc.collect()
    assert gone() is None


def test_a_message_of_64_mebibytes_passes(proxy: Proxy) -> None:
    size = 64 << 20
    head = b"\x81\x7f" + size.to_bytes(8)

    def serve(wire: Wire) -> None:
        wire.socket.settimeout(60)
        wire.accept(head)
        for _ in range(64):
            wire.send(b"x" * (1 << 20))

    def talk(wire: Wire) -> None:
        wire.socket.settimeout(60)
        opened(wire)
        assert len(wire.read_to_end()) == len(head) + size

    with WireServer(serve) as server:
        proxy.to(server.url)

        def play() -> None:
            with client_of(proxy) as sock:
                talk(Wire(sock))

        with in_thread(play):
            told = proxy.until_over(timeout=60)
    assert told.behind[0][1] == "x" * size
