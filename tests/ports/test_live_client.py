"""The client's side of a transcript or a cassette, against a real server."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from queue import Queue

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.server import ServerConnection, serve

from tests.player.scripts import Broken
from tests.ports.test_ports import URL, save
from tests.servers import server
from wsfake import Harness, Transcript, UnexpectedMessage, Unplayed, UsageError
from wsfake.errors import UnexpectedHandshake
from wsfake.model import Accept, Close, Open

__all__ = ["server"]


def test_a_transcript_is_acted_against_a_real_server(server: str) -> None:
    with Harness() as ws_fake:
        said = Transcript().client("hello").server("HELLO").client_closes(1000)
        ws_fake.play_client(f"{server}/shout", said, live=True)
        ws_fake.run()
    assert [entry.what for entry in ws_fake.dialogue.entries][2:] == [
        "hello",
        "HELLO",
        Close(1000),
        Close(1000),
    ]


def test_a_server_that_says_something_else_fails_the_test(server: str) -> None:
    ws_fake = Harness()
    said = Transcript().client("hello").server("hello!")
    ws_fake.play_client(f"{server}/shout", said, live=True)
    with pytest.raises(UnexpectedMessage, match="server message #1 does not match the transcript"):
        ws_fake.run()
    with pytest.raises(UnexpectedMessage):
        ws_fake.finish()


@pytest.mark.parametrize(
    "said",
    [
        Transcript().client("hello").server(Broken()).client("never"),
        Transcript().client("hello").server("HELLO").client(lambda last: last.json["id"]),
    ],
    ids=["matcher", "reply"],
)
def test_an_error_of_the_transcript_closes_with_1011(said: Transcript) -> None:
    ends: Queue[tuple[int | None, str | None]] = Queue()

    def shout(connection: ServerConnection) -> None:
        with suppress(ConnectionClosedError):
            for message in connection:
                connection.send(message.upper())
        ends.put((connection.close_code, connection.close_reason))

    with serve(shout, "127.0.0.1", 0) as real:
        thread = threading.Thread(target=real.serve_forever)
        thread.start()
        ws_fake = Harness()
        port = real.socket.getsockname()[1]
        ws_fake.play_client(f"ws://127.0.0.1:{port}/", said, live=True)
        with pytest.raises((KeyError, UsageError)):
            ws_fake.run()
        ws_fake.finish()
        real.shutdown()
        thread.join()
    code, reason = ends.get(timeout=10)
    assert code == 1011
    assert reason is not None
    assert reason.startswith("wsfake: ")


def test_a_server_that_says_too_little_leaves_it_unplayed(server: str) -> None:
    ws_fake = Harness(record_idle=0.2)
    ws_fake.play_client(f"{server}/shout", Transcript().server("hello"), live=True)
    ws_fake.run()
    with pytest.raises(Unplayed, match='server  "hello"'):
        ws_fake.finish()


def test_nobody_at_the_url_is_a_failure() -> None:
    ws_fake = Harness()
    ws_fake.play_client("ws://127.0.0.1:9/", Transcript(), live=True)
    with pytest.raises(UnexpectedHandshake):
        ws_fake.run()
    ws_fake.finish("failed")


def test_the_clients_of_a_cassette_are_acted_each_at_its_path(server: str, tmp_path: Path) -> None:
    cassette = tmp_path / "x.msgpack"
    url = "wss://elsewhere.test/shout"
    save(
        cassette,
        [
            (0, "client", Open(url)),
            (1, "server", Accept()),
            (2, "client", "a"),
            (3, "server", "A"),
            (4, "client", Close(1000)),
        ],
    )
    with Harness(cassette) as ws_fake:
        ws_fake.play_client(server, live=True)
        ws_fake.run()
    assert "A" in [entry.what for entry in ws_fake.dialogue.entries]
    assert ws_fake.summary.replayed == 1


def test_without_a_transcript_there_must_be_a_cassette() -> None:
    with Harness() as ws_fake, pytest.raises(UsageError, match="expected a Transcript, or a"):
        ws_fake.play_client(URL)


def test_a_path_goes_on_where_an_alias_ends(server: str, tmp_path: Path) -> None:
    from tests.ports.test_ports import PATIENCE, connect

    with Harness(tmp_path / "x.msgpack", "rewrite") as ws_fake:
        ws_fake.alias("wss://api.test/v1", to=lambda: f"{server}/")
        with connect(ws_fake.url_for("wss://api.test/v1/shout")) as connection:
            connection.send("x")
            assert connection.recv(PATIENCE) == "X"
    with (
        Harness(tmp_path / "x.msgpack") as ws_fake,
        connect(ws_fake.url_for("wss://api.test/v1/shout")) as connection,
    ):
        connection.send("x")
        assert connection.recv(PATIENCE) == "X"
