"""Cassettes of cassetter: those that it wrote itself, and what else its format allows."""

import builtins
import json
from pathlib import Path
from typing import Any

import pytest

from wsfake.errors import ForeignFileError, UsageError
from wsfake.foreign import read_foreign
from wsfake.model import Accept, Close, Drop, Gap, Open, Side
from wsfake.network import write_dialogue

FILES = Path(__file__).parent / "files"
LEFT = Gap("how the client left is not in a cassette of cassetter")


def said(name: str) -> list[Any]:
    return [entry.what for entry in read_foreign(FILES / f"cassetter-{name}.yaml").entries]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def cassette(*frames: str, more: str = "") -> str:
    """Write a cassette of one connection; each frame is its lines below `- direction`."""
    listed = "".join(f"  - direction: recv\n    {frame}\n" for frame in frames)
    return f"version: 1\nws_interactions:\n- uri: ws://a/\n  frames:\n{listed}{more}"


def test_texts_bytes_and_the_servers_close_are_taken_over() -> None:
    opening, *rest = said("hello")

    assert opening.url.partition("/hello")[2] == "?token=<redacted>&x=1"
    assert opening.headers == (("x-a", "1"),)
    assert rest[:2] == [Accept(), "hello"]
    assert json.loads(rest[2])["u"] == "ü"
    assert rest[3:] == [b"\x00\x01\xffbinary", b'{"password": "x"}', Close(4000, "gone ü")]


def test_both_sides_speak_in_their_order_and_what_is_filtered_matches_anything() -> None:
    foreign = read_foreign(FILES / "cassetter-echo.yaml")

    assert "\n".join(write_dialogue(foreign.entries)).partition("\n")[2] == (
        "     0 ms  server  accepts\n"
        '     0 ms  client  "hi"\n'
        '     0 ms  server  "hi"\n'
        '     0 ms  client  b"\\x00\\xff"\n'
        '     0 ms  server  b"\\x00\\xff"\n'
        '     0 ms  client  {"op":"auth","password":"<redacted>"}\n'
        '     1 ms  server  {"op":"auth","password":"<redacted>"}\n'
        f'     1 ms  client  gap "{LEFT.why}"'
    )
    assert foreign.notes == ()
    assert str(foreign.recorded).startswith("2026-")


def test_every_odd_string_comes_back_as_it_was_sent() -> None:
    sent = json.loads((FILES / "odd.json").read_text(encoding="utf-8"))

    assert said("odd")[2:] == [*sent, Close(1000)]


def test_characters_that_yaml_refuses_and_cassetter_writes_are_read(tmp_path: Path) -> None:
    text = (FILES / "cassetter-hello.yaml").read_text(encoding="utf-8")
    odd = "\ufffe \uffff \U000f0000"

    path = written(tmp_path, text.replace("content: hello", f"content: {odd}"))

    assert read_foreign(path).entries[2].what == odd


def test_a_connection_that_was_lost_is_a_drop() -> None:
    assert said("abort")[1:] == [Accept(), "soon", Drop()]


def test_a_subprotocol_was_offered_and_chosen() -> None:
    opening, accept, *_ = said("subp")

    assert opening.subprotocols == ("chat.v1",)
    assert accept == Accept("chat.v1")


def test_a_connection_on_which_nothing_was_said_is_one() -> None:
    assert said("empty")[1:] == [Accept(), LEFT]


def test_of_several_connections_their_order_is_said_to_be_a_guess() -> None:
    foreign = read_foreign(FILES / "cassetter-two.yaml")

    opened = [e.what.url[-2:] for e in foreign.entries if isinstance(e.what, Open)]
    assert opened == ["/b", "/a"]
    assert foreign.notes == (
        "the order of its 2 connections is not in the file: taken from when each was written",
    )


def test_json_that_is_kept_as_a_value_becomes_its_text(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        cassette(
            "frame_type: text\n    body:\n      type: json\n      content:\n"
            "        price: 42.5\n        n: [1, -2e3, true, null, ~, 'x', \"1\", yes, 007]\n"
            "        o: {}\n        l: []\n        s: '[FILTERED]x'",
            "frame_type: binary\n    body: {type: json, content: {a: ü}}",
        ),
    )
    foreign = read_foreign(path)

    assert [entry.what for entry in foreign.entries[2:4]] == [
        '{"price":42.5,"n":[1,-2e3,true,null,null,"x","1","yes","007"],"o":{},"l":[],'
        '"s":"<redacted>x"}',
        '{"a":"ü"}'.encode(),
    ]
    assert foreign.notes == (
        "2 messages are kept as JSON values, and not as they were spelt:"
        ' replay them with match="json"',
    )


def test_frames_without_a_body_and_closes_without_a_code_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        cassette(
            "frame_type: text",
            "frame_type: binary\n    body: {type: none}",
            "frame_type: close\n    body: {type: binary, content: '03ed'}",
        ),
    )
    assert [entry.what for entry in read_foreign(path).entries[2:]] == ["", b"", Close()]


def test_another_text_can_stand_for_what_was_filtered(tmp_path: Path) -> None:
    path = written(tmp_path, cassette("frame_type: text\n    body: {type: text, content: 'a ***'}"))
    assert read_foreign(path, filtered="***").entries[2].what == "a <redacted>"
    assert read_foreign(path).entries[2].what == "a ***"


def test_a_header_without_values_is_passed_over(tmp_path: Path) -> None:
    text = cassette("frame_type: text").replace(
        "  frames:", "  headers: {x-a: , x-b: [c]}\n  frames:"
    )
    opening = read_foreign(written(tmp_path, text)).entries[0].what
    assert isinstance(opening, Open)
    assert opening.headers == (("x-b", "c"),)


def test_other_protocols_are_left_out_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path, cassette("frame_type: text") + "interactions:\n- {}\n- {}\n")

    assert read_foreign(path).notes == ("2 interactions of other protocols are left out",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("interactions: []\n", "line 1: expected ws_interactions, the WebSockets of a cassette"),
        ("version: 2\nws_interactions: []\n", "line 1: expected a cassette of version 1, got"),
        ("version: 1\nws_interactions: 7\n", "line 2: expected a list, got a text"),
        ("version: 1\nws_interactions:\n- frames: []\n", "line 3: expected an object with uri"),
        ("version: 1\nws_interactions:\n- uri: ftp://a/\n", "line 3: expected a URL of ws, wss"),
        (cassette("frame_type: gif"), "line 6: expected one of text, binary, close, got 'gif'"),
        (
            cassette("frame_type: text\n    body: {type: binary, content: xx}"),
            "line 7: expected bytes as hexadecimal digits, got a text that is not",
        ),
        (
            cassette("frame_type: text\n    body: {type: binary, content: '00'}"),
            "line 5: expected a text in a text frame, got bytes",
        ),
        (
            cassette("frame_type: text\n    offset_ms: -1"),
            "line 7: expected milliseconds, got '-1'",
        ),
        (
            cassette("frame_type: close\n    body: {type: binary, content: '03'}"),
            "line 5: expected a close code of two bytes, got one byte",
        ),
        (
            cassette("frame_type: close\n    body: {type: binary, content: '03e8ff'}"),
            "line 5: expected a close reason in UTF-8, got other bytes",
        ),
        (cassette(more="  recorded_at: soon\n"), "line 5: expected a date and time of ISO 8601"),
        (
            cassette(more="  recorded_at: '9999-12-31T23:59:59-14:00'\n"),
            "line 5: expected a date and time from 1970 to 9999, got '9999-12-31T23:59:59-14:00'",
        ),
        (
            "version: 1\nws_interactions:\n- uri: wss://[::1\n",
            "line 3: expected a URL with a possible host and port, got 'wss://[::1'",
        ),
        (
            "version: 1\nws_interactions:\n- uri: ws://a/\n  headers:\n    A B:\n    - x\n",
            "line 6: expected the name of a header (RFC 9110 section 5.6.2), got 'A B'",
        ),
    ],
)
def test_what_is_not_as_it_should_be_is_told_with_its_line(
    text: str, problem: str, tmp_path: Path
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ForeignFileError) as caught:
        read_foreign(path)
    assert str(caught.value).startswith(f"{path}: {problem}")


def test_without_pyyaml_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def none_of_it(name: str, *rest: Any) -> Any:
        if name == "yaml":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", none_of_it)
    path = written(tmp_path, cassette())
    with pytest.raises(UsageError) as caught:
        read_foreign(path)
    assert str(caught.value) == f"{path}: reading YAML needs PyYAML: pip install wsfake[convert]"


def test_the_client_and_the_server_are_told_apart() -> None:
    sides = [entry.side for entry in read_foreign(FILES / "cassetter-echo.yaml").entries]
    assert sides[:4] == [Side.CLIENT, Side.SERVER, Side.CLIENT, Side.SERVER]
