"""The texts of verdicts: what was expected, what came, where, what to do, and the dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wsfake.errors import (
    Failure,
    UnexpectedClose,
    UnexpectedHandshake,
    UnexpectedMessage,
    WsfakeError,
)
from wsfake.model import Accept, Close, Entry, Open, Raw, Refuse, Reject, Side
from wsfake.network.dialogue import LITERAL_LENGTH
from wsfake.player import Mismatch, Player
from wsfake.player.plan import CLOSINGS
from wsfake.transcript.differences import as_compared, differences
from wsfake.transcript.literals import abbreviate
from wsfake.transcript.matchers import Reply, decode_json
from wsfake.transcript.writing import write_action, write_entry
from wsfake.wire.payloads import cut_reason

if TYPE_CHECKING:
    from wsfake.network.connection import Connection
    from wsfake.network.network import Network

__all__ = ["field_lines", "mismatch_failure", "verdict_close", "words_of", "write_seconds"]

_MOST_ENTRIES = 30
_SHORT = 80
_INTERNAL_ERROR = 1011


def write_seconds(at: int) -> str:
    """Return microseconds as seconds, to the millisecond or as exactly as they are."""
    return f"{at / 1_000_000:.6f}".rstrip("0").ljust(len(str(at // 1_000_000)) + 4, "0")


def words_of(error: Exception) -> str:
    """Return what an error says; of one that is not ours, with its kind."""
    return str(error) if isinstance(error, WsfakeError) else f"{type(error).__name__}: {error}"


def verdict_close(failure: Exception) -> Close:
    """Return the Close by which a real peer learns of a verdict: as much of it as fits."""
    line = f"wsfake: {words_of(failure)}".partition("\n")[0]
    return Close(_INTERNAL_ERROR, cut_reason(line))


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
    headline = _headline(mismatch, script, recorded=connection.source != "")
    where = f"(connection {connection.number}, t={write_seconds(network.time())} s)"
    if mismatch.kind == "handshake":
        expected = _expected_handshake(network, mismatch)
        came = _actual_handshake(network, mismatch)
    else:
        clean = [_literal(network, what) for what in mismatch.expected]
        expected = "\n".join(clean) or _nothing(mismatch)
        came = _literal(network, mismatch.actual)
    place = connection.source
    if place and mismatch.place >= 0:
        place += f", entry {mismatch.place + 1}"
    fields = {
        "cassette": place,
        "url": network.redaction.url(connection.url),
        "expected": expected,
        "actual": came,
        "differs": "\n".join(_differences(network, player, mismatch)),
    }
    text = [
        f"{headline} {where}",
        *field_lines(fields),
        "",
        *_dialogue(connection, script, mismatch),
        "",
        f"  {_what_to_do(connection, mismatch, script)}",
    ]
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
        return f"{_came(mismatch, script)} is one more than the {what} has"
    if mismatch.kind == "message":
        return f"{_came(mismatch, script)} does not match the {what}"
    if mismatch.kind == "close" and not _expects_close(mismatch):
        return f"the {script} closed before it had said what the {what} has"
    if mismatch.kind == "close":
        return f"the {script}'s close does not match the {what}"
    return f"the {script}'s opening handshake does not match the {what}"


def _came(mismatch: Mismatch, script: Side) -> str:
    if isinstance(mismatch.actual, Raw):
        return f"the {script}'s violation of the protocol"
    return f"{script} message #{mismatch.number}"


def _expects_close(mismatch: Mismatch) -> bool:
    return any(isinstance(what, CLOSINGS) for what in mismatch.expected)


def _nothing(mismatch: Mismatch) -> str:
    return "no more messages" if mismatch.kind == "extra" else "nothing"


def _differences(network: Network, player: Player, mismatch: Mismatch) -> list[str]:
    """Tell where two messages differ, without their secrets: a part of one is not found later."""
    if len(mismatch.expected) != 1:
        return []
    literal, actual = as_compared(mismatch.expected[0], mismatch.actual)
    one, other = _without_secrets(network, literal), _without_secrets(network, actual)
    if one == other and one != literal:
        return ["only in a secret, which is not shown"]
    hidden = (one, other) != (literal, actual)
    if hidden and (decode_json(one) is None or decode_json(other) is None):
        return []  # a cut through a placeholder would look like a secret of its own
    return differences(one, other, player.matching)


def _without_secrets(network: Network, what: Any) -> Any:
    """Redact before anything is written as a literal, in whose escapes a secret is not found."""
    return network.redaction.entry(Entry(0, 0, Side.CLIENT, what)).what


def _what_to_do(connection: Connection, mismatch: Mismatch, script: Side) -> str:
    advice = connection.network.advice(connection)
    if advice and isinstance(mismatch.actual, Refuse):  # which nobody wants to accept
        return "nobody listens there: start the server, and try again"
    return advice or _advice(mismatch, script)


def _advice(mismatch: Mismatch, script: Side) -> str:
    """Say how a transcript that was written by hand would accept what came."""
    if mismatch.kind == "message" and any(isinstance(w, Reply) for w in mismatch.expected):
        return f"a function makes what the player says: .{script}(...) takes a message or a matcher"
    if mismatch.kind == "message":
        return f"correct the script, or this .{script}(...) of the transcript"
    if mismatch.kind == "extra":
        said = abbreviate(write_action(mismatch.actual), _SHORT)
        return f"correct the script, or add .{script}({said}) to the transcript"
    if mismatch.kind == "close" and _expects_close(mismatch):
        return f"correct the script, or this .{script}_closes(...) of the transcript"
    if mismatch.kind == "close":
        return "correct the script, or put into .optional(...) what it need not say"
    if script is Side.CLIENT:
        return "correct the script, or .expects_handshake(...) of the transcript"
    return "correct the script, or the answer in the transcript"


def _literal(network: Network, what: Any) -> str:
    """Write what a side does, without its secrets: of what is cut, not all are found."""
    action = write_action(_without_secrets(network, what))
    return abbreviate(network.redaction.text(action), LITERAL_LENGTH)


def _expected_handshake(network: Network, mismatch: Mismatch) -> str:
    expected = mismatch.expected[0]
    if isinstance(expected, tuple):
        return _header(network, *expected)
    return _answer(network, expected, mismatch.actual)


def _actual_handshake(network: Network, mismatch: Mismatch) -> str:
    expected, actual = mismatch.expected[0], mismatch.actual
    if not isinstance(expected, tuple):
        return _answer(network, actual, expected)
    name = expected[0]
    came = [value for other, value in actual.headers if other.lower() == name.lower()]
    return "\n".join(_header(network, name, value) for value in came) or "no such header"


def _answer(network: Network, answer: Any, other: Any) -> str:
    """Write an answer, with what tells it from another one that is called the same."""
    answer, other = _without_secrets(network, answer), _without_secrets(network, other)
    text = _literal(network, answer)
    if text != _literal(network, other):
        return text
    if isinstance(answer, Accept):
        chosen = answer.subprotocol
        return (
            f"{text}, subprotocol {_literal(network, chosen)}"
            if chosen
            else f"{text}, no subprotocol"
        )
    return f"{text}, body {_literal(network, answer.body)}" if isinstance(answer, Reject) else text


def _header(network: Network, name: str, value: Any) -> str:
    """Write a header; of one whose value is always a secret, no matcher is shown either."""
    text = value if isinstance(value, str) else "anything"
    opening = Open("", ((name, text),))
    shown = network.redaction.entry(Entry(0, 0, Side.CLIENT, opening)).what
    if shown != opening:
        assert isinstance(shown, Open)
        value = shown.headers[0][1]
    return f"header {name}: {_literal(network, value)}"


def _dialogue(connection: Connection, script: Side, mismatch: Mismatch) -> list[str]:
    """Return the last of the dialogue, with what was expected marked at its end."""
    network = connection.network
    # what came is the last entry, and is told above; an opening handshake is where, too
    before = None if isinstance(mismatch.actual, Open) else -1
    lines = network.lines(last=_MOST_ENTRIES, before=before)
    numbered = len(network.connections) > 1
    lines = [f"  {line}" for line in lines]
    if mismatch.kind != "handshake":
        at = network.entries[-1].at  # that of what came
        for what in mismatch.expected:
            entry = Entry(at, connection.number, script, what)
            redact = network.redaction.text
            marked = write_entry(entry, numbered=numbered, most=LITERAL_LENGTH, redact=redact)
            lines += [f"> {line}" for line in marked]
    return lines
