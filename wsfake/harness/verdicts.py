"""What is said at the end of a test: what was not played, and how a server has drifted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from typing import Any

from wsfake.errors import Drift, LiveConnectionError, Unplayed
from wsfake.harness.advice import Advice
from wsfake.model import Accept, Drop, End, Entry, Open, Ping, Pong, Refuse, Reject, Side
from wsfake.network import Connection, Network, Services
from wsfake.network.dialogue import LITERAL_LENGTH
from wsfake.network.failures import field_lines
from wsfake.player import Replay
from wsfake.player.replay import is_same_url
from wsfake.transcript import Matching
from wsfake.transcript.literals import abbreviate
from wsfake.transcript.writing import write_action

__all__ = ["drift", "nobody_answered", "nobody_connected", "unplayed"]

_MOST_CONNECTIONS = 10
_MOST_STEPS = 10
_MOST_ENTRIES = 30

Steps = Sequence[tuple[Side | None, Any]]


def unplayed(
    network: Network,
    services: Services,
    replay: Replay | None,
    clients: Iterable[Any],
    *,
    source: str,
    sought: str,
    advice: Advice,
) -> Unplayed | None:
    """Return the verdict on what the test promised and did not do, or None.

    `sought` is where client code has found nobody: it may have meant what is left.
    """
    told = [*_left(services, replay, clients)]
    if not told:
        return None
    more = len(told) - _MOST_CONNECTIONS
    recorded_too = replay is not None and any(c.unplayed() for c in replay.connections)
    where = {"cassette": source} if recorded_too else {}
    to_play_it = "" if sought else _to_play_it(network, clients, advice)
    to_do = {"to play it": to_play_it, "to let it be": advice.let_be}
    text = [
        f"{advice.what} ended before everything was played",
        *(field_lines(where) if where else []),
        *chain.from_iterable(told[:_MOST_CONNECTIONS]),
        *([f"  and of {_count(more, 'connection')} more"] if more > 0 else []),
        *([f"  client code found nobody at {sought}"] if sought else []),
        *_dialogue(network),
        *([""] if any(to_do.values()) else []),
        *(f"  {purpose}: {how}" for purpose, how in to_do.items() if how),
    ]
    return Unplayed(network.redaction.text("\n".join(text)))


def _left(services: Services, replay: Replay | None, clients: Iterable[Any]) -> Iterator[list[str]]:
    """Give the lines of each connection of which something is left."""
    for served in services.served:
        for number, steps in served.unplayed():
            yield _steps(f"{served.pattern} (connection {number})", steps)
        missing = served.unopened()
        if missing:
            never = f"{_count(missing, 'connection')} never opened"
            yield field_lines({"url": str(served.pattern), "unplayed": never})
    for url, player in clients:
        if steps := player.unplayed():
            yield _steps(f"{url} (client)", steps)
    for recorded in replay.connections if replay is not None else ():
        if steps := recorded.unplayed():
            yield _steps(f"{recorded.url} (connection {recorded.number})", steps)


def _to_play_it(network: Network, clients: Iterable[Any], advice: Advice) -> str:
    """Say what a test has forgotten in which nothing has happened at all."""
    answered = any(isinstance(entry.what, _ANSWERS) for entry in network.entries)
    if answered:
        return ""
    return advice.run if network.connections or any(clients) else advice.connect


def nobody_connected(network: Network, services: Services, advice: Advice) -> str:
    """Say what client code may be missing that connects past what is served; or nothing."""
    urls = [network.redaction.url(str(served.pattern)) for served in services.served]
    if network.connections or not urls:
        return ""
    return f"nobody has connected to {', '.join(dict.fromkeys(urls))}: {advice.connect}"


_ANSWERS = Accept | Reject | Refuse


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


def nobody_answered(
    network: Network, connections: Sequence[Connection], *, recording: bool
) -> LiveConnectionError:
    """Return the verdict on a test for real at which no server answered at all."""
    first = connections[0]
    why = getattr(first.ended, "why", "refused")
    url = network.redaction.url(first.url)
    purpose, again = ("recorded", "record") if recording else ("verified", "verify")
    text = [
        f"nothing could be {purpose}: no server answered at {url}",
        *field_lines({"expected": "a server that listens there", "actual": _REFUSALS[why]}),
        *_dialogue(network),
        "",
        f"  start the server and {again} again; if a refusal is what the test is about, script it:",
        f"  ws_fake.serve({url!r}, Transcript().server_refuses({why!r}))",
    ]
    return LiveConnectionError(network.redaction.text("\n".join(text)))


def nothing_to_verify(source: str) -> Drift:
    """Return the verdict on a test that connected for real and has no cassette to compare with."""
    return Drift(
        "there is nothing to compare the server with\n"
        f"  cassette  {source} (there is none)\n"
        "  to do: record it first"
    )


_REFUSALS = {
    "refused": "connection refused",
    "not found": "the name of the host does not resolve",
    "tls": "the TLS handshake failed, or the certificate is not trusted",
    "unreachable": "the host cannot be reached",
    "timeout": "no connection within the time for it",
}


Said = tuple[Side, Any]


def drift(
    network: Network, source: str, old: Sequence[Entry], new: Sequence[Entry], matching: Matching
) -> Drift | None:
    """Compare what was recorded with what was said now, by connection, as a replay hands them out.

    Times and pings are nothing, nor is which side was the faster: each is compared by itself. Nor
    is what a server says last on a connection that the test leaves open: how much of it comes is a
    matter of time. Nor is who ends TCP behind a rejection. A connection that was recorded and is
    not made now is a difference.
    """
    differ = [
        (one, other)
        for one, other in _pairs(_stories(old), _stories(new), matching)
        if not _same_story(one, other, matching)
    ]
    if not differ:
        return None
    import difflib  # noqa: PLC0415 - only for a failure

    lines = difflib.unified_diff(
        [_line(*step) for story, _ in differ for step in story if not _is_end(step)],
        [_line(*step) for _, story in differ for step in story if not _is_end(step)],
        "cassette",
        "server",
        lineterm="",
        n=2,
    )
    if any(story for _, story in differ):
        differs = "the server no longer says what the cassette says"
        to_do = "to accept what it says now, record again"
    else:
        differs = "not every connection of the cassette was made"
        to_do = f"make it in the test, or {'record again' if new else 'take the cassette away'}"
    text = [
        differs,
        *field_lines({"cassette": source}),
        "",
        *(f"  {line}" for line in lines),
        "",
        f"  {to_do}",
    ]
    return Drift(network.redaction.text("\n".join(text)))


def _stories(entries: Sequence[Entry]) -> list[list[Said]]:
    stories: dict[int, list[Said]] = {}
    for entry in entries:
        said = stories.setdefault(entry.connection, [])
        rejected = any(isinstance(what, Reject) for _, what in said[1:2])
        if not (isinstance(entry.what, Ping | Pong) or (rejected and isinstance(entry.what, Drop))):
            said.append((entry.side, entry.what))
    return list(stories.values())


def _pairs(
    old: list[list[Said]], new: list[list[Said]], matching: Matching
) -> list[tuple[list[Said], list[Said]]]:
    """Return each connection of now with the first one to its URL that no other has; `[]` for none.

    What is left on either side then is put together in order.
    """
    left = [*old]
    found: list[tuple[list[Said], list[Said]]] = []
    unknown: list[list[Said]] = []
    for story in new:
        (_, opening), *_ = story
        alike = (i for i, ((_, one), *_) in enumerate(left) if _alike(one, opening, matching))
        place = next(alike, None)
        if place is None:
            unknown.append(story)
        else:
            found.append((left.pop(place), story))
    return [*found, *zip_longest(left, unknown, fillvalue=[])]


def _same_story(old: list[Said], new: list[Said], matching: Matching) -> bool:
    left_open = any(_is_end(step) for step in (*old, *new))
    for side in Side:
        one = [step[1] for step in old if step[0] is side and not _is_end(step)]
        other = [step[1] for step in new if step[0] is side and not _is_end(step)]
        if len(one) != len(other) and not (left_open and side is Side.SERVER):
            return False
        if not all(_alike(*pair, matching) for pair in zip(one, other, strict=False)):
            return False
    return True


def _line(side: Side, what: Any) -> str:
    return _step(side, what) if not isinstance(what, Open) else f"{side}  connect {what.url}"


def _is_end(step: Said) -> bool:
    return isinstance(step[1], End)


def _alike(old: Any, new: Any, matching: Matching) -> bool:
    if isinstance(old, str | bytes) and isinstance(new, str | bytes):
        return matching.fits(old, new)
    if isinstance(old, Open):
        return isinstance(new, Open) and is_same_url(old.url, new.url)
    if isinstance(old, Accept):
        return isinstance(new, Accept) and old.subprotocol == new.subprotocol
    if isinstance(old, Reject):  # dates and the like differ from run to run
        return isinstance(new, Reject) and (old.status, old.body) == (new.status, new.body)
    return bool(old == new)
