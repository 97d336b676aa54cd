"""Each fault of a live connection at a port of a test: before a transcript, and the real server."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.ports.test_ports import PATIENCE, connect
from tests.servers import server
from wsfake import Harness, Transcript
from wsfake.model import Close, Drop, Message, Refuse, Reject, Side, Stall
from wsfake.proxy import Faults
from wsfake.proxy.handle import LiveHandle

__all__ = ["server"]

URL = "wss://feed.test/echo"

LONG = "x" * 500

ECHO = (
    Transcript()
    .optional(Transcript().client("one").server("one"))
    .optional(Transcript().client("two").server("two"))
)
LONG_ECHO = Transcript().client(LONG).server(LONG)


def echoed(client: ClientConnection, *texts: str) -> None:
    for text in texts:
        client.send(text)
        assert client.recv(PATIENCE) == text


def ended(client: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as raised:
        client.recv(PATIENCE)
    return None if raised.value.rcvd is None else raised.value.rcvd.code


def drops(client: ClientConnection) -> None:
    echoed(client, "one")
    assert ended(client) is None


def closes(client: ClientConnection) -> None:
    echoed(client, "one")
    assert ended(client) == 4001


def stalls(client: ClientConnection) -> None:
    echoed(client, "one")
    client.send("two")
    with pytest.raises(TimeoutError):
        client.recv(0.2)


def is_slow(client: ClientConnection) -> None:
    before = time.monotonic()
    echoed(client, "one")
    assert time.monotonic() - before >= 0.04


def is_limited(client: ClientConnection) -> None:
    before = time.monotonic()
    echoed(client, LONG)
    assert time.monotonic() - before >= 0.04


def is_edited(client: ClientConnection) -> None:
    client.send("")  # swallowed
    client.send("ONE")
    assert client.recv(PATIENCE) == "one!"


def hears_two(client: ClientConnection) -> None:
    assert client.recv(PATIENCE) == "hello"
    assert client.recv(PATIENCE) == "one"  # the answer to what the client never said
    echoed(client, "two")


def edit(side: Side, message: Message) -> Message | None:
    assert isinstance(message, str)
    if side is Side.SERVER:
        return message + "!"
    return message.lower() or None


def speak(handle: LiveHandle) -> None:
    handle.server("hello")
    handle.client("one")


FAULTS: list[tuple[Faults, Callable[[ClientConnection], None]]] = [
    (Faults(latency=0.02), is_slow),
    (Faults(latency=0.02, jitter=0.01, seed=3), is_slow),
    (Faults(bandwidth=20_000), is_limited),
    (Faults(edit=edit), is_edited),
    (Faults(on_open=speak), hears_two),
    (Faults().fault("message", Drop(), after=1), drops),
    (Faults().fault("message", Drop(reset=True), after=1), drops),
    (Faults().fault("message", Stall(), after=1), stalls),
    (Faults().fault("message", Close(4001, "enough"), after=1), closes),
]


@pytest.mark.parametrize("real", [False, True], ids=["scripted", "real"])
@pytest.mark.parametrize(("faults", "talk"), FAULTS, ids=[str(n) for n in range(len(FAULTS))])
def test_a_fault_happens_on_the_way(
    faults: Faults,
    talk: Callable[[ClientConnection], None],
    real: bool,
    server: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.msgpack" if real else None
    with Harness(path, "rewrite" if real else "none", unplayed="ignore") as ws_fake:
        if real:
            ws_fake.alias("wss://feed.test", to=server)
        else:
            ws_fake.serve(URL, LONG_ECHO if talk is is_limited else ECHO)
        url = ws_fake.url_for(URL, faults=faults)
        with connect(url, close_timeout=0.1, compression=None) as client:
            talk(client)


@pytest.mark.parametrize("real", [False, True], ids=["scripted", "real"])
def test_a_fault_answers_the_opening_handshake(real: bool, server: str, tmp_path: Path) -> None:
    path = tmp_path / "x.msgpack" if real else None
    with Harness(path, "rewrite" if real else "none", unplayed="ignore") as ws_fake:
        if real:
            ws_fake.alias("wss://feed.test", to=server)
        else:
            ws_fake.serve(URL, ECHO, ECHO)
        rejecting = ws_fake.url_for(URL, faults=Faults().fault("handshake", Reject(418)))
        with pytest.raises(InvalidStatus, match="418"):
            connect(rejecting)
        refusing = ws_fake.url_for(URL, faults=Faults().fault("connect", Refuse()))
        with pytest.raises(Exception, match=r"reset|did not receive"):
            connect(refusing)
