"""HAR files: those that tools wrote themselves, and what else the format allows."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from wsfake.errors import ForeignFileError
from wsfake.foreign import read_foreign
from wsfake.model import Accept, Close, Drop, Entry, Gap, Open, Ping, Pong, Refuse, Reject, Side

FILES = Path(__file__).parent / "files"
END = Gap("how it ended is not in a HAR file")


def by_path(name: str) -> dict[str, list[Entry]]:
    """Return the entries of each connection of a file, by the end of its URL."""
    found: dict[int, list[Entry]] = {}
    for entry in read_foreign(FILES / name).entries:
        found.setdefault(entry.connection, []).append(entry)
    return {opening(entries).url.rpartition("/")[2]: entries for entries in found.values()}


def opening(entries: list[Entry]) -> Open:
    assert isinstance(entries[0].what, Open)
    return entries[0].what


def said(entries: list[Entry]) -> list[Any]:
    return [entry.what for entry in entries[2:]]


LOGIN = '{"password":"hunter2hunter2"}'


@pytest.mark.parametrize("name", ["mitmproxy.har", "playwright.har", "playwright.zip"])
def test_messages_and_handshakes_are_taken_over_from_every_tool(name: str) -> None:
    found = by_path(name)

    echo = found["echo?token=s3cr3t"]
    assert said(echo) == ["one", "one", LOGIN, LOGIN, END]
    sides = [entry.side for entry in echo]
    assert sides[:2] == [Side.CLIENT, Side.SERVER]
    assert sides[2:6] == [Side.CLIENT, Side.SERVER] * 2
    assert opening(echo).url.startswith("ws://127.0.0.1:")
    assert opening(echo).subprotocols == ("chat",)
    assert opening(echo).extensions == ("permessage-deflate; client_max_window_bits",)
    accept = echo[1].what
    assert isinstance(accept, Accept)
    assert accept.subprotocol == "chat"
    assert [header[0] for header in accept.headers if header[0] != "Date"] == ["Server"]
    assert said(found["b"]) == [b"\x00\xff", b"\x00\xff", END]
    assert said(found["close"])[0] == "hello ü"


@pytest.mark.parametrize("name", ["mitmproxy.har", "playwright.har", "playwright.zip"])
def test_times_are_those_of_the_file_and_connections_overlap_as_they_did(name: str) -> None:
    entries = read_foreign(FILES / name).entries

    assert entries[0].at == 0
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert 1_000 < entries[-1].at < 2_000_000
    opened = [entry.connection for entry in entries if isinstance(entry.what, Open)]
    assert opened == list(range(1, len(opened) + 1))


def test_a_refused_handshake_keeps_what_the_tool_kept_of_it() -> None:
    rejected, ended = (entry.what for entry in by_path("mitmproxy.har")["deny"][1:])
    assert ended == Drop()  # Connection: close
    assert isinstance(rejected, Reject)
    assert (rejected.status, rejected.body) == (403, b"no\n")
    assert ("X-Why", "because") in rejected.headers
    assert "content-length" not in {name.lower() for name, _ in rejected.headers}

    found = by_path("playwright.har")
    assert [entry.what for entry in found["deny"][1:]] == [Reject(403)]
    assert [entry.what for entry in found["dead"][1:]] == [Refuse()]


def test_empty_messages_are_messages_where_the_tool_keeps_them() -> None:
    assert said(by_path("mitmproxy.har")["close"]) == ["hello ü", "", b"", END]


# What Chrome's developer tools write


def chrome(*messages: dict[str, Any], status: int = 101, **more: Any) -> dict[str, Any]:
    request = {
        "method": "GET",
        "url": "wss://feed.example/v1",
        "headers": [
            {"name": ":authority", "value": "feed.example"},
            {"name": "Upgrade", "value": "websocket"},
            {"name": "Origin", "value": "https://feed.example"},
        ],
    }
    return {
        "_resourceType": "websocket",
        "_webSocketMessages": list(messages),
        "request": request,
        "response": {"status": status, "headers": [], "content": {}, "_error": None, **more},
        "startedDateTime": "2026-01-02T03:04:05.000Z",
        "timings": {"blocked": 1.5, "dns": -1, "connect": 2, "send": 0, "wait": 3.25},
    }


def message(kind: str, opcode: int, data: str | bytes, time: float = 1767323046.5) -> Any:
    text = data if isinstance(data, str) else base64.b64encode(data).decode()
    return {"type": kind, "time": time, "opcode": opcode, "data": text}


def har(*entries: Any) -> dict[str, Any]:
    return {"log": {"version": "1.2", "entries": list(entries)}}


def read(tmp_path: Path, content: Any) -> tuple[Entry, ...]:
    path = tmp_path / "any name"
    path.write_text(json.dumps(content), encoding="utf-8")
    return read_foreign(path).entries


def test_seconds_become_microseconds_and_the_101_comes_when_the_timings_say(
    tmp_path: Path,
) -> None:
    entries = read(tmp_path, har(chrome(message("send", 1, "hi"), message("receive", 2, b"\xff"))))

    assert [(entry.at, entry.what) for entry in entries[1:]] == [
        (6_750, Accept()),
        (1_500_000, "hi"),
        (1_500_000, b"\xff"),
        (1_500_000, END),
    ]
    assert entries[0].what == Open("wss://feed.example/v1", (("Origin", "https://feed.example"),))


def test_pings_pongs_and_closes_are_taken_over_where_a_tool_has_them(tmp_path: Path) -> None:
    frames = [
        message("receive", 9, b"ping"),
        message("send", 10, b"ping"),
        message("receive", 8, b"\x0f\xa0gone"),
        message("send", 8, ""),
    ]
    entries = read(tmp_path, har(chrome(*frames)))

    assert [(e.side, e.what) for e in entries[2:]] == [
        (Side.SERVER, Ping(b"ping")),
        (Side.CLIENT, Pong(b"ping")),
        (Side.SERVER, Close(4000, "gone")),
        (Side.CLIENT, Close()),
    ]


def test_an_error_of_the_browser_is_a_gap_and_what_followed_stays(tmp_path: Path) -> None:
    error = {"type": "error", "time": 1767323046.5, "opcode": -1, "data": "Invalid frame header"}
    entries = read(tmp_path, har(chrome(message("receive", 1, "a"), error)))

    assert [entry.what for entry in entries[2:]] == ["a", Gap("Invalid frame header"), END]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("net::ERR_NAME_NOT_RESOLVED", "not found"),
        ("net::ERR_CERT_AUTHORITY_INVALID", "tls"),
        ("net::ERR_CONNECTION_TIMED_OUT", "timeout"),
        ("net::ERR_ADDRESS_UNREACHABLE", "unreachable"),
        ("net::ERR_CONNECTION_REFUSED", "refused"),
        (None, "refused"),
    ],
)
def test_a_connection_that_was_never_made_is_refused(
    error: str | None, why: str, tmp_path: Path
) -> None:
    entries = read(tmp_path, har(chrome(status=0, _error=error)))
    assert [entry.what for entry in entries[1:]] == [Refuse(why)]


def test_an_entry_with_an_unanswered_request_and_without_frames_is_a_refusal(
    tmp_path: Path,
) -> None:
    entry = chrome(status=0, content={"_file": "page.html"})
    del entry["_webSocketMessages"]
    entry["startedDateTime"] = "2026-01-02T03:04:05"  # of no zone: taken for UTC
    assert [each.what for each in read(tmp_path, har(entry))[1:]] == [Refuse()]


def test_a_body_in_base64_is_taken_over_as_bytes(tmp_path: Path) -> None:
    content = {"text": base64.b64encode(b"\xff").decode(), "encoding": "base64"}
    entries = read(tmp_path, har(chrome(status=503, content=content)))
    assert entries[1].what == Reject(503, (), b"\xff")
    assert read(tmp_path, har(chrome(status=503)))[1].what == Reject(503)


def test_times_that_are_left_out_put_messages_in_the_order_of_the_file(tmp_path: Path) -> None:
    frames = [message("send", 1, "a", -1), message("receive", 1, "b", -1)]
    entries = read(tmp_path, har({**chrome(*frames), "timings": None, "startedDateTime": None}))
    assert [(entry.at, entry.what) for entry in entries[2:4]] == [(0, "a"), (0, "b")]


def test_a_time_before_the_one_above_it_changes_no_order(tmp_path: Path) -> None:
    frames = [message("send", 1, "a"), message("receive", 1, "b", 1767323046.25)]
    entries = read(tmp_path, har(chrome(*frames)))
    assert [(entry.at, entry.what) for entry in entries[2:4]] == [
        (1_500_000, "a"),
        (1_500_000, "b"),
    ]


def test_other_entries_are_passed_over(tmp_path: Path) -> None:
    page = {"request": {"url": "https://feed.example/", "headers": []}, "response": {}}
    upgrade = {
        "request": {
            "url": "http://feed.example/ws#part",
            "headers": [{"name": "upgrade", "value": "WebSocket"}],
        }
    }
    entries = read(tmp_path, har(page, upgrade))
    assert [entry.what for entry in entries] == [Open("ws://feed.example/ws"), Refuse()]


WHERE = "$.log.entries[0]._webSocketMessages[0]"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({}, "$: expected an object with log, got one without"),
        ({"log": []}, "$.log: expected an object, got a list"),
        ({"log": {"entries": {}}}, "$.log.entries: expected a list, got an object"),
        (
            har({"request": {"url": "https://a/"}}),
            "$: expected an entry of a WebSocket (with _webSocketMessages, or Upgrade: websocket),"
            " got 1 entries, and none of them is one",
        ),
        (har({}), "$.log.entries[0]: expected an object with request, got one without"),
        (
            har(chrome({"type": "sent"})),
            f"{WHERE}.type: expected one of send, receive, error, got 'sent'",
        ),
        (
            har(chrome(message("send", 3, ""))),
            f"{WHERE}.opcode: expected opcode 1, 2, 8, 9 or 10 (RFC 6455 section 5.2), got 3",
        ),
        (
            har(chrome(message("send", 2, "hunter2!"))),
            f"{WHERE}.data: expected bytes in base64, got a text that is not",
        ),
        (
            har(chrome({**message("send", 1, ""), "data": "\ud800"})),
            f"{WHERE}.data: expected a text in Unicode, got a lone surrogate at character 0",
        ),
        (
            har(chrome({**message("send", 1, ""), "time": float("inf")})),
            f"{WHERE}.time: expected a number, got inf",
        ),
        (
            har(chrome({**message("send", 1, ""), "time": 1e300})),
            f"{WHERE}.time: expected a number that counts time, got 1e+300",
        ),
        (
            har(chrome({**message("send", 1, ""), "time": 10**400})),
            f"{WHERE}.time: expected a number that counts time, got a larger one",
        ),
        (
            har(chrome(message("receive", 9, bytes(126)))),
            f"{WHERE}: expected at most 125 bytes (RFC 6455 section 5.5), got 126 bytes",
        ),
        (
            har(chrome(status=True)),
            "$.log.entries[0].response.status: expected a whole number, got true or false",
        ),
        (
            har({**chrome(), "startedDateTime": "now"}),
            "$.log.entries[0].startedDateTime: expected a date and time of ISO 8601, got 'now'",
        ),
        *(
            (
                har({**chrome(message("send", 1, "hi")), "startedDateTime": date}),
                "$.log.entries[0].startedDateTime: expected a date and time from 1970 to 9999,"
                f" got '{date}'",
            )
            for date in (
                "0001-01-01T00:00:00Z",
                "1601-01-01T00:00:00.000Z",
                "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59-14:00",
            )
        ),
        (
            har(chrome(), {**chrome(), "startedDateTime": "9999-12-31T23:59:59Z"}),
            "$.log.entries[1]: expected at most 285 years since the first connection, got more",
        ),
        (
            har(chrome({**message("send", 1, "hi"), "time": 2**53 - 1})),
            "$.log.entries[0]: expected at most 285 years since the first connection, got more",
        ),
        *(
            (
                har({**chrome(), "request": {"url": f"{url}?k=secret"}}),
                "$.log.entries[0].request.url: expected a URL with a possible host and port,"
                f" got '{url.replace('u:secret@', '')}'",
            )
            for url in ("wss://[::1", "wss://u:secret@a:99999/", "https://a:b/")
        ),
        *(
            (
                har({**chrome(), "request": {"url": "ws://a", "headers": [header]}}),
                "$.log.entries[0].request.headers[0].name: expected the name of a header"
                f" (RFC 9110 section 5.6.2), got {header['name']!r}",
            )
            for header in (
                {"name": "\x1b[31m", "value": "v"},
                {"name": "A\nB", "value": "v"},
                {"name": ":", "value": "v"},
            )
        ),
        (
            har({**chrome(), "request": {"url": "file://u:secret@h/?k=secret"}}),
            "$.log.entries[0].request.url: expected a URL of ws, wss, http or https with a host,"
            " got 'file://h/'",
        ),
        (
            har({"request": {"url": "ws://a"}, "response": {"content": {"_file": "../x.jsonl"}}}),
            "$.log.entries[0].response.content._file: expected a file of messages beside this one,"
            " got '../x.jsonl'",
        ),
    ],
)
def test_what_is_not_as_it_should_be_is_told_with_its_place(
    content: Any, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(ForeignFileError) as caught:
        read(tmp_path, content)
    assert str(caught.value) == f"{tmp_path / 'any name'}: {problem}"
