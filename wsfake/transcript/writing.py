"""Writing the text form. `docs/transcript.md` is its grammar, and `parsing` its inverse."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Entry,
    Gap,
    Headers,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Stall,
)
from wsfake.transcript.checks import TOKEN
from wsfake.transcript.literals import abbreviate, printable, write_message, write_quoted
from wsfake.transcript.matchers import AnyClose, Json
from wsfake.transcript.steps import AnyOrder, Fault, Optional, Repeat, Step

if TYPE_CHECKING:
    from wsfake.transcript.builder import Transcript

__all__ = ["write_action", "write_entries", "write_entry", "write_time", "write_transcript"]

_DETAIL = " " * 11
_INDENT = "  "


def write_time(at: int) -> str:
    """Return a time in milliseconds, with as many decimals as it needs."""
    whole, part = divmod(at, 1000)
    return f"{whole}.{part:03}".rstrip("0") if part else str(whole)


def write_transcript(transcript: Transcript) -> str:
    """Return the text form of a transcript, with a line break at its end."""
    opening = transcript.opening
    lines = [_connect(opening) if opening else "connect"]
    if opening:
        lines += _opening_details(opening)
    for name, expected in transcript.expected_headers:
        value = write_message(expected) if isinstance(expected, str) else _opaque(expected)
        lines.append(f"{_DETAIL}expect {name}: {value}")
    lines += _steps(transcript.steps, "")
    return "\n".join(lines) + "\n"


def write_entries(entries: Iterable[Entry], *, numbered: bool) -> Iterator[str]:
    """Yield the lines of a dialogue; `numbered` where it has more than one connection."""
    for entry in entries:
        yield from write_entry(entry, numbered=numbered)


def write_entry(
    entry: Entry,
    *,
    numbered: bool = False,
    most: int | None = None,
    redact: Callable[[str], str] = str,
) -> list[str]:
    """Return the lines of one entry; a literal longer than `most` characters is cut.

    What is cut cannot be read back. `redact` takes secrets out of what a side does, before that.
    """
    what = entry.what
    if isinstance(what, Open):
        connect = _connect(what)
        number = f"#{entry.connection}  " if numbered else ""
        first = f"{_time(entry.at)}  {number}{connect}" if numbered or entry.at else connect
        lines = [first, *_opening_details(what)]
    else:
        number = f"#{entry.connection}  " if numbered else ""
        action = redact(write_action(what))
        if most is not None:
            action = abbreviate(action, most)
        lines = [f"{_time(entry.at)}  {number}{entry.side}  {action}", *_details(what)]
    return lines


def _connect(opening: Open) -> str:
    url = opening.url
    plain = url != "" and url.isprintable() and url == url.strip() and url[0] != '"'
    return f"connect {url if plain else write_message(url)}"


def _time(at: int) -> str:
    return f"{write_time(at):>6} ms"


def _steps(steps: Sequence[Step], indent: str) -> Iterator[str]:
    for step in steps:
        before = f"{indent}{_time(step.at)}  "
        if step.side is None:
            yield from _group(step.what, before, indent)
        else:
            yield f"{before}{step.side}  {write_action(step.what)}"
            yield from (indent + detail for detail in _details(step.what))


def _group(group: AnyOrder | Repeat | Optional, before: str, indent: str) -> Iterator[str]:
    inner = indent + _INDENT
    if isinstance(group, AnyOrder):
        yield f"{before}any order"
        for part in group.parts:
            yield f"{inner}part"
            yield from _steps(part.steps, inner + _INDENT)
    elif isinstance(group, Repeat):
        yield f"{before}repeat {'any' if group.times is None else group.times}"
        yield from _steps(group.part.steps, inner)
    else:
        yield f"{before}optional"
        yield from _steps(group.part.steps, inner)
    yield f"{indent}end"


# What stands on a step's own line


def write_action(what: Any) -> str:
    """Return what one side does, in the words of the text form; `<...>` for what has none."""
    writer = _ACTIONS.get(type(what))
    return _opaque(what) if writer is None else writer(what)


def _opaque(what: object) -> str:
    return f"<{printable(' '.join(repr(what).split()))}>"


def _close(what: Close) -> str:
    if what.code is None:
        return "close empty"
    return f"close {what.code}" + (f" {write_message(what.reason)}" if what.reason != "" else "")


def _any_close(what: AnyClose) -> str:
    code = "*" if what.code is None else str(what.code)
    if what.reason is None:
        return "close *" if code == "*" else f"close {code} *"
    return f"close {code} {write_message(what.reason)}"


def _drop(what: Drop) -> str:
    reset = " with reset" if what.reset else ""
    inside = "" if what.inside is None else f" inside {write_message(what.inside)}"
    return f"drops{reset}{inside}"


def _payload(word: str) -> Callable[[Ping | Pong], str]:
    return lambda what: f"{word} {write_message(what.payload)}"


_ACTIONS: dict[type, Callable[[Any], str]] = {
    str: write_message,
    bytes: write_message,
    Json: lambda what: f"json {printable(what.text)}",
    Ping: _payload("ping"),
    Pong: _payload("pong"),
    Close: _close,
    AnyClose: _any_close,
    Drop: _drop,
    Raw: lambda what: f"raw {write_message(what.data)}",
    Stall: lambda _: "stalls",
    Fault: lambda what: f"{write_action(what.effect)} in {what.phase}",
    Accept: lambda _: "accepts",
    Reject: lambda what: f"rejects {what.status}",
    Refuse: lambda what: f"refuses {write_message(what.why)}",
    Gap: lambda what: f"gap {write_message(what.why)}",
    End: lambda _: "ends",
}


# The lines below it


def _opening_details(opening: Open) -> list[str]:
    return [
        *_subprotocols(opening.subprotocols),
        *_extensions(opening.extensions),
        *_headers(opening.headers),
    ]


def _details(what: Any) -> list[str]:
    if isinstance(what, Accept):
        chosen = () if what.subprotocol is None else (what.subprotocol,)
        return [
            *_subprotocols(chosen),
            *_extensions(what.extensions),
            *_headers(what.headers),
        ]
    if isinstance(what, Reject):
        body = [f"{_DETAIL}body {write_message(what.body)}"] if what.body != b"" else []
        return [*_headers(what.headers), *body]
    return []


def _subprotocols(names: Iterable[str]) -> list[str]:
    return [f"{_DETAIL}subprotocol {write_message(name)}" for name in names]


def _extensions(names: Iterable[str]) -> list[str]:
    return [f"{_DETAIL}extension {write_message(name)}" for name in names]


def _headers(headers: Headers) -> list[str]:
    return [f"{_DETAIL}header {_name(name)}: {write_message(value)}" for name, value in headers]


def _name(name: str) -> str:
    """Return the name of a header; one that is no token, as other tools record, in quotes."""
    return name if TOKEN.fullmatch(name) else write_quoted(name)
