from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.live.peers import pump
from wsfake.live import Reactor
from wsfake.live.transport import Transport

LARGE = bytes(range(256)) * 40_000  # 10 MB: more than what the system takes at once


class Receiver:
    def __init__(self) -> None:
        self.data = bytearray()
        self.ends: list[bool] = []
        self.flushes = 0

    def received(self, data: bytes) -> None:
        self.data += data

    def ended(self, *, reset: bool) -> None:
        self.ends.append(reset)

    def flushed(self) -> None:
        self.flushes += 1


def read_all(sock: socket.socket) -> bytes:
    data = bytearray()
    while part := sock.recv(65536):
        data += part
    return bytes(data)


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def settle(reactor: Reactor) -> None:
    """Handle all that is ready by now."""
    pump(reactor, lambda: not reactor.wait(0))


Run = Callable[[Callable[[], bytes | None]], "Future[bytes | None]"]


@pytest.fixture
def beside() -> Iterator[Run]:
    """Run what blocks beside the reactor."""
    with ThreadPoolExecutor() as pool:
        yield pool.submit


class Line:
    """A transport, its receiver, and the raw socket of its peer."""

    def __init__(self, reactor: Reactor) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.peer = socket.create_connection(listening.getsockname(), timeout=5)
            sock, _ = listening.accept()
        sock.setblocking(False)
        self.receiver = Receiver()
        self.transport = Transport(reactor, sock, self.receiver)


@pytest.fixture
def line(reactor: Reactor) -> Iterator[Line]:
    line = Line(reactor)
    yield line
    line.peer.close()


def test_what_is_written_arrives_in_order(reactor: Reactor, line: Line, beside: Run) -> None:
    reading = beside(lambda: read_all(line.peer))
    line.transport.write(LARGE)
    line.transport.write(b"")
    line.transport.write(b"last")
    line.transport.close()
    line.transport.write(b"dropped")
    pump(reactor, reading.done)
    assert reading.result() == LARGE + b"last"
    assert line.transport.closed


def test_it_reports_once_everything_was_given_to_the_system(
    reactor: Reactor, line: Line, beside: Run
) -> None:
    line.transport.write(b"small")
    assert line.receiver.flushes == 1
    line.transport.write(LARGE)
    assert line.receiver.flushes == 1
    reading = beside(lambda: read_all(line.peer))
    pump(reactor, lambda: line.receiver.flushes == 2)
    line.transport.close()
    assert reading.result(5) == b"small" + LARGE


def test_a_large_stream_is_read_in_turns(reactor: Reactor, line: Line, beside: Run) -> None:
    sending = beside(lambda: line.peer.sendall(LARGE))
    pump(reactor, lambda: len(line.receiver.data) == len(LARGE))
    sending.result()
    assert line.receiver.data == LARGE


def test_an_end_of_stream_is_no_reset_and_the_other_half_goes_on(
    reactor: Reactor, line: Line
) -> None:
    line.peer.sendall(b"last")
    line.peer.shutdown(socket.SHUT_WR)
    pump(reactor, lambda: line.receiver.ends)
    assert line.receiver.data == b"last"
    assert line.receiver.ends == [False]
    line.transport.write(b"answer")
    line.transport.close()
    assert read_all(line.peer) == b"answer"


def test_a_reset_is_one_and_comes_after_the_data(reactor: Reactor, line: Line) -> None:
    line.peer.sendall(b"last")
    pump(reactor, lambda: line.receiver.data)
    reset(line.peer)
    pump(reactor, lambda: line.receiver.ends)
    assert line.receiver.ends == [True]


def test_a_reset_after_the_end_of_stream_is_told_when_something_is_written(
    reactor: Reactor, line: Line
) -> None:
    line.peer.shutdown(socket.SHUT_WR)
    pump(reactor, lambda: line.receiver.ends)
    line.peer.close()

    def write() -> bool:
        line.transport.write(b"x")
        return len(line.receiver.ends) > 1

    pump(reactor, write)
    assert line.receiver.ends == [False, True]
    line.transport.write(b"dropped")


def test_half_of_the_stream_ends_behind_what_was_written(
    reactor: Reactor, line: Line, beside: Run
) -> None:
    reading = beside(lambda: read_all(line.peer))
    line.transport.write(LARGE)
    line.transport.finish_writing()
    pump(reactor, reading.done)
    assert reading.result() == LARGE
    line.peer.sendall(b"more")
    pump(reactor, lambda: line.receiver.data == b"more")
    line.transport.close()
    assert line.transport.closed


def test_closing_sends_the_rest_also_when_the_peer_has_said_its_last(
    reactor: Reactor, line: Line, beside: Run
) -> None:
    line.transport.write(LARGE)
    line.transport.close()
    line.peer.shutdown(socket.SHUT_WR)
    settle(reactor)
    assert not line.transport.closed
    reading = beside(lambda: read_all(line.peer))
    pump(reactor, reading.done)
    assert reading.result() == LARGE
    assert line.receiver.ends == []


def test_closing_ends_at_once_when_the_peer_has_gone(reactor: Reactor, line: Line) -> None:
    line.transport.write(LARGE)
    line.transport.close()
    reset(line.peer)
    pump(reactor, lambda: line.transport.closed)
    assert line.receiver.ends == []


def test_closing_does_not_reset_what_has_not_arrived_yet(reactor: Reactor, line: Line) -> None:
    line.peer.sendall(b"never read")
    line.transport.write(b"all of it")
    line.transport.close()
    assert line.transport.closed
    assert read_all(line.peer) == b"all of it"


def test_aborting_with_a_reset_is_one(reactor: Reactor, line: Line) -> None:
    line.transport.abort(reset=True)
    line.transport.abort()
    line.transport.close()
    with pytest.raises(ConnectionResetError):
        line.peer.recv(1)
    settle(reactor)
    assert line.receiver.ends == []


def test_closing_the_reactor_frees_the_socket() -> None:
    reactor = Reactor()
    line = Line(reactor)
    reactor.close()
    assert line.transport.closed
    assert line.peer.recv(1) == b""
    line.peer.close()
