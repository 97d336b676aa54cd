"""HAR files with `_webSocketMessages`, as Chrome, Playwright and mitmproxy write them.

They agree on the shape, and on little else: Chrome and mitmproxy count time in seconds since 1970,
Playwright in milliseconds; mitmproxy writes URLs of HTTP, and its connections in the order in which
they ended. None of them writes Close frames, and only few tools pings and pongs: how a connection
ended is not known, which is said by a `Gap`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator

from wsfake.foreign.closes import as_close
from wsfake.foreign.handshakes import as_accept, as_open, as_refusal, as_reject, header_name, named
from wsfake.foreign.timeline import Told
from wsfake.foreign.values import Value
from wsfake.model import Close, Drop, Event, Gap, Ping, Pong, Side
from wsfake.wire.payloads import MOST_CONTROL

__all__ = ["Attachments", "read_har"]

Attachments = Callable[[str], bytes | None]
"""Returns what Playwright wrote beside the HAR, by its name; None where it is not there."""

_SIDES = {"send": Side.CLIENT, "receive": Side.SERVER}
_OPCODES = (1, 2, 8, 9, 10)
_MILLISECONDS = 100_000_000_000
"""A time since 1970 that is larger is not in seconds, but for those after the year 5138."""

_ATTACHED = re.compile(r"[\w-]{1,80}\.jsonl")
_Message = tuple[int | None, Side | None, Event]
"""When, who (None for the browser itself), and what."""

_END = "how it ended is not in a HAR file"


def read_har(har: Value, attached: Attachments) -> list[Told]:
    """Return the connections of a HAR file. Raises `ForeignFileError`."""
    entries = list(har.need("log").need("entries").items())
    found = [_connection(entry, attached) for entry in entries if _is_web_socket(entry)]
    if not found:
        har.wrong(
            "an entry of a WebSocket (with _webSocketMessages, or Upgrade: websocket)",
            f"{len(entries)} entries, and none of them is one",
        )
    return found


def _is_web_socket(entry: Value) -> bool:
    kind = entry.get("_resourceType")
    if entry.get("_webSocketMessages") is not None or (kind and kind.raw == "websocket"):
        return True
    request = entry.need("request")
    url = request.need("url").text().lower()
    return url.startswith(("ws:", "wss:")) or (
        "websocket" in named(tuple(_headers(request)), "upgrade").lower()
    )


def _headers(message: Value) -> Iterator[tuple[str, str]]:
    headers = message.get("headers")
    for header in () if headers is None else headers.items():
        name = header.need("name")
        yield header_name(name.text(), name), header.need("value").text()


def _connection(entry: Value, attached: Attachments) -> Told:
    request = entry.need("request")
    started = entry.get("startedDateTime")
    told = Told(
        entry,
        as_open(request.need("url"), _headers(request)),
        None if started is None else started.date(),
    )
    messages = list(_messages(entry, attached))
    answered = _answer(told, entry, messages)
    for at, side, what in messages if answered else ():
        told.say(at, side or Side.SERVER, what)
    if answered and not any(isinstance(what, Close) for _, _, what in messages):
        told.say(None, Side.SERVER, Gap(_END))
    return told


def _answer(told: Told, entry: Value, messages: list[_Message]) -> bool:
    """Say the server's answer; tell whether it is a connection."""
    response = entry.get("response")
    spoke = any(side is not None for _, side, _ in messages)
    if response is None:
        told.say(None, Side.SERVER, as_accept() if spoke else as_refusal(""))
        return spoke
    code = response.get("status")
    status = 0 if code is None else code.integer()
    if status == 101 or spoke:
        told.say(
            _answered_at(told.start, entry, messages), Side.SERVER, as_accept(_headers(response))
        )
        return True
    if 100 <= status <= 999:
        body = _body(response.get("content"))
        headers = tuple(_headers(response))
        told.say(None, Side.SERVER, as_reject(status, headers, body))
        if "close" in named(headers, "connection").lower():  # RFC 9112 section 9.6
            told.say(None, Side.SERVER, Drop())
    else:
        told.say(None, Side.SERVER, as_refusal(_error(response)))
    return False


def _error(response: Value) -> str:
    for name in ("_error", "_failureText"):
        error = response.get(name)
        if error is not None:
            return error.text()
    return ""


def _answered_at(start: int | None, entry: Value, messages: list[_Message]) -> int | None:
    """Return when the 101 came, as far as the timings tell; they are in milliseconds."""
    timings = entry.get("timings")
    if timings is None or start is None:
        return None
    parts = (timings.get(name) for name in ("blocked", "dns", "connect", "send", "wait"))
    waited = sum(max(0.0, part.number()) for part in parts if part is not None)
    times = (at for at, _, _ in messages if at is not None)
    return min((start + round(waited * 1000), *times))


def _body(content: Value | None) -> bytes:
    text = None if content is None else content.get("text")
    if content is None or text is None:
        return b""
    encoding = content.get("encoding")
    return text.text().encode() if encoding is None else _base64(text)


# Messages


def _messages(entry: Value, attached: Attachments) -> Iterator[_Message]:
    for message in _raw_messages(entry, attached):
        kind = message.need("type").one_of("send", "receive", "error")
        data = message.get("data")
        if kind == "error":
            yield _time(message), None, Gap("" if data is None else data.text())
        else:
            yield _time(message), _SIDES[kind], _what(message, data)


def _raw_messages(entry: Value, attached: Attachments) -> Iterator[Value]:
    messages = entry.get("_webSocketMessages")
    if messages is not None:
        yield from messages.items()
        return
    content = (entry.get("response") or entry).get("content")
    file = None if content is None else content.get("_file")
    if file is None or not file.text().endswith(".jsonl"):
        return
    name = file.text()
    data = attached(name) if _ATTACHED.fullmatch(name) else None
    if data is None:
        file.wrong("a file of messages beside this one", repr(name[:80]))
    for number, line in enumerate(data.splitlines(), 1):
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            Value(None, file.path, f"{name}, line {number}").wrong("JSON", "a line that is not")
        yield Value(raw, file.path, f"{name}, line {number}")


def _time(message: Value) -> int | None:
    time = message.get("time")
    if time is None or time.number() <= 0:
        return None
    unit = 1_000 if time.number() > _MILLISECONDS else 1_000_000
    return round(time.number() * unit)


def _what(message: Value, data: Value | None) -> Event:
    opcode = message.need("opcode")
    if opcode.integer() not in _OPCODES:
        opcode.wrong("opcode 1, 2, 8, 9 or 10 (RFC 6455 section 5.2)", repr(opcode.raw))
    if opcode.raw == 1:
        return "" if data is None else data.text()
    payload = b"" if data is None else _base64(data)
    if opcode.raw == 2:
        return payload
    if len(payload) > MOST_CONTROL:
        message.wrong("at most 125 bytes (RFC 6455 section 5.5)", f"{len(payload)} bytes")
    if opcode.raw == 8:
        return as_close(message, payload)
    return Ping(payload) if opcode.raw == 9 else Pong(payload)


def _base64(data: Value) -> bytes:
    try:
        return base64.b64decode(data.text(), validate=True)
    except (binascii.Error, ValueError):
        data.wrong("bytes in base64", "a text that is not")
