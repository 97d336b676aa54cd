from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable

import pytest
import trustme
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from tests.live.peers import Wire, WireServer, in_thread, websockets_server
from tests.proxy.port import Proxy, Told
from wsfake.model import Accept, Close, Drop, Open, Ping, Pong, Raw, Refuse, Reject
from wsfake.proxy import Limits

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
REQUEST = (
    b"GET /anything?of=ours HTTP/1.1\r\n"
    b"hOsT:   127.0.0.1:1\r\n"
    b"X-Odd:  two  blanks \r\n"
    b"Upgrade: websocket\r\n"
    b"Origin: http://page.example\r\n"
    b"Connection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
    b"x-odd: again\r\n\r\n"
)


def client_of(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=10)


def relay_raw(
    proxy: Proxy, serve: Callable[[Wire], None], talk: Callable[[Wire], None], **options: object
) -> Told:
    """Relay one connection whose two ends are played by functions; return its story."""
    with WireServer(serve) as server:
        proxy.to(server.url + "path?query", **options)

        def play() -> None:
            with client_of(proxy) as sock:
                talk(Wire(sock))

        with in_thread(play):
            return proxy.until_over()


def opened(wire: Wire) -> Wire:
    wire.send(REQUEST)
    head = wire.request()
    assert head[""] == "HTTP/1.1 101 Switching Protocols"
    return wire


def test_messages_pass_and_are_told(proxy: Proxy, server: str) -> None:
    proxy.to(server + "/echo")

    def play() -> None:
        with connect(proxy.url) as client:
            for message in ("", b"", "text", b"binary", "x" * 100_000):
                client.send(message)
                assert client.recv() == message

    with in_thread(play):
        told = proxy.until_over()
    (_, opening), (_, answer) = told.lines[:2]
    assert isinstance(opening, Open)
    assert opening.url == server + "/echo"
    assert dict(opening.headers)["Host"] == server.removeprefix("ws://")
    assert "Sec-WebSocket-Key" not in dict(opening.headers)
    assert opening.extensions == ("permessage-deflate; client_max_window_bits",)
    assert isinstance(answer, Accept)
    assert answer.extensions
    messages = ["", b"", "text", b"binary", "x" * 100_000]
    expected = [(side, what) for what in messages for side in ("client", "server")]
    assert told.behind == [*expected, ("client", Close(1000)), ("server", Close(1000))]
    times = [at for at, _, _ in told.entries]
    assert times == sorted(times)


def test_a_request_changes_only_where_it_must(proxy: Proxy) -> None:
    seen: list[bytes] = []

    def serve(wire: Wire) -> None:
        while not b"".join(seen).endswith(b"\r\n\r\n"):
            seen.append(wire.socket.recv(4096))
        wire.send(b"HTTP/1.1 404 Nothing Here\r\nContent-Length: 0\r\n\r\n")

    def talk(wire: Wire) -> None:
        wire.send(REQUEST)
        wire.read_to_end()

    relay_raw(proxy, serve, talk)
    host = proxy.upstream.url.split("/")[2].encode()
    assert b"".join(seen) == REQUEST.replace(b"/anything?of=ours", b"/path?query").replace(
        b"127.0.0.1:1", host
    )


def test_origin_and_credentials_are_written_where_they_are_asked_for(proxy: Proxy) -> None:
    seen: list[dict[str, str]] = []

    def serve(wire: Wire) -> None:
        seen.append(wire.request())

    with WireServer(serve) as server:
        url = server.url.replace("ws://", "ws://user:p%40ss@")
        proxy.to(url, origin="https://real.example")

        def play() -> None:
            with client_of(proxy) as sock:
                sock.sendall(REQUEST)
                assert sock.recv(1) == b""

        with in_thread(play):
            proxy.until_over()
    assert seen[0]["origin"] == "https://real.example"
    assert seen[0]["authorization"] == "Basic dXNlcjpwQHNz"


@pytest.mark.parametrize("status", [b"401 No", b"302 Found", b"200 OK"])
def test_a_refusal_passes_byte_for_byte(proxy: Proxy, status: bytes) -> None:
    answer = (
        b"HTTP/1.1 " + status + b"\r\nx-a: 1\r\nX-A:2\r\nLocation: ws://other.example/\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
    )

    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(answer)

    def talk(wire: Wire) -> None:
        wire.send(REQUEST)
        assert wire.read_to_end() == answer

    told = relay_raw(proxy, serve, talk)
    (side, reject), *rest = told.lines[1:]
    assert side == "server"
    assert isinstance(reject, Reject)
    assert (reject.status, reject.body) == (int(status[:3]), b"body")
    assert ("X-A", "2") in reject.headers
    assert rest == [("server", Drop())]


def test_a_library_sees_the_refusal_of_the_real_server(proxy: Proxy, server: str) -> None:
    proxy.to(server + "/reject")

    def play() -> None:
        with pytest.raises(InvalidStatus) as caught, connect(proxy.url):
            pass
        assert caught.value.response.status_code == 503
        assert caught.value.response.headers["Retry-After"] == "1"

    with in_thread(play):
        proxy.until_over()


@pytest.mark.parametrize(
    ("url", "why"), [("ws://127.0.0.1:1/", "refused"), ("ws://nowhere.invalid/", "not found")]
)
def test_a_server_that_is_not_there_resets_the_client(proxy: Proxy, url: str, why: str) -> None:
    proxy.to(url)

    def play() -> None:
        with client_of(proxy) as sock:
            sock.sendall(REQUEST)
            with pytest.raises(ConnectionResetError):
                sock.recv(1)

    with in_thread(play):
        told = proxy.until_over()
    assert [type(what) for _, what in told.lines] == [Open, Refuse]
    assert told.lines[1] == ("server", Refuse(why))


def test_a_server_that_does_not_answer_tcp_is_given_up(proxy: Proxy) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        with socket.create_connection(address), socket.socket() as second:
            second.setblocking(False)
            second.connect_ex(address)
            proxy.to(f"ws://127.0.0.1:{address[1]}/", limits=Limits(connect_seconds=0.2))

            def play() -> None:
                with client_of(proxy) as sock:
                    sock.sendall(REQUEST)
                    with pytest.raises(ConnectionResetError):
                        sock.recv(1)

            with in_thread(play):
                told = proxy.until_over()
    assert told.lines[1] == ("server", Refuse("timeout"))


def test_what_is_no_websocket_passes_and_is_not_told(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        assert wire.request()[""] == "GET /path?query HTTP/1.1"
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    def talk(wire: Wire) -> None:
        wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.read_to_end().endswith(b"hi")

    assert relay_raw(proxy, serve, talk).lines == []


def test_control_frames_fragments_and_odd_frames_pass_as_they_are(proxy: Proxy) -> None:
    from_client = (
        b"\x01\x81\x00\x00\x00\x00a"  # two fragments and a ping between them
        b"\x89\x82\x00\x00\x00\x00hi"
        b"\x80\x81\x01\x02\x03\x04c"
        b"\x8a\x80\x00\x00\x00\x00"
    )

    def serve(wire: Wire) -> None:
        wire.accept()
        assert wire.read(len(from_client)) == from_client
        wire.send(b"\x82\x00\x88\x02\x0f\xa0")
        assert wire.read(8) == b"\x88\x82\x00\x00\x00\x00\x0f\xa0"

    def talk(wire: Wire) -> None:
        opened(wire).send(from_client)
        assert wire.read(6) == b"\x82\x00\x88\x02\x0f\xa0"
        wire.send(b"\x88\x82\x00\x00\x00\x00\x0f\xa0")
        assert wire.read_to_end() == b""

    told = relay_raw(proxy, serve, talk)
    assert told.behind == [
        ("client", Ping(b"hi")),
        ("client", "ab"),
        ("client", Pong()),
        ("server", b""),
        ("server", Close(4000)),
        ("client", Close(4000)),
    ]


def test_a_violation_passes_and_is_told_as_bytes(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.accept(b"\x81\x01x\xff\x01y")
        assert wire.read(1) == b"\x81"
        wire.send(b"\x81\x01z")
        wire.end()

    def talk(wire: Wire) -> None:
        opened(wire)
        assert wire.read(6) == b"\x81\x01x\xff\x01y"
        wire.send(b"\x81")
        assert wire.read_to_end() == b"\x81\x01z"

    told = relay_raw(proxy, serve, talk)
    assert told.behind[:3] == [
        ("server", "x"),
        ("server", Raw(b"\xff\x01y")),
        ("server", Raw(b"\x81\x01z")),
    ]


def test_the_end_of_one_half_passes_and_the_other_goes_on(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.accept()
        assert wire.read_to_end() == b"\x81\x81\x00\x00\x00\x00a"
        wire.send(b"\x81\x01b" * 1000)

    def talk(wire: Wire) -> None:
        opened(wire).send(b"\x81\x81\x00\x00\x00\x00a")
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.read_to_end() == b"\x81\x01b" * 1000

    told = relay_raw(proxy, serve, talk)
    assert told.behind[:2] == [("client", "a"), ("client", Drop())]
    assert told.behind[2:] == [("server", "b")] * 1000 + [("server", Drop())]


def test_the_server_may_end_its_half_first(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.accept(b"\x81\x05abc")
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.read_to_end() == b"\x81\x81\x00\x00\x00\x00a"

    def talk(wire: Wire) -> None:
        opened(wire)
        assert wire.read_to_end() == b"\x81\x05abc"
        wire.send(b"\x81\x81\x00\x00\x00\x00a")

    told = relay_raw(proxy, serve, talk)
    assert told.behind == [("server", Drop(inside="abc")), ("client", "a"), ("client", Drop())]


@pytest.mark.parametrize("who", ["client", "server"])
def test_a_reset_passes_as_one(proxy: Proxy, who: str) -> None:
    def resets(wire: Wire) -> None:
        wire.read(3)
        wire.reset()

    def is_reset(wire: Wire) -> None:
        wire.send(b"\x82\x01x" if who == "client" else b"\x82\x81\x00\x00\x00\x00x")
        with pytest.raises(ConnectionResetError):
            wire.read_to_end()

    def serve(wire: Wire) -> None:
        wire.accept()
        (resets if who == "server" else is_reset)(wire)

    def talk(wire: Wire) -> None:
        (resets if who == "client" else is_reset)(opened(wire))

    told = relay_raw(proxy, serve, talk)
    assert told.behind == [
        ("server" if who == "client" else "client", b"x"),
        (who, Drop(reset=True)),
    ]


def test_tls_to_the_real_server_is_checked(proxy: Proxy) -> None:
    authority = trustme.CA()
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.num_tickets = 0  # see `wsfake.ports.server_context`
    authority.issue_cert("localhost").configure_cert(server_context)
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)
    payload = "x" * 300_000

    def echo(connection: object) -> None:
        for message in connection:  # type: ignore[attr-defined]
            connection.send(message)  # type: ignore[attr-defined]

    def play() -> None:
        with connect(proxy.url, compression=None) as client:
            client.send(payload)
            assert client.recv() == payload

    with websockets_server(echo, ssl=server_context) as url:
        with in_thread(play):
            told = proxy.to(url, ssl_context=client_context).until_over()
        assert told.behind[:2] == [("client", payload), ("server", payload)]

        def refused() -> None:
            with pytest.raises(InvalidMessage), connect(proxy.url):
                pass

        proxy.to(url)
        with in_thread(refused):
            told = proxy.until_over(2)
        assert told.lines[1] == ("server", Refuse("tls"))


def test_an_aborted_relay_frees_its_sockets_and_tells_nothing_more(
    proxy: Proxy, server: str
) -> None:
    proxy.to(server)
    with client_of(proxy) as sock:
        sock.sendall(REQUEST)
        proxy.until(lambda: proxy.stories and len(proxy.stories[0].lines) == 2)
        proxy.relays[0].abort()
        assert proxy.relays[0].finished
        proxy.until(lambda: not proxy.reactor.wait(0))
    assert len(proxy.stories[0].lines) == 2
    assert not proxy.stories[0].is_over


@pytest.mark.parametrize("interim", [b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"])
def test_a_second_request_behind_a_refusal_is_not_passed_on(proxy: Proxy, interim: bytes) -> None:
    refusal = interim + b"HTTP/1.1 401 Who\r\nContent-Length: 2\r\n\r\nno"
    behind: list[bytes] = []

    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(refusal[:5])  # a status may come in two pieces
        wire.send(refusal[5:])
        behind.append(wire.read_to_end())

    def talk(wire: Wire) -> None:
        wire.send(REQUEST)
        assert wire.read(len(refusal)) == refusal
        wire.send(REQUEST)
        wire.send(REQUEST)
        assert wire.read_to_end() == b""

    told = relay_raw(proxy, serve, talk)
    assert behind == [b""]
    assert [type(what) for _, what in told.lines] == [Open, Reject, Drop]


def test_a_body_passes_behind_an_answer_and_a_second_request_does_not(proxy: Proxy) -> None:
    early = b"HTTP/1.1 100 Continue\r\n\r\n"
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(early)
        assert wire.read(4) == b"body"
        wire.send(answer)
        assert wire.read_to_end() == b""

    def talk(wire: Wire) -> None:
        wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-length: 4\r\n\r\n")
        assert wire.read(len(early)) == early
        wire.send(b"body")
        assert wire.read(len(answer)) == answer
        wire.send(b"GET /again HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.read_to_end() == b""

    assert relay_raw(proxy, serve, talk).lines == []


def test_a_server_that_keeps_on_talking_to_a_second_request_is_left(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
        assert wire.read_to_end() == b""
        with pytest.raises((ConnectionResetError, BrokenPipeError)):  # it never ends by itself
            while True:
                wire.send(b"x" * 1000)

    def talk(wire: Wire) -> None:
        wire.send(REQUEST)
        wire.read(20)
        wire.send(REQUEST)
        with contextlib.suppress(OSError):
            wire.read_to_end()

    with WireServer(serve) as server:
        proxy.to(server.url, limits=Limits(linger_seconds=0.2))

        def play() -> None:
            with client_of(proxy) as sock:
                talk(Wire(sock))

        with in_thread(play):
            proxy.until(lambda: proxy.relays and proxy.relays[0].finished)
