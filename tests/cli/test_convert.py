"""`wsfake convert`."""

import json
from pathlib import Path
from typing import Any

import pytest

from wsfake import Harness
from wsfake.cassette import load, write_cassette
from wsfake.cli import main
from wsfake.errors import UnexpectedMessage
from wsfake.model import Accept, Entry, Open, Side
from wsfake.network import write_dialogue

ENTRIES = (
    Entry(0, 1, Side.CLIENT, Open("ws://feed.example/v1")),
    Entry(1500, 1, Side.SERVER, Accept()),
    Entry(2000, 1, Side.SERVER, "hello\n"),
    Entry(2000, 1, Side.SERVER, b"\x00"),
)
TEXT = """\
connect ws://feed.example/v1
   1.5 ms  server  accepts
     2 ms  server  "hello\\n"
     2 ms  server  b"\\x00"
"""


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return write_cassette(tmp_path / "a.msgpack", ENTRIES)


def test_a_cassette_becomes_its_text_and_the_text_becomes_the_same_cassette(
    cassette: Path, tmp_path: Path
) -> None:
    text, again = tmp_path / "a.txt", tmp_path / "b.msgpack"

    assert main(["convert", str(cassette), str(text)]) == 0
    assert text.read_text(encoding="utf-8") == TEXT
    assert main(["convert", str(text), str(again)]) == 0
    assert again.read_bytes() == cassette.read_bytes()


def test_what_can_be_read_of_a_cut_cassette_is_kept_when_asked_for(
    cassette: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cassette.write_bytes(cassette.read_bytes()[:-60])
    target = tmp_path / "b.msgpack"

    assert main(["convert", str(cassette), str(target)]) == 1
    assert capsys.readouterr().err == (
        f"wsfake: {cassette} is cut off: --recover keeps what it holds\n"
    )
    assert main(["convert", "--recover", str(cassette), str(target)]) == 1
    assert capsys.readouterr().err == (
        f"wsfake: {cassette}: cut off: what was recorded after this is lost\n"
    )
    kept = load(target)
    assert kept.entries == ENTRIES[: len(kept.entries)]
    assert not kept.cut


def test_a_damaged_cassette_is_converted_only_when_asked_to_recover(
    cassette: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(cassette.read_bytes())
    data[data.index(b"hello")] ^= 1
    cassette.write_bytes(data)
    target = tmp_path / "b.msgpack"

    assert main(["convert", str(cassette), str(target)]) in (1, 2)
    assert "--recover" in capsys.readouterr().err
    assert not target.exists()
    assert main(["convert", "--recover", str(cassette), str(target)]) == 1
    assert load(target).entries == ()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("gone.yaml", "wsfake: gone.yaml: No such file or directory\n"),
        ("gone.txt", "No such file or directory"),
        ("gone.msgpack", "gone.msgpack"),
    ],
)
def test_a_source_that_cannot_be_read_is_wrong_use(
    source: str,
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["convert", source, "b.msgpack"]) == 2
    assert text in capsys.readouterr().err


def test_a_text_that_is_no_transcript_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "a.txt"
    text.write_text("connect ws://feed.example/v1\n  0 ms  server  hello\n", encoding="utf-8")

    assert main(["convert", str(text), str(tmp_path / "b.msgpack")]) == 2
    assert capsys.readouterr().err.startswith(
        f"wsfake: {text}, line 2: expected a message or one of"
    )


def test_an_answer_that_a_text_leaves_out_comes_at_once(tmp_path: Path) -> None:
    text, cassette = tmp_path / "a.txt", tmp_path / "b.msgpack"
    text.write_text(
        "0 ms #1 connect ws://a/\n"
        "1 ms #2 connect ws://b/\n"
        '2 ms #1 client "hello"\n'
        "3 ms #2 client close 1000\n"
        "4 ms #2 server close 1000\n",
        encoding="utf-8",
    )

    assert main(["convert", str(text), str(cassette)]) == 0
    accepted = [entry for entry in load(cassette).entries if entry.what == Accept()]
    assert accepted == [
        Entry(0, 1, Side.SERVER, Accept()),
        Entry(1000, 2, Side.SERVER, Accept()),
    ]


def test_a_text_without_its_answer_replays(tmp_path: Path) -> None:
    text, cassette = tmp_path / "a.txt", tmp_path / "b.msgpack"
    text.write_text('connect ws://a/\n 0 ms client "hi"\n 1 ms server "ho"\n', encoding="utf-8")
    main(["convert", str(text), str(cassette)])

    heard = []
    with Harness(cassette) as ws_fake:
        socket = ws_fake.WebSocket("ws://a/")
        socket.onopen = lambda: socket.send("hi")
        socket.onmessage = lambda message: heard.append(message.data)
        ws_fake.run()
    assert heard == ["ho"]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "server rejects 404",
        'server refuses "tls"',
        "server stalls",
        'server raw b"x"',
        "server drops",
        'server gap "?"',
        "client ends",
        "client close 1000",
        "client drops",
    ],
)
def test_a_connection_that_was_not_accepted_stays_so(said: str, tmp_path: Path) -> None:
    text, cassette, again = (tmp_path / name for name in ("a.txt", "b.msgpack", "c.txt"))
    text.write_text(f"connect ws://a/\n{f'     1 ms  {said}' if said else ''}\n", encoding="utf-8")

    assert main(["convert", str(text), str(cassette)]) == 0
    assert main(["convert", str(cassette), str(again)]) == 0
    written = [line.split() for line in again.read_text(encoding="utf-8").splitlines()]
    assert written == [
        line.split() for line in text.read_text(encoding="utf-8").split("\n") if line
    ]


def test_a_target_of_another_kind_is_wrong_use(
    cassette: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", str(cassette), "b.yaml"]) == 2
    assert capsys.readouterr().err == (
        "wsfake: expected a target that ends in .msgpack or .txt, got b.yaml\n"
    )


# What other tools have recorded

FOREIGN = Path(__file__).parents[1] / "foreign" / "files"


def url_of(cassette: Path, end: str) -> str:
    """Return the URL of a cassette with a path; a secret of it may be anything."""
    urls = (entry.what.url for entry in load(cassette).entries if isinstance(entry.what, Open))
    return next(url for url in urls if end in url).replace("<redacted>", "any")


class Talker:
    """A script that says the next thing whenever it hears something."""

    def __init__(self, ws_fake: Harness, url: str, *says: str | bytes) -> None:
        self.heard: list[str | bytes] = []
        self.closed: list[tuple[int, str]] = []
        self._says = list(says)
        self._socket = ws_fake.WebSocket(url, "chat") if "echo" in url else ws_fake.WebSocket(url)
        self._socket.onopen = self._say
        self._socket.onmessage = self._hear
        self._socket.onclose = lambda event: self.closed.append((event.code, event.reason))

    def _hear(self, message: Any) -> None:
        self.heard.append(message.data)
        self._say()

    def _say(self) -> None:
        if self._says:
            self._socket.send(self._says.pop(0))


@pytest.mark.parametrize("name", ["mitmproxy.har", "playwright.har", "playwright.zip"])
def test_what_a_har_file_holds_replays(name: str, tmp_path: Path) -> None:
    target = tmp_path / "a.msgpack"
    assert main(["convert", str(FOREIGN / name), str(target)]) == 0

    with Harness(target, match="json", unplayed="ignore") as ws_fake:
        login = json.dumps({"password": "another one"})
        echo = Talker(ws_fake, url_of(target, "/echo"), "one", login)
        binary = Talker(ws_fake, url_of(target, "/b"), b"\x00\xff")
        ws_fake.run()

    assert echo.heard == ["one", '{"password":"<redacted>"}']
    assert binary.heard == [b"\x00\xff"]
    assert load(target).header.recorded is not None


@pytest.mark.filterwarnings("ignore:.*the order across connections")
def test_a_refusal_of_a_har_file_replays(tmp_path: Path) -> None:
    target = tmp_path / "a.msgpack"
    assert main(["convert", str(FOREIGN / "mitmproxy.har"), str(target)]) == 0

    with Harness(target, unplayed="ignore") as ws_fake:
        refused = Talker(ws_fake, url_of(target, "/deny"))
        ws_fake.run()

    assert refused.heard == []
    assert [code for code, _ in refused.closed] == [1006]


def test_a_cassette_of_cassetter_replays_with_its_close_code(tmp_path: Path) -> None:
    target = tmp_path / "a.msgpack"
    assert main(["convert", str(FOREIGN / "cassetter-hello.yaml"), str(target)]) == 0

    with Harness(target) as ws_fake:
        script = Talker(ws_fake, url_of(target, "/hello"))
        ws_fake.run()

    assert script.heard[0] == "hello"
    assert script.heard[2:] == [b"\x00\x01\xffbinary", b'{"password": "<redacted>"}']
    assert script.closed == [(4000, "gone ü")]


def test_what_a_script_sends_is_compared_with_what_cassetter_has_filtered(tmp_path: Path) -> None:
    target = tmp_path / "a.msgpack"
    assert main(["convert", str(FOREIGN / "cassetter-echo.yaml"), str(target)]) == 0
    says: list[str | bytes] = ["hi", b"\x00\xff", json.dumps({"op": "auth", "password": "mine"})]

    with Harness(target, match="json") as ws_fake:
        script = Talker(ws_fake, url_of(target, "/echo"), *says)
        ws_fake.run()
    assert len(script.heard) == 3

    with pytest.raises(UnexpectedMessage), Harness(target, match="json") as ws_fake:
        Talker(ws_fake, url_of(target, "/echo"), "ho")
        ws_fake.run()


def test_secrets_are_taken_out_on_the_way(tmp_path: Path) -> None:
    target = tmp_path / "a.msgpack"
    source = str(FOREIGN / "mitmproxy.har")
    assert main(["convert", source, str(target), "--redact-header", "X-Why"]) == 0

    text = "\n".join(write_dialogue(load(target).entries))
    for secret in ("s3cr3t", "hunter2", "abcdefgh", "because"):
        assert secret in Path(source).read_text(encoding="utf-8")
        assert secret not in text
    assert "header:x-why" in load(target).header.redacted


@pytest.mark.parametrize("kind", [".msgpack", ".txt"])
def test_secrets_that_are_named_are_taken_out_of_a_cassette_and_of_its_text(
    tmp_path: Path, kind: str
) -> None:
    said = [*ENTRIES, Entry(3000, 1, Side.CLIENT, '{"pin":"1234"}')]
    cassette, source, target = (tmp_path / f"{n}{kind}" for n in "abc")
    cassette = write_cassette(cassette.with_suffix(".msgpack"), said)
    assert main(["convert", str(cassette), str(source)]) == 0
    assert "1234" in str(said)

    assert main(["convert", str(source), str(target), "--redact-json", "pin"]) == 0

    assert b"1234" in source.read_bytes()
    assert b"1234" not in target.read_bytes()
    assert main(["convert", str(target), str(tmp_path / "d.msgpack")]) == 0
    assert load(tmp_path / "d.msgpack").entries[-1].what == '{"pin":"<redacted>"}'
    if kind == ".msgpack":
        assert "json:pin" in load(target).header.redacted


def test_only_a_cassette_can_be_recovered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "a.txt"
    source.write_text(TEXT, encoding="utf-8")

    assert main(["convert", "--recover", str(source), str(tmp_path / "b.msgpack")]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"wsfake: {source}: this is not a cassette, or its header is damaged\n")


def test_a_cassette_of_another_name_is_converted_and_recovered(
    cassette: Path, tmp_path: Path
) -> None:
    source, target = tmp_path / "a.bin", tmp_path / "b.msgpack"
    source.write_bytes(cassette.read_bytes())
    assert main(["convert", str(source), str(target)]) == 0
    assert target.read_bytes() == cassette.read_bytes()

    source.write_bytes(cassette.read_bytes()[:-60])
    assert main(["convert", "--recover", str(source), str(target)]) == 1
    assert load(target).entries


def test_a_named_secret_that_cannot_be_taken_out_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_KEY", "binary-secret")
    source, target = tmp_path / "a.yaml", tmp_path / "a.msgpack"
    text = (FOREIGN / "cassetter-hello.yaml").read_text(encoding="utf-8")
    source.write_text(text.replace("0001ff", "0001ff" + b"binary-secret".hex()), encoding="utf-8")

    assert main(["convert", str(source), str(target), "--redact-env", "MY_KEY"]) == 2
    assert capsys.readouterr().err == (
        f"wsfake: {source}: the value of MY_KEY stands in entry 5 where it cannot be taken out,"
        " so nothing was written\n"
    )
    assert not target.exists()


def test_what_the_file_does_not_say_is_told_and_is_no_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = FOREIGN / "cassetter-two.yaml"

    assert main(["convert", str(source), str(tmp_path / "a.txt")]) == 0
    assert capsys.readouterr().err == (
        f"wsfake: {source}: the order of its 2 connections is not in the file:"
        " taken from when each was written\n"
    )
    assert '"a1"' in (tmp_path / "a.txt").read_text(encoding="utf-8")


def test_a_file_of_another_tool_that_is_not_as_it_should_be_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "a.har"
    source.write_text('{"log": {}}', encoding="utf-8")

    assert main(["convert", str(source), str(tmp_path / "b.msgpack")]) == 2
    assert capsys.readouterr().err == (
        f"wsfake: {source}: $.log: expected an object with entries, got one without\n"
    )
