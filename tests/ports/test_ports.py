"""A real port, with a client in the test's own thread: it is served while the test blocks."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect as connect_to

from tests.player.scripts import Broken
from wsfake import Harness, Transcript, UnexpectedMessage
from wsfake.errors import ConnectionNotAnswered, OutOfOrder, UnexpectedClose, Unplayed, UsageError
from wsfake.model import Accept, Close, Drop, End, Entry, Event, Open, Ping, Side
from wsfake.proxy import Faults

PATIENCE = 30
URL = "wss://feed.test/v1"
HEAD = (
    "GET /v1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)
"""A client's request, but for the empty line at its end."""


def connect(url: str, **options: Any) -> ClientConnection:
    connection: ClientConnection = connect_to(url, proxy=None, open_timeout=PATIENCE, **options)
    return connection


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])


def finish_failed(ws_fake: Harness) -> None:
    ws_fake.finish("failed")


def raw(url: str, request: bytes, *, patience: float = PATIENCE) -> bytes:
    """Return everything that a port answers, until it ends the connection."""
    with socket.create_connection(("127.0.0.1", port_of(url)), timeout=patience) as sock:
        sock.sendall(request)
        answer = b""
        while data := sock.recv(65536):
            answer += data
    return answer


# Whom a port leads to


def test_a_port_may_be_one_of_ipv6() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("there is no IPv6 here")
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server("six"))
        url = ws_fake.url_for(URL, host="::1")
        assert url.startswith("ws://[::1]:")
        with connect(url) as connection:
            assert connection.recv(PATIENCE) == "six"


def test_a_path_of_the_same_origin_is_answered_at_the_same_port() -> None:
    with Harness() as ws_fake:
        ws_fake.serve("wss://feed.test/v1/eth?since=3", Transcript().server("eth"))
        ws_fake.serve(URL, Transcript().server("v1"))
        first, second = ws_fake.url_for(URL), ws_fake.url_for("wss://FEED.test:443")
        assert first == f"{second}/v1"
        with connect(f"{second}/v1/eth?since=3") as eth, connect(first) as v1:
            assert (eth.recv(PATIENCE), v1.recv(PATIENCE)) == ("eth", "v1")


def test_the_test_sees_the_url_that_was_asked_for_and_no_port() -> None:
    with Harness() as ws_fake:
        handle = ws_fake.serve(URL, Transcript().server("x"))
        with connect(ws_fake.url_for(URL), additional_headers={"X-One": "1"}) as connection:
            connection.recv(PATIENCE)
        assert handle.connections[0].url == URL
        headers = dict(handle.connections[0].headers)
        assert headers["X-One"] == "1"
        assert "Host" not in headers
        port = ws_fake.url_for(URL).rpartition(":")[2].partition("/")[0]
        assert port not in str(ws_fake.dialogue)


def test_a_handler_is_called_with_each_connection() -> None:
    with Harness() as ws_fake:

        def serve(peer: object) -> None:
            peer.on_message(lambda message: peer.send(message.upper()))  # type: ignore[attr-defined]

        ws_fake.serve(URL, serve)
        for word in ("one", "two"):
            with connect(ws_fake.url_for(URL)) as connection:
                connection.send(word)
                assert connection.recv(PATIENCE) == word.upper()


def test_the_test_speaks_by_its_handle_while_the_client_waits() -> None:
    with Harness() as ws_fake:
        handle = ws_fake.serve(URL, Transcript())
        with connect(ws_fake.url_for(URL)) as connection:
            handle.send({"op": "hello"})
            assert connection.recv(PATIENCE) == '{"op": "hello"}'
            handle.close(4001, "enough")
            with pytest.raises(ConnectionClosed):
                connection.recv(PATIENCE)
            assert (connection.close_code, connection.close_reason) == (4001, "enough")


def test_a_script_that_is_a_server_is_reached_too() -> None:
    with Harness() as ws_fake:
        server = ws_fake.WebSocketServer()
        threads = []

        def welcome(peer: object) -> None:
            def answer(message: object) -> None:
                threads.append(threading.current_thread())
                peer.send(message.data.upper())  # type: ignore[attr-defined]

            peer.onmessage = answer  # type: ignore[attr-defined]

        server.newConnection.connect(welcome)
        heard: list[object] = []

        def talk() -> None:
            with connect(url) as connection:
                connection.send("hello")
                heard.append(connection.recv(PATIENCE))

        url = ws_fake.url_for(server.url)
        client = threading.Thread(target=talk)
        client.start()
        ws_fake.run(until=lambda: not client.is_alive(), timeout=PATIENCE)
        client.join()
        assert heard == ["HELLO"]
        assert threads == [threading.current_thread()]


# What the server can do


def test_a_refusal_has_its_status_headers_and_body() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server_rejects(401, {"X-Why": "key"}, "no such key"))
        with pytest.raises(InvalidStatus) as caught:
            connect(ws_fake.url_for(URL))
        response = caught.value.response
        assert (response.status_code, response.headers["X-Why"]) == (401, "key")
        assert response.body == b"no such key"


@pytest.mark.parametrize(
    "transcript",
    [
        Transcript().server_refuses(),
        Transcript().fault("handshake", Drop(reset=True)),
    ],
    ids=["refused", "reset"],
)
def test_what_is_no_answer_at_all_ends_tcp(transcript: Transcript) -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, transcript)
        with pytest.raises((OSError, EOFError, Exception), match=r"reset|did not receive|EOF"):
            connect(ws_fake.url_for(URL))


@pytest.mark.parametrize(
    ("transcript", "received"),
    [
        (Transcript().server_closes(4005, "why"), (4005, "why")),
        (Transcript().server_drops(), None),
        (Transcript().server_drops(reset=True), None),
        (Transcript().server_drops(inside="half"), None),
    ],
    ids=["close", "drop", "reset", "inside"],
)
def test_the_end_is_what_the_transcript_says(
    transcript: Transcript, received: tuple[int, str] | None
) -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, transcript)
        with connect(ws_fake.url_for(URL)) as connection:
            with pytest.raises(ConnectionClosed) as caught:
                connection.recv(PATIENCE)
            seen = caught.value.rcvd
        assert (seen and (seen.code, seen.reason)) == received


def test_a_ping_is_answered_and_one_that_is_named_is_sent() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server_pings(b"?").server("x"))
        with connect(ws_fake.url_for(URL)) as connection:
            assert connection.ping().wait(PATIENCE)
            assert connection.recv(PATIENCE) == "x"
        assert Ping(b"?") in [entry.what for entry in ws_fake.dialogue.entries]


def test_bytes_that_are_no_frame_go_out_as_they_are() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server_raw(b"\xff\xff"))
        with connect(ws_fake.url_for(URL)) as connection, pytest.raises(ConnectionClosedError):
            connection.recv(PATIENCE)
    closes = [e.what.code for e in ws_fake.dialogue.entries if isinstance(e.what, Close)]
    assert closes == [1002, 1002]


def test_silence_that_ends_a_run_at_a_port_ends_no_recording() -> None:
    with Harness(record_idle=0.1) as ws_fake:
        ws_fake.serve(URL)
        with connect(ws_fake.url_for(URL)):
            ws_fake.run()
    assert "run() ended" in ws_fake.dialogue.remarks[0][1]
    assert not ws_fake.summary.ended_by_silence


def test_silence_is_not_broken_by_a_close() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server("x").server_stalls())
        with connect(ws_fake.url_for(URL), close_timeout=0.2) as connection:
            assert connection.recv(PATIENCE) == "x"


def test_compression_is_agreed_on_with_this_client_and_not_as_it_was_recorded(
    tmp_path: Path,
) -> None:
    recorded = tmp_path / "x.msgpack"
    agreed = Accept(extensions=("permessage-deflate; client_max_window_bits=12",))
    save(recorded, [(0, "client", Open(URL)), (1, "server", agreed), (2, "server", "x" * 1000)])
    for offer, answer in (
        ("permessage-deflate; client_max_window_bits", "client_max_window_bits=12"),
        ("permessage-deflate; server_no_context_takeover", "server_no_context_takeover"),
        ("x-other", None),
    ):
        with Harness(recorded, unplayed="ignore") as ws_fake:
            url = ws_fake.url_for(URL)
            with socket.create_connection(("127.0.0.1", port_of(url)), timeout=PATIENCE) as sock:
                request = f"{HEAD}Sec-WebSocket-Extensions: {offer}\r\n\r\n"
                sock.sendall(request.encode())
                got = b""
                while b"\r\n\r\n" not in got:
                    got += sock.recv(4096)
            lines = got.partition(b"\r\n\r\n")[0].decode().split("\r\n")
        chosen = [line for line in lines if line.startswith("Sec-WebSocket-Extensions")]
        assert chosen == (
            [f"Sec-WebSocket-Extensions: permessage-deflate; {answer}"] if answer else []
        )


def save(path: Path, entries: list[tuple[int, str, Event]]) -> None:
    """Write a cassette of one connection."""
    save_all(path, [(at, 1, side, what) for at, side, what in entries])


def save_all(path: Path, entries: list[tuple[int, int, str, Event]]) -> None:
    from wsfake.cassette import Header, write_cassette

    write_cassette(
        path, (Entry(at, n, Side(side), what) for at, n, side, what in entries), Header()
    )


# What goes wrong


def test_a_mismatch_closes_with_1011_and_fails_the_test_at_its_next_call() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript().client("x").server("never"))
    with connect(ws_fake.url_for(URL)) as connection:
        connection.send("y")
        with pytest.raises(ConnectionClosedError):
            connection.recv(PATIENCE)
        assert connection.close_code == 1011
        assert connection.close_reason is not None
        assert connection.close_reason.startswith(
            "wsfake: client message #1 does not match the transcript (connection 1, t="
        )
    with pytest.raises(UnexpectedMessage, match='expected  "x"\n  actual    "y"'):
        ws_fake.url_for(URL)
    with pytest.raises(UnexpectedMessage):
        ws_fake.finish()
    assert "never" not in str(ws_fake.dialogue)


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        (Transcript(), b"is one more than the transcript has"),
        (Transcript().client("x"), b"does not match the transcript"),
    ],
)
def test_a_violation_of_the_protocol_is_told_as_that(steps: Transcript, verdict: bytes) -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, steps)
    with socket.create_connection(("127.0.0.1", port_of(ws_fake.url_for(URL)))) as sock:
        sock.settimeout(PATIENCE)
        sock.sendall(HEAD.encode() + b"\r\n\xff\xff")
        heard = b""
        while verdict not in heard:
            data = sock.recv(65536)
            assert data, heard
            heard += data
    assert b"\x03\xf3wsfake: the client's violation of the protocol " + verdict in heard
    with pytest.raises(UnexpectedMessage, match=r'actual    raw b"\\xff\\xff"'):
        ws_fake.finish()


def test_a_close_that_comes_too_soon_is_answered_with_1011() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript().client("x"))
    with connect(ws_fake.url_for(URL)) as connection:
        connection.close()
        assert connection.protocol.close_rcvd is not None
        assert connection.protocol.close_rcvd.code == 1011
    with pytest.raises(UnexpectedClose):
        ws_fake.finish()


def test_a_client_that_is_gone_in_the_middle_is_a_failure_of_the_test() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript().server("x").client("y"))
    with connect(ws_fake.url_for(URL)) as connection:
        connection.recv(PATIENCE)
        connection.socket.shutdown(socket.SHUT_RDWR)
        with pytest.raises(UnexpectedClose):
            ws_fake.finish()


def test_a_reply_that_cannot_be_made_leaves_no_client_waiting() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript().client("x").server(lambda last: last.json["id"]))
    with connect(ws_fake.url_for(URL)) as connection:
        connection.send("x")
        with pytest.raises(ConnectionClosedError):
            connection.recv(PATIENCE)
        assert connection.close_code == 1011
    with pytest.raises(Exception, match=r"Expecting value|json|JSON"):
        ws_fake.run()
    finish_failed(ws_fake)


def test_a_matcher_that_raises_leaves_no_client_waiting() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript().client(Broken()).server("never"))
    with connect(ws_fake.url_for(URL)) as connection:
        connection.send("x")
        with pytest.raises(ConnectionClosedError):
            connection.recv(PATIENCE)
        assert (connection.close_code, connection.close_reason) == (1011, "wsfake: KeyError: 'id'")
    with pytest.raises(KeyError):
        ws_fake.run()
    ws_fake.finish()  # it is told once


def test_what_nothing_answers_is_refused_with_what_to_type() -> None:
    ws_fake = Harness()
    with pytest.raises(InvalidStatus) as caught:
        connect(ws_fake.url_for(URL))
    assert caught.value.response.status_code == 404
    body = caught.value.response.body
    assert body is not None
    assert body.decode() == (
        "wsfake: nothing answers wss://feed.test/v1\n"
        "  mode      none (the network is closed)\n"
        "  served    nothing\n"
        "  cassette  none\n"
        "\n"
        "  to record it: Harness(cassette=..., mode='rewrite')\n"
        "  to script it: ws_fake.serve('wss://feed.test/v1', Transcript()...)\n"
    )
    with pytest.raises(ConnectionNotAnswered):
        ws_fake.finish()


def test_one_connection_more_than_is_served_is_refused_by_name() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript())
    with connect(ws_fake.url_for(URL)):
        with pytest.raises(InvalidStatus) as caught:
            connect(ws_fake.url_for(URL))
        body = caught.value.response.body
        assert body is not None
        assert body.startswith(b"wsfake: connection 2 to wss://feed.test/v1 is one more than is")
    with pytest.raises(ConnectionNotAnswered):
        ws_fake.finish()


def test_a_client_that_tries_again_and_again_makes_one_failure() -> None:
    ws_fake = Harness()
    url = ws_fake.url_for(URL)
    for _ in range(5):
        with pytest.raises(InvalidStatus):
            connect(url)
    with pytest.raises(ConnectionNotAnswered):
        ws_fake.finish()


def test_a_handshake_that_is_not_as_expected_is_refused() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript().expects_handshake(headers={"X-Key": "1"}))
    with pytest.raises(InvalidStatus) as caught:
        connect(ws_fake.url_for(URL))
    assert caught.value.response.status_code == 404
    assert b"handshake does not match" in (caught.value.response.body or b"")
    with pytest.raises(Exception, match="handshake does not match"):
        ws_fake.finish()


@pytest.mark.parametrize(
    ("valid", "given", "why"),
    [
        ("AAAAAAAAAAAAAAAAAAAAAA==", "AAAA", "no Sec-WebSocket-Key of 16 bytes in base64"),
        ("Sec-WebSocket-Key", "X-Key", "no Sec-WebSocket-Key of 16 bytes in base64"),
        ("Host", HEAD.split("\r\n")[-3] + "\r\nHost", "no Sec-WebSocket-Key of 16 bytes in base64"),
        ("Version: 13", "Version: 8", "not version 13 of the protocol"),
        ("Sec-WebSocket-Version", "X-Version", "not version 13 of the protocol"),
    ],
)
def test_what_is_wrong_with_an_opening_handshake_is_said(valid: str, given: str, why: str) -> None:
    with Harness() as ws_fake:
        request = HEAD.replace(valid, given).encode() + b"\r\n"
        answer = raw(ws_fake.url_for(URL), request)
    assert f"is no valid opening handshake of a WebSocket ({why})".encode() in answer


def test_a_request_that_is_no_handshake_is_refused_by_name_and_fails_nothing() -> None:
    with Harness() as ws_fake:
        answer = raw(ws_fake.url_for(URL), b"GET /favicon.ico HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 426 Upgrade Required\r\n")
    assert body.startswith(b"wsfake: GET wss://feed.test/favicon.ico is no valid opening handshake")


@pytest.mark.parametrize(
    ("garbage", "answer"),
    [
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"HTTP/1.1 426 "),
        (b"GET / HTTP/1.1\r\n: x\r\n\r\n", b"HTTP/1.1 426 "),
        (b"GET nowhere HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 "),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b""),
        (b"SSH-2.0-OpenSSH\r\n", b""),
        (b"\r\n\r\n", b""),
        (b"\0" * 10_000, b""),
    ],
)
def test_garbage_is_refused_and_fails_nothing(garbage: bytes, answer: bytes) -> None:
    with Harness() as ws_fake:
        url = ws_fake.url_for(URL)
        assert heard_or_reset(url, garbage)[: len(b"HTTP/1.1 xxx ")] == answer


def test_whoever_is_dropped_is_remarked_once_in_the_dialogue() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript().server("x"))
    url = ws_fake.url_for(URL)
    for _ in range(2):
        assert heard_or_reset(url, b"\x16\x03\x01\x02") == b""
    with pytest.raises(Unplayed) as raised:
        ws_fake.finish()
    remark = "# a client was dropped: it speaks TLS, and this port does not: its URL is to begin"
    assert str(raised.value).count(remark) == 1


def heard_or_reset(url: str, request: bytes) -> bytes:
    try:
        return raw(url, request)
    except ConnectionError:  # more was sent than anybody read
        return b""


def test_a_request_without_end_is_dropped() -> None:
    with Harness() as ws_fake:
        url = ws_fake.url_for(URL)
        assert heard_or_reset(url, b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000) == b""


# What is bounded


def test_ten_megabytes_go_both_ways() -> None:
    big = "å" * 5_000_000
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client(big).server(big))
        with connect(ws_fake.url_for(URL), max_size=None) as connection:
            connection.send(big)
            assert connection.recv(PATIENCE) == big


def test_a_client_that_never_closes_does_not_keep_the_test_from_ending() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript().server("x"))
    with connect(ws_fake.url_for(URL)) as connection:
        connection.recv(PATIENCE)
        ws_fake.finish()
        with pytest.raises(ConnectionClosed) as caught:
            connection.recv(PATIENCE)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1001
    assert ws_fake.dialogue.entries[-1].what == End()


def test_what_a_client_said_before_it_was_gone_is_heard_at_the_end_of_the_test() -> None:
    for _ in range(20):
        ws_fake = Harness()
        ws_fake.serve(URL, Transcript().repeat(50, Transcript().client("x")))
        with connect(ws_fake.url_for(URL), compression=None) as connection:
            for _ in range(50):
                connection.send("x")
            connection.socket.shutdown(socket.SHUT_RDWR)
            ws_fake.finish()


def test_what_a_client_said_before_it_was_gone_is_seen_at_once() -> None:
    with Harness() as ws_fake:
        handle = ws_fake.serve(URL, Transcript().client("x"), connections=None)
        for count in range(1, 21):
            with connect(ws_fake.url_for(URL)) as connection:
                connection.send("x")
                connection.socket.shutdown(socket.SHUT_RDWR)
            assert len(handle.connections) == count
            assert handle.connections[-1].client_messages == ["x"]
            assert ws_fake.dialogue.entries[-1].what == Drop()


def test_an_answer_that_cannot_be_sent_ends_the_connection_and_is_known_by_then() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, lambda peer: peer.accept("a NUL: \0"))
    with pytest.raises(ConnectionResetError):
        raw(ws_fake.url_for(URL), f"{HEAD}\r\n".encode())
    assert [type(each) for each in ws_fake.untold(None)] == [UsageError]
    with pytest.raises(UsageError, match="a NUL"):
        ws_fake.finish()


def test_a_handler_that_looks_at_its_connection_is_not_kept_waiting() -> None:
    with Harness() as ws_fake:
        seen = []

        def serve(peer: Any) -> None:
            begin = time.monotonic()
            seen.append(peer.client_messages)
            assert time.monotonic() - begin < 0.5
            peer.send("x")

        ws_fake.serve(URL, serve)
        with connect(ws_fake.url_for(URL)) as connection:
            assert connection.recv(PATIENCE) == "x"
        assert seen == [[]]


def test_what_the_client_did_not_say_is_unplayed() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript().client("x"))
    with connect(ws_fake.url_for(URL)), pytest.raises(Unplayed, match='client  "x"'):
        ws_fake.finish()


def test_nothing_is_left_of_it() -> None:
    before = threading.active_count()
    with Harness() as ws_fake:
        url = ws_fake.url_for(URL)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    with pytest.raises(OSError, match="refused"):
        connect(url)
    gc.collect()  # an unclosed socket would warn


def test_two_tests_in_two_threads_have_ports_of_their_own() -> None:
    failed: list[object] = []

    def one(word: str) -> None:
        try:
            with Harness() as ws_fake:
                ws_fake.serve(URL, Transcript().client(word).server(word), connections=None)
                for _ in range(10):
                    with connect(ws_fake.url_for(URL)) as connection:
                        connection.send(word)
                        assert connection.recv(PATIENCE) == word
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=one, args=(word,)) for word in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    assert not failed


def test_a_port_that_is_taken_is_said_to_be() -> None:
    with Harness() as ws_fake, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"to listen at, got 127.0.0.1:{port}: "):
            ws_fake.url_for(URL, port=port)
        with pytest.raises(UsageError, match="expected a ws or wss URL"):
            ws_fake.url_for("http://feed.test")
        with pytest.raises(UsageError, match="expected tls to be True, the path of a PEM file"):
            ws_fake.url_for(URL, tls=1)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="expected faults"):
            ws_fake.url_for(URL, faults=1)  # type: ignore[arg-type]


# TLS


def test_a_throw_away_certificate_is_trusted_by_its_file() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("x").server("y"))
        url = ws_fake.url_for(URL, tls=True)
        assert url.startswith("wss://127.0.0.1:")
        context = ssl.create_default_context(cafile=ws_fake.ca_file)
        with connect(url, ssl=context) as connection:
            connection.send("x")
            assert connection.recv(PATIENCE) == "y"
        ca_file = ws_fake.ca_file
        assert ca_file.exists()
        assert b"PRIVATE" not in ca_file.read_bytes()
    assert not ca_file.exists()


def test_no_session_ticket_meets_the_first_words_of_a_client() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server("hello"))
        url = ws_fake.url_for(URL, tls=True)
        context = ssl.create_default_context(cafile=str(ws_fake.ca_file))
        with connect(url, ssl=context) as connection:
            assert connection.recv(PATIENCE) == "hello"  # behind which a ticket would have come
            assert isinstance(connection.socket, ssl.SSLSocket)
            assert connection.socket.version() == "TLSv1.3"
            assert connection.socket.session is None or not connection.socket.session.has_ticket


def test_a_client_that_does_not_trust_it_or_speaks_no_tls_is_nobody() -> None:
    with Harness() as ws_fake:
        url = ws_fake.url_for(URL, tls=True)
        with pytest.raises(ssl.SSLError):
            connect(url, ssl=ssl.create_default_context())
        with pytest.raises((ConnectionError, EOFError, Exception), match=r"reset|EOF|receive"):
            connect(url.replace("wss:", "ws:"))
        remarks = [text for _, text in ws_fake.dialogue.remarks]
    assert remarks == [
        "a client was dropped: it does not trust the authority of our certificate",
        "a client was dropped: it speaks no TLS: its URL is to begin with wss",
    ]


# Order and speed


def two_connections(path: Path) -> None:
    """Write a cassette in which what the first connection hears comes after the second's word."""
    save_all(
        path,
        [
            (0, 1, "client", Open(URL)),
            (1, 1, "server", Accept()),
            (2, 2, "client", Open(f"{URL}/two")),
            (3, 2, "server", Accept()),
            (4, 2, "client", "go"),
            (5, 1, "server", "gone"),
        ],
    )


def test_the_order_across_connections_is_kept(tmp_path: Path) -> None:
    cassette = tmp_path / "two.msgpack"
    two_connections(cassette)
    with (
        Harness(cassette, order_wait=PATIENCE) as ws_fake,
        connect(ws_fake.url_for(URL)) as one,
        connect(ws_fake.url_for(f"{URL}/two")) as two,
    ):
        with pytest.raises(TimeoutError):
            one.recv(0.1)
        two.send("go")
        assert one.recv(PATIENCE) == "gone"
    assert ws_fake.summary.gave_way == 0


def test_an_order_that_does_not_come_gives_way_with_a_warning(tmp_path: Path) -> None:
    cassette = tmp_path / "two.msgpack"
    two_connections(cassette)
    warned: list[str] = []
    settings = {"order_wait": 0.1, "unplayed": "ignore", "warn": warned.append}
    with Harness(cassette, **settings) as ws_fake, connect(ws_fake.url_for(URL)) as one:  # type: ignore[arg-type]
        assert one.recv(PATIENCE) == "gone"
    assert ws_fake.summary.gave_way == 1
    assert len(warned) == 1
    assert "the order across connections is not that of the recording" in warned[0]


def test_an_order_that_is_strict_fails(tmp_path: Path) -> None:
    cassette = tmp_path / "two.msgpack"
    two_connections(cassette)
    ws_fake = Harness(cassette, order="strict", order_wait=0.1)
    with connect(ws_fake.url_for(URL)) as one:
        with pytest.raises(ConnectionClosedError):
            one.recv(PATIENCE)
        assert one.close_code == 1011
    with pytest.raises(OutOfOrder):
        ws_fake.finish()


@pytest.mark.parametrize(("speed", "least"), [(0, 0.0), (1, 0.4), (4, 0.1)])
def test_a_recording_is_played_at_once_or_as_fast_as_it_was(
    speed: float, least: float, tmp_path: Path
) -> None:
    cassette = tmp_path / "slow.msgpack"
    said: list[tuple[int, str, Event]] = [(0, "client", Open(URL)), (0, "server", Accept())]
    late = 400_000 if speed else 3_600_000_000
    save(cassette, [*said, (late, "server", "late")])
    begin = time.monotonic()  # before the server accepts, from when it counts
    with Harness(cassette, speed=speed) as ws_fake, connect(ws_fake.url_for(URL)) as connection:
        assert connection.recv(PATIENCE) == "late"
        assert time.monotonic() - begin >= least


# Together with the test's own run


def wait_in_thread(function: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=function)
    thread.start()
    return thread


def test_a_script_and_a_client_at_a_port_talk_at_once() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("x").server("y"), connections=None)
        url, heard = ws_fake.url_for(URL), []
        script = ws_fake.WebSocket(URL)
        script.onopen = lambda: script.send("x")
        script.onmessage = lambda message: heard.append(
            (message.data, threading.current_thread().name)
        )

        def talk() -> None:
            with connect(url) as connection:
                connection.send("x")
                heard.append((connection.recv(PATIENCE), "client"))

        client = wait_in_thread(talk)
        ws_fake.run(until=lambda: len(heard) == 2, timeout=PATIENCE)
        client.join()
        assert sorted(heard) == [("y", threading.current_thread().name), ("y", "client")]


def test_run_raises_what_went_wrong_at_a_port() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, Transcript().client("x"))
    url = ws_fake.url_for(URL)

    def talk() -> None:
        with connect(url) as connection:
            connection.send("y")

    client = wait_in_thread(talk)
    with pytest.raises(UnexpectedMessage):
        ws_fake.run(until=lambda: False, timeout=PATIENCE)
    client.join()
    finish_failed(ws_fake)


def test_timers_of_a_script_are_not_called_while_the_test_blocks() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("x").server("y"))
        url, called = ws_fake.url_for(URL), []
        ws_fake.call_later(0, lambda: called.append(threading.current_thread()))
        with connect(url) as connection:
            connection.send("x")
            connection.recv(PATIENCE)
            assert called == []
        ws_fake.run(until=lambda: called, timeout=PATIENCE)
        assert called == [threading.current_thread()]


# Close frames of the client are answered by the server's player, as everywhere


def test_a_close_is_echoed_with_its_code() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript())
        with connect(ws_fake.url_for(URL)) as connection:
            connection.close(4123, "bye")
            assert connection.protocol.close_rcvd is not None
            assert connection.protocol.close_rcvd.code == 4123
        whats = [entry.what for entry in ws_fake.dialogue.entries if isinstance(entry.what, Close)]
        assert whats == [Close(4123, "bye"), Close(4123)]


# Faults on the way


def test_faults_stand_before_a_transcript_and_a_recording_alike(tmp_path: Path) -> None:
    cassette = tmp_path / "x.msgpack"
    talk: list[tuple[int, str, Event]] = [
        (0, "client", Open(URL)),
        (0, "server", Accept()),
        (0, "client", "one"),
        (0, "server", "ONE"),
    ]
    save(cassette, talk)
    faults = Faults(edit=lambda side, said: f"{side}: {said!s}" if side is Side.SERVER else said)
    heard = []
    for served in (True, False):
        with Harness(None if served else cassette) as ws_fake:
            if served:
                ws_fake.serve(URL, Transcript().client("one").server("ONE"))
            url = ws_fake.url_for(URL, faults=faults.fault("message", Drop(), after=2))
            with connect(url) as connection:
                connection.send("one")
                heard.append(connection.recv(PATIENCE))
        assert "server: " not in str(ws_fake.dialogue)
    assert heard == ["server: ONE", "server: ONE"]


def test_a_fault_that_drops_is_a_drop_to_both_sides() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server("one").server("two"))
        url = ws_fake.url_for(URL, faults=Faults().fault("message", Drop(), after=1))
        with connect(url) as connection:
            assert connection.recv(PATIENCE) == "one"
            with pytest.raises(ConnectionClosed) as caught:
                connection.recv(PATIENCE)
            assert caught.value.rcvd is None


def test_what_does_not_return_does_not_keep_the_test_from_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wsfake.ports.ports._LAST_SECONDS", 0.2)
    monkeypatch.setattr("wsfake.ports.ports._STUCK_SECONDS", 0.2)
    monkeypatch.setattr("wsfake.ports.keeper._JOIN_SECONDS", 0.2)
    called, free = threading.Event(), threading.Event()

    def stuck(_: object) -> None:
        called.set()
        free.wait(PATIENCE)

    ws_fake = Harness()
    ws_fake.serve(URL, stuck)
    url = ws_fake.url_for(URL)
    with socket.create_connection(("127.0.0.1", port_of(url)), timeout=PATIENCE) as sock:
        sock.sendall(f"{HEAD}\r\n".encode())
        assert called.wait(PATIENCE)
        ports = ws_fake._doors.ports
        assert ports is not None
        keeper = ports._keeper
        assert keeper is not None
        with pytest.raises(UsageError, match="that the ports have called does not return"):
            ws_fake.finish()
        free.set()
        keeper._thread.join(PATIENCE)
        while sock.recv(65_536):  # and at the end the thread has freed its sockets
            pass
