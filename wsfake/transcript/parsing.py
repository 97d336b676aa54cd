"""Reading the text form. `docs/transcript.md` is its grammar, and `writing` its inverse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from attrs import define

from wsfake.errors import TranscriptError, TranscriptSyntaxError
from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Entry,
    Gap,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)
from wsfake.transcript.builder import Transcript
from wsfake.transcript.checks import TOKEN, as_close, as_control
from wsfake.transcript.composition import MOST_DEEP, TOO_DEEP
from wsfake.transcript.literals import LiteralError, read_binary, read_text
from wsfake.transcript.matchers import AnyClose, Json, decode_json
from wsfake.transcript.steps import AnyOrder, Fault, Optional, Repeat, Step, check_fault

__all__ = ["parse_entries", "parse_transcript"]

_T = TypeVar("_T")

_TIMED = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,3}))? ms(?:\s+(.*))?")
_SAID = re.compile(r"(client|server)\s+(\S.*)")
_NUMBERED = re.compile(r"#([0-9]{1,10})\s+(\S.*)")
_HEADER = re.compile(rf'({TOKEN.pattern}|"(?:[^"\\]|\\.)*"):\s*(.*)')
_DETAILS = ("header ", "expect ", "subprotocol ", "extension ", "body ")


@define
class _Line:
    number: int
    text: str

    def error(self, message: str) -> TranscriptSyntaxError:
        return TranscriptSyntaxError(message, self.number, self.text)

    def timed(self) -> tuple[int, str]:
        found = _TIMED.fullmatch(self.text)
        if found is None:
            raise self.error('expected a time and who speaks, as in: 0 ms  client  "hello"')
        whole, part, rest = found.groups(default="")
        return int(whole) * 1000 + int(part.ljust(3, "0")), rest


class _Lines:
    """The lines that say something: no comments, no blank ones."""

    def __init__(self, text: str) -> None:
        stripped = ((n, line.strip()) for n, line in enumerate(text.split("\n"), 1))
        self._lines = [_Line(n, line) for n, line in stripped if line and line[:1] != "#"]
        self._at = 0
        self.depth = 0
        """In how many groups the next line is."""

    def peek(self) -> _Line | None:
        return self._lines[self._at] if self._at < len(self._lines) else None

    def take(self) -> _Line:
        line = self.peek()
        if line is None:
            last = self._lines[-1] if self._lines else _Line(1, "")
            raise last.error("expected more after this line" if last.text else "expected a text")
        self._at += 1
        return line

    def details(self) -> Iterator[tuple[_Line, str, str]]:
        while (line := self.peek()) is not None and line.text.startswith(_DETAILS):
            self._at += 1
            word, _, rest = line.text.partition(" ")
            yield line, word, rest.strip()


def parse_transcript(text: str) -> Transcript:
    """Return the transcript of one connection.

    Raises `TranscriptSyntaxError`, which names the line, and `TranscriptError` for what is no text.
    """
    if not isinstance(text, str):
        raise TranscriptError(f"expected a text (str), got {type(text).__name__}: {text!r}")
    lines = _Lines(text)
    return _parse_steps(lines, _parse_connect(lines), ends=())


def parse_entries(text: str) -> list[Entry]:
    """Return the entries of a dialogue, of one connection or of several.

    Raises `TranscriptSyntaxError`, which names the line.
    """
    lines = _Lines(text)
    entries: list[Entry] = []
    while (line := lines.peek()) is not None:
        entry = _parse_entry(lines)
        if entries and entry.at < entries[-1].at:
            raise line.error("expected a time that is not before the line above")
        entries.append(entry)
    return entries


def _parse_entry(lines: _Lines) -> Entry:
    line = lines.take()
    if line.text.startswith("connect"):
        at, number, rest = 0, 1, line.text
    else:
        at, rest = line.timed()
        found = _NUMBERED.fullmatch(rest)
        number, rest = (int(found[1]), found[2]) if found else (1, rest)
    if number < 1:
        raise line.error("expected the number of a connection, 1 or more")
    if rest == "connect" or rest.startswith("connect "):
        opening, expected = _parse_opening(lines, line, rest)
        if opening is None or expected:
            raise line.error("expected connect and a URL")
        return Entry(at, number, Side.CLIENT, opening)
    side, what = _parse_said(lines, line, rest)
    if not isinstance(what, str | bytes) and type(what).__module__ != Open.__module__:
        raise line.error("expected what was said, not what is to be expected")
    return Entry(at, number, side, what)


# One connection


def _parse_connect(lines: _Lines) -> Transcript:
    line = lines.take()
    if line.text != "connect" and not line.text.startswith("connect "):
        raise line.error("expected connect and a URL")
    opening, expected = _parse_opening(lines, line, line.text)
    try:
        return Transcript(opening=opening).expects_handshake(headers=expected)
    except TranscriptError as error:
        raise line.error(str(error)) from None


def _parse_opening(
    lines: _Lines, line: _Line, text: str
) -> tuple[Open | None, list[tuple[str, str]]]:
    url = text.removeprefix("connect").strip()
    bare = url == ""
    opening = Open(_text(line, url) if url[:1] == '"' else url)
    expected = []
    for detail, word, rest in lines.details():
        if word == "expect":
            expected.append(_parse_header(detail, rest))
        elif word == "body":
            raise detail.error("a connect has no body")
        elif bare:
            raise detail.error("expected a URL after connect where its handshake is told")
        else:
            opening = _add_detail(opening, detail, word, rest)
    return (None if bare else opening), expected


def _add_detail(what: Any, line: _Line, word: str, rest: str) -> Any:
    if word == "header":
        return what.replace(headers=(*what.headers, _parse_header(line, rest)))
    if word == "extension":
        return what.replace(extensions=(*what.extensions, _text(line, rest)))
    return what.replace(subprotocols=(*what.subprotocols, _text(line, rest)))


def _parse_header(line: _Line, rest: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(rest)
    if found is None:
        raise line.error('expected a header, as in: header Server: "nginx"')
    name, value = found.groups()
    return (_text(line, name) if name[0] == '"' else name), _text(line, value)


def _parse_steps(lines: _Lines, transcript: Transcript, ends: tuple[str, ...]) -> Transcript:
    before = 0
    while (line := lines.peek()) is not None and line.text not in ends:
        lines.take()
        at, rest = line.timed()
        if at < before:
            raise line.error("expected a time that is not before that of the step above")
        before = at
        side, what = _parse_group(lines, line, rest) or _parse_said(lines, line, rest)
        try:
            transcript = transcript.with_step(Step(at, side, what))
        except TranscriptError as error:
            raise line.error(str(error)) from None
    return transcript


def _parse_group(lines: _Lines, line: _Line, rest: str) -> tuple[None, Any] | None:
    words = rest.split()
    group: Any
    if words == ["any", "order"]:
        group = AnyOrder(_parse_parts(lines, line))
    elif words[:1] == ["repeat"] and len(words) == 2:
        if not re.fullmatch(r"any|[0-9]{1,18}", words[1]):
            raise line.error("expected repeat and a number, or any")
        part = _parse_part(lines, line)
        group = Repeat(None if words[1] == "any" else int(words[1]), part)
    elif words == ["optional"]:
        group = Optional(_parse_part(lines, line))
    else:
        return None
    if lines.peek() is None:
        raise line.error("expected a line that says end for this group")
    lines.take()
    return None, group


def _parse_parts(lines: _Lines, group: _Line) -> tuple[Transcript, ...]:
    parts = []
    while (line := lines.peek()) is not None and line.text == "part":
        lines.take()
        parts.append(_parse_part(lines, group, ends=("part", "end")))
    if line is not None and line.text != "end":
        raise line.error("expected part or end in this group")
    return tuple(parts)


def _parse_part(lines: _Lines, group: _Line, ends: tuple[str, ...] = ("end",)) -> Transcript:
    if lines.depth == MOST_DEEP:
        raise group.error(TOO_DEEP)
    lines.depth += 1
    part = _parse_steps(lines, Transcript(), ends)
    lines.depth -= 1
    return part


# What one side does


def _parse_said(lines: _Lines, line: _Line, rest: str) -> tuple[Side, Any]:
    found = _SAID.fullmatch(rest)
    if found is None:
        raise line.error("expected client or server and what it does")
    side = Side(found[1])
    try:
        what = _parse_action(found[2].strip(), side)
    except (LiteralError, TranscriptError) as error:
        raise line.error(str(error)) from None
    for detail, word, value in lines.details():
        what = _parse_detail(what, detail, word, value)
    return side, what


def _parse_detail(what: Any, line: _Line, word: str, rest: str) -> Any:
    if isinstance(what, Reject) and word == "body":
        return what.replace(body=_literal(line, rest, read_binary))
    if isinstance(what, Reject) and word == "header":
        return _add_detail(what, line, word, rest)
    if isinstance(what, Accept) and word == "subprotocol" and what.subprotocol is None:
        return what.replace(subprotocol=_text(line, rest))
    if isinstance(what, Accept) and word in ("header", "extension"):
        return _add_detail(what, line, word, rest)
    raise line.error(f"the line above has no {word}")


def _parse_action(text: str, side: Side) -> Any:
    if text[0] in '"{[':
        return read_text(text)
    if text.startswith('b"'):
        return read_binary(text)
    if text[0] == "<":
        raise LiteralError("expected a literal: a matcher or a callable has no text form")
    word, _, rest = text.partition(" ")
    parse = _ACTIONS.get(word)
    if parse is None:
        raise LiteralError(
            f"expected a message or one of {', '.join(sorted(_ACTIONS))}, got {word}"
        )
    rest = rest.strip()
    if side is Side.CLIENT and word in _ANSWERS:
        raise LiteralError("the opening handshake is answered by the server")
    if word not in _FAULTS:
        return parse(rest)
    rest, phase = _split_phase(rest)
    effect = parse(rest)
    if phase is None:
        return effect
    check_fault(phase, effect, side)
    return Fault(phase, effect)


_ANSWERS = ("accepts", "refuses", "rejects")
_FAULTS = ("drops", "raw", "stalls")
_PHASED = re.compile(r"(?:(.*) )?in (handshake|close)")


def _split_phase(rest: str) -> tuple[str, str | None]:
    found = _PHASED.fullmatch(rest)
    return (rest, None) if found is None else (found[1] or "", found[2])


def _json(rest: str) -> Json:
    found = decode_json(rest)
    if found is None:
        raise LiteralError("expected a JSON value after json, with no key twice")
    return Json(found[0])


def _close(rest: str) -> Close | AnyClose:
    if rest in ("*", ""):
        return AnyClose()
    if rest == "empty":
        return Close()
    code, _, reason = rest.partition(" ")
    if not re.fullmatch(r"\*|[0-9]{1,9}", code):
        raise LiteralError('expected close, a code and a reason, as in: close 1000 "bye"')
    number = None if code == "*" else int(code)
    if reason == "*":
        return as_close(number, None)
    return as_close(number, read_text(reason) if reason else "")


def _drop(rest: str) -> Drop:
    found = re.fullmatch(r"(with reset)?\s*(?:inside (.+))?", rest)
    if found is None:
        raise LiteralError('expected drops, with reset, inside "...", or both')
    inside = None
    if found[2] is not None:
        inside = read_binary(found[2]) if found[2].startswith('b"') else read_text(found[2])
    return Drop(found[1] is not None, inside)


def _status(rest: str) -> Reject:
    if not re.fullmatch(r"[1-9][0-9]{2}", rest):
        raise LiteralError("expected rejects and an HTTP status of three digits")
    return Reject(int(rest))


def _bare(what: Any) -> Callable[[str], Any]:
    def parse(rest: str) -> Any:
        if rest:
            raise LiteralError(f"expected nothing more on this line, got {rest}")
        return what

    return parse


_ACTIONS: dict[str, Callable[[str], Any]] = {
    "accepts": _bare(Accept()),
    "close": _close,
    "drops": _drop,
    "ends": _bare(End()),
    "gap": lambda rest: Gap(read_text(rest)),
    "json": _json,
    "ping": lambda rest: Ping(as_control(read_binary(rest))),
    "pong": lambda rest: Pong(as_control(read_binary(rest))),
    "raw": lambda rest: Raw(read_binary(rest)),
    "refuses": lambda rest: Refuse(read_text(rest)),
    "rejects": _status,
    "stalls": _bare(Stall()),
}


def _text(line: _Line, rest: str) -> str:
    return _literal(line, rest, read_text)


def _literal(line: _Line, rest: str, read: Callable[[str], _T]) -> _T:
    try:
        return read(rest)
    except LiteralError as error:
        raise line.error(str(error)) from None
