"""The modes, at a real port: what is recorded, replayed, added, compared, and passed on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.live.peers import Wire, WireServer
from tests.ports.test_ports import PATIENCE, connect, raw
from tests.servers import dead_url, server
from wsfake import Harness, Transcript
from wsfake.cassette import load, write_cassette
from wsfake.errors import CassetteError, Drift, LiveConnectionError
from wsfake.model import Accept, Entry, Gap, Message, Open, Ping, Side

__all__ = ["dead_url", "server"]

ALIAS = "wss://shout.test"
URL = f"{ALIAS}/shout"


def say(ws_fake: Harness, word: str, url: str = URL) -> Message:
    with connect(ws_fake.url_for(url)) as connection:
        connection.send(word)
        return connection.recv(PATIENCE)


def test_a_recording_speaks_of_no_port_and_no_real_server(server: str, tmp_path: Path) -> None:
    cassette = tmp_path / "x.msgpack"
    with Harness(cassette, "rewrite") as ws_fake:
        ws_fake.alias(ALIAS, to=server)
        assert (ws_fake.is_live, ws_fake.is_recording) == (True, True)
        assert say(ws_fake, "a") == "A"
    opening = load(cassette).entries[0].what
    assert isinstance(opening, Open)
    assert opening.url == URL
    assert "host" not in {name.lower() for name, _ in opening.headers}
    assert "127.0.0.1" not in str(ws_fake.dialogue)


def test_what_is_served_is_neither_contacted_nor_recorded(tmp_path: Path) -> None:
    cassette = tmp_path / "x.msgpack"
    with Harness(cassette, "rewrite") as ws_fake:
        ws_fake.serve(URL, Transcript().client("a").server("served"))
        assert say(ws_fake, "a") == "served"
    assert not cassette.exists()


def test_new_episodes_are_added_behind_what_is_replayed(server: str, tmp_path: Path) -> None:
    cassette = tmp_path / "x.msgpack"
    for words in (["a"], ["a", "b"]):
        with Harness(cassette, "new_episodes") as ws_fake:
            ws_fake.alias(ALIAS, to=server)
            assert [say(ws_fake, word) for word in words] == [word.upper() for word in words]
    assert (ws_fake.summary.replayed, ws_fake.summary.kept) == (1, True)
    with Harness(cassette) as ws_fake:
        assert [say(ws_fake, word) for word in "ab"] == ["A", "B"]


def test_a_server_that_has_drifted_is_found(server: str, tmp_path: Path) -> None:
    cassette = tmp_path / "x.msgpack"
    with Harness(cassette, "rewrite") as ws_fake:
        ws_fake.alias(ALIAS, to=server)
        say(ws_fake, "a")
    with Harness(cassette, "verify") as ws_fake:
        ws_fake.alias(ALIAS, to=server)
        assert say(ws_fake, "a") == "A"
    ws_fake = Harness(cassette, "verify")
    ws_fake.alias(ALIAS, to=f"{server}/room?of=")  # which does not shout
    say(ws_fake, "a")
    with pytest.raises(Drift, match=r'-server  "A"\n  \+server  "a"'):
        ws_fake.finish()


def test_pings_pass_and_are_recorded(server: str, tmp_path: Path) -> None:
    with Harness(tmp_path / "x.msgpack", "rewrite") as ws_fake:
        ws_fake.alias(ALIAS, to=server)
        with connect(ws_fake.url_for(URL)) as connection:
            assert connection.ping(b"?").wait(PATIENCE)
    assert Ping(b"?") in [entry.what for entry in load(tmp_path / "x.msgpack").entries]


def test_no_server_at_all_is_a_verdict(dead_url: str, tmp_path: Path) -> None:
    ws_fake = Harness(tmp_path / "x.msgpack", "rewrite")
    ws_fake.alias(ALIAS, to=dead_url)
    with pytest.raises((ConnectionError, EOFError, Exception), match=r"reset|receive|EOF"):
        say(ws_fake, "a")
    with pytest.raises(LiveConnectionError, match="nothing could be recorded"):
        ws_fake.finish()


def test_an_alias_that_stands_for_no_url_is_told_to_both_sides(tmp_path: Path) -> None:
    ws_fake = Harness(tmp_path / "x.msgpack", "rewrite")
    ws_fake.alias(URL, to=lambda: "nowhere")
    with pytest.raises(Exception, match="HTTP 500"):
        say(ws_fake, "a")
    with pytest.raises(Exception, match="expected a ws or wss URL"):
        ws_fake.finish()


def test_a_cassette_that_cannot_be_written_is_told_to_both_sides(
    server: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    ws_fake = Harness(tmp_path / "file" / "x.msgpack", "rewrite")
    ws_fake.alias(ALIAS, to=server)
    with pytest.raises(InvalidStatus) as caught:
        say(ws_fake, "a")
    known = ws_fake.untold(None)  # at once: the report of a test is made as soon as it has failed
    assert b"this cassette cannot be written" in (caught.value.response.body or b"")
    assert [type(each) for each in known] == [CassetteError]
    with pytest.raises(CassetteError, match="this cassette cannot be written"):
        ws_fake.finish()


def test_what_finds_an_alias_out_and_raises_is_told_to_both_sides(tmp_path: Path) -> None:
    def find_out() -> str:
        raise KeyError("PORT")

    ws_fake = Harness(tmp_path / "x.msgpack", "rewrite")
    ws_fake.alias(URL, to=find_out)
    answer = raw(ws_fake.url_for(URL), b"GET /shout HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"wsfake: KeyError: 'PORT'\n" in answer
    with pytest.raises(KeyError, match="PORT"):
        ws_fake.finish()


class Plain(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"{self.path} of {self.headers['Host']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def http_server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Plain) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"127.0.0.1:{httpd.server_port}"
        finally:
            httpd.shutdown()
            thread.join()


def test_a_request_that_is_no_handshake_passes_where_the_mode_connects(tmp_path: Path) -> None:
    cassette = tmp_path / "x.msgpack"
    with http_server() as authority, Harness(cassette, "rewrite") as ws_fake:
        ws_fake.alias(ALIAS, to=f"ws://{authority}")
        request = b"GET /page?x=1 HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
        answer = raw(ws_fake.url_for(URL), request)
        assert answer.startswith(b"HTTP/1.0 200 OK\r\n")
        assert answer.endswith(f"\r\n\r\n/page?x=1 of {authority}".encode())
    assert not cassette.exists()


def test_a_handshake_that_only_the_real_server_takes_for_one_is_recorded_as_a_gap(
    tmp_path: Path,
) -> None:
    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02hi")

    cassette = tmp_path / "x.msgpack"
    with WireServer(serve) as real, Harness(cassette, "rewrite") as ws_fake:
        ws_fake.alias(ALIAS, to=real.url)
        request = b"GET /shout HTTP/1.1\r\nHost: x\r\nOrigin: http://page.example\r\n\r\n"
        assert raw(ws_fake.url_for(URL), request).endswith(b"\r\n\r\n\x81\x02hi")
    opening, gap, *_ = (entry.what for entry in load(cassette).entries)
    assert opening == Open(URL, headers=(("Origin", "http://page.example"),))
    assert isinstance(gap, Gap)
    assert gap.why.startswith("everything: the server took what is no valid opening handshake (")


@pytest.mark.parametrize("extension", ["bad ext,;=", "permessage-deflate; =", "x-foo"])
def test_an_extension_of_a_cassette_that_nobody_can_use_is_left_out(
    tmp_path: Path, extension: str
) -> None:
    url = "ws://feed.test/v1"
    entries = [
        Entry(0, 1, Side.CLIENT, Open(url, (), (), (extension,))),
        Entry(0, 1, Side.SERVER, Accept(extensions=(extension,))),
        Entry(0, 1, Side.SERVER, "hello"),
    ]
    cassette = write_cassette(tmp_path / "feed.msgpack", entries)
    with Harness(cassette) as ws_fake, connect(ws_fake.url_for(url)) as client:
        assert client.recv(PATIENCE) == "hello"
