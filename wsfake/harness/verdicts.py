"""What is said at the end of a test: what was not played, and how a server has drifted."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from wsfake.errors import Drift, LiveConnectionError, Unplayed
from wsfake.model import End, Entry, Open, Ping, Pong, Side
from wsfake.network import Connection, Network, Services
from wsfake.network.dialogue import LITERAL_LENGTH
from wsfake.network.failures import field_lines
from wsfake.player import Replay
from wsfake.transcript import Matching
from wsfake.transcript.literals import abbreviate
from wsfake.transcript.writing import write_action

__all__ = ["drift", "nobody_answered", "unplayed"]

_MOST_STEPS = 10
_MOST_ENTRIES = 30

Steps = Sequence[tuple[Side | None, Any]]


def unplayed(
    network: Network, services: Services, replay: Replay | None, source: str, clients: Iterable[Any]
) -> Unplayed | None:
    """Return the verdict on what the test promised and did not do, or None."""
    left: list[str] = []
    for served in services.served:
        for number, steps in served.unplayed():
            left += _steps(f"{served.pattern} (connection {number})", steps)
        missing = served.unopened()
        if missing:
            left += field_lines(
                {
                    "url": str(served.pattern),
                    "unplayed": f"{_count(missing, 'connection')} never opened",
                }
            )
    for url, player in clients:
        if steps := player.unplayed():
            left += _steps(f"{url} (client)", steps)
    for recorded in replay.connections if replay is not None else ():
        if steps := recorded.unplayed():
            left += _steps(f"{recorded.url} (connection {recorded.number})", steps)
    if not left:
        return None
    recorded_too = replay is not None and any(c.unplayed() for c in replay.connections)
    where = {"cassette": source} if recorded_too else {}
    text = [
        "the test ended before everything was played",
        *(field_lines(where) if where else []),
        *left,
        *_dialogue(network),
        "",
        '  to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript',
    ]
    return Unplayed(network.redaction.text("\n".join(text)))


def _steps(url: str, steps: Steps) -> list[str]:
    lines = [
        "never opened" if isinstance(what, Open) else _step(side, what)
        for side, what in steps[:_MOST_STEPS]
    ]
    if len(steps) > _MOST_STEPS:
        lines.append(f"and {len(steps) - _MOST_STEPS} more")
    return field_lines({"url": url, "unplayed": "\n".join(lines)})


def _step(side: Side | None, what: Any) -> str:
    action = abbreviate(write_action(what), LITERAL_LENGTH)
    return f"{side}  {action}" if side is not None else action


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _dialogue(network: Network) -> list[str]:
    lines = network.lines(last=_MOST_ENTRIES)
    return ["", *(f"  {line}" for line in lines)] if lines else []


def nobody_answered(network: Network, connections: Sequence[Connection]) -> LiveConnectionError:
    """Return the verdict on a recording in which no server answered at all."""
    first = connections[0]
    why = getattr(first.ended, "why", "refused")
    url = network.redaction.url(first.url)
    text = [
        f"nothing could be recorded: no server answered at {url}",
        *field_lines({"expected": "a server that listens there", "actual": _REFUSALS[why]}),
        *_dialogue(network),
        "",
        "  start the server and record again; if a refusal is what the test is about, script it:",
        f"  ws_fake.serve({url!r}, Transcript().server_refuses({why!r}))",
    ]
    return LiveConnectionError(network.redaction.text("\n".join(text)))


_REFUSALS = {
    "refused": "connection refused",
    "not found": "the name of the host does not resolve",
    "tls": "the TLS handshake failed, or the certificate is not trusted",
    "unreachable": "the host cannot be reached",
    "timeout": "no connection within the time for it",
}


def drift(
    network: Network, source: str, old: Sequence[Entry], new: Sequence[Entry], matching: Matching
) -> Drift | None:
    """Compare what was recorded with what was said now; times and pings are nothing."""
    before, now = _story(old), _story(new)
    if len(before) == len(now) and all(
        side == other_side and _alike(what, other, matching)
        for (side, what), (other_side, other) in zip(before, now, strict=True)
    ):
        return None
    lines = difflib.unified_diff(
        [_step(*step) for step in before],
        [_step(*step) for step in now],
        "cassette",
        "server",
        lineterm="",
        n=2,
    )
    text = [
        "the server no longer says what the cassette says",
        *field_lines({"cassette": source}),
        "",
        *(f"  {line}" for line in lines),
        "",
        "  to accept what it says now, record again",
    ]
    return Drift(network.redaction.text("\n".join(text)))


def _story(entries: Sequence[Entry]) -> list[tuple[Side, Any]]:
    numbers = list(dict.fromkeys(entry.connection for entry in entries))
    return [
        (entry.side, entry.what)
        for number in numbers
        for entry in entries
        if entry.connection == number and not isinstance(entry.what, Ping | Pong | Open | End)
    ]


def _alike(old: Any, new: Any, matching: Matching) -> bool:
    if isinstance(old, str | bytes) and isinstance(new, str | bytes):
        return matching.fits(old, new)
    if type(old).__name__ == "Accept":
        return type(new) is type(old) and old.subprotocol == new.subprotocol
    return bool(old == new)
