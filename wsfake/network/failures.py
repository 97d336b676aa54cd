"""The texts of verdicts: what was expected, what came, where, what to do, and the dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wsfake.errors import Failure, UnexpectedClose, UnexpectedHandshake, UnexpectedMessage
from wsfake.model import Entry, Side
from wsfake.network.dialogue import LITERAL_LENGTH
from wsfake.player import Mismatch, Player
from wsfake.transcript.differences import differences
from wsfake.transcript.literals import abbreviate
from wsfake.transcript.writing import write_action, write_entry

if TYPE_CHECKING:
    from wsfake.network.connection import Connection

__all__ = ["field_lines", "mismatch_failure", "write_seconds"]

_MOST_ENTRIES = 30


def write_seconds(at: int) -> str:
    """Return microseconds as seconds, to the millisecond or as exactly as they are."""
    return f"{at / 1_000_000:.6f}".rstrip("0").ljust(len(str(at // 1_000_000)) + 4, "0")


def field_lines(fields: dict[str, str]) -> list[str]:
    """Return the indented lines of a verdict's particulars; an empty one is left out."""
    width = max(len(name) for name in fields)
    lines = []
    for name, value in fields.items():
        if value:
            first, *rest = value.split("\n")
            lines.append(f"  {name:<{width}}  {first}")
            lines += [f"  {'':<{width}}  {line}" for line in rest]
    return lines


def mismatch_failure(connection: Connection, player: Player, mismatch: Mismatch) -> Failure:
    """Return the verdict on a script that does not keep to the transcript."""
    network = connection.network
    script = player.side.other
    actual = mismatch.actual
    headline = _headline(mismatch, script, recorded=connection.source != "")
    where = f"(connection {connection.number}, t={write_seconds(network.time())} s)"
    if mismatch.kind == "handshake":
        expected = _expected_handshake(mismatch)
        came = _actual_handshake(mismatch)
    else:
        expected = "\n".join(_literal(what) for what in mismatch.expected) or _nothing(mismatch)
        came = _literal(actual)
    single = mismatch.expected[0] if len(mismatch.expected) == 1 else None
    place = f"{connection.source}, entry {mismatch.place + 1}" if connection.source else ""
    fields = {
        "cassette": place,
        "url": network.redaction.url(connection.url),
        "expected": expected,
        "actual": came,
        "differs": "\n".join(differences(single, actual, player.matching)),
    }
    text = [
        f"{headline} {where}",
        *field_lines(fields),
        "",
        *_dialogue(connection, script, mismatch),
    ]
    advice = network.advice(connection)
    if advice:
        text += ["", f"  {advice}"]
    return _KINDS[mismatch.kind](network.redaction.text("\n".join(text)))


_KINDS: dict[str, type[Failure]] = {
    "message": UnexpectedMessage,
    "extra": UnexpectedMessage,
    "close": UnexpectedClose,
    "handshake": UnexpectedHandshake,
}


def _headline(mismatch: Mismatch, script: Side, *, recorded: bool) -> str:
    what = "recording" if recorded else "transcript"
    if mismatch.kind == "extra":
        return f"{script} message #{mismatch.number} is one more than the {what} has"
    if mismatch.kind == "message":
        return f"{script} message #{mismatch.number} does not match the {what}"
    if mismatch.kind == "close":
        return f"the {script}'s close does not match the {what}"
    return f"the {script}'s opening handshake does not match the {what}"


def _nothing(mismatch: Mismatch) -> str:
    return "no more messages" if mismatch.kind == "extra" else "nothing"


def _literal(what: Any) -> str:
    return abbreviate(write_action(what), LITERAL_LENGTH)


def _expected_handshake(mismatch: Mismatch) -> str:
    expected = mismatch.expected[0]
    if isinstance(expected, tuple):
        return f"header {expected[0]}: {_literal(expected[1])}"
    return _literal(expected)


def _actual_handshake(mismatch: Mismatch) -> str:
    expected, actual = mismatch.expected[0], mismatch.actual
    if not isinstance(expected, tuple):
        return _literal(actual)
    came = [value for name, value in actual.headers if name.lower() == expected[0].lower()]
    return f"header {expected[0]}: {', '.join(map(_literal, came))}" if came else "no such header"


def _dialogue(connection: Connection, script: Side, mismatch: Mismatch) -> list[str]:
    """Return the last of the dialogue, with what was expected marked at its end."""
    network = connection.network
    # what came is the last entry, and is told above
    lines = network.lines(last=_MOST_ENTRIES, before=-1)
    numbered = len(network.connections) > 1
    lines = [f"  {line}" for line in lines]
    if mismatch.kind != "handshake":
        at = network.time()
        for what in mismatch.expected:
            entry = Entry(at, connection.number, script, what)
            marked = write_entry(entry, numbered=numbered, most=LITERAL_LENGTH)
            lines += [f"> {line}" for line in marked]
    return lines
