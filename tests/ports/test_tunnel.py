"""What passes through a tunnel, and what is left of it."""

from __future__ import annotations

import gc
import socket
import weakref

from wsfake.live.reactor import Reactor
from wsfake.live.transport import Transport, Unheard
from wsfake.ports.tunnel import Tunnel


class Ends:
    """A tunnel between two sockets, in a reactor of its own."""

    def __init__(self) -> None:
        self.reactor = Reactor()
        self.client, client = socket.socketpair()
        self.server, server = socket.socketpair()
        for each in (client, server):
            each.setblocking(False)
        transport = Transport(self.reactor, client, Unheard())
        self.tunnel = Tunnel(self.reactor, transport, b"GET", ("unused", 0), server)

    def pass_on(self) -> None:
        while self.reactor.wait(0):
            pass


def test_what_comes_early_and_what_comes_late_passes_and_so_does_the_end() -> None:
    ends = Ends()
    ends.client.sendall(b" / HTTP/1.1")
    ends.client.shutdown(socket.SHUT_WR)
    ends.pass_on()
    assert ends.server.recv(100) == b"GET / HTTP/1.1"
    assert ends.server.recv(100) == b""
    ends.server.sendall(b"an answer")
    ends.server.close()
    ends.pass_on()
    assert ends.client.recv(100) == b"an answer"
    assert ends.client.recv(100) == b""
    assert ends.tunnel.finished
    ends.client.close()
    ends.reactor.close()


def test_one_that_is_finished_is_let_go_while_its_reactor_goes_on() -> None:
    ends = Ends()
    gone = weakref.ref(ends.tunnel)
    for sock in (ends.client, ends.server):
        sock.shutdown(socket.SHUT_WR)
    ends.pass_on()
    assert ends.tunnel.finished
    del ends.tunnel
    gc.collect()
    assert gone() is None
    ends.client.close()
    ends.server.close()
    ends.reactor.close()


def test_one_that_is_open_ends_with_its_reactor() -> None:
    ends = Ends()
    ends.reactor.close()
    assert ends.tunnel.finished
    assert (ends.client.recv(100), ends.server.recv(100)) == (b"", b"GET")
    assert ends.server.recv(100) == b""
    ends.client.close()
    ends.server.close()
