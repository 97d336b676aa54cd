"""Any transcript and any dialogue that has a text form."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from wsfake import Transcript
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
from wsfake.transcript import AnyOrder, Fault, Json, Optional, Repeat, Step
from wsfake.transcript.checks import as_close

texts = st.text(max_size=12) | st.sampled_from(
    ['{"a": 1}', "[]", "{", '{"a": NaN}', "*", "empty", " in close", '"', "\\", "\x00\u2028\n#", ""]
)
binaries = st.binary(max_size=8)
messages = texts | binaries
names = st.sampled_from(["Origin", "x-a", "X_1"])
odd_names = st.sampled_from(["A B", "a:b", "", "{}", '"', "\x1b[31m", "a\n0 ms  client  ends"])
lines = texts.filter(lambda text: "\n" not in text and "\r" not in text)
headers = st.lists(st.tuples(names, lines), max_size=2).map(tuple)
expected_headers = st.lists(st.tuples(names, texts), max_size=2).map(tuple)
recorded_headers = st.lists(st.tuples(names | odd_names, texts), max_size=2).map(tuple)
words = st.lists(texts, max_size=2).map(tuple)
urls = st.sampled_from(["ws://a/", "wss://b.example:8080/x?y=1#2", "ws://[::1]/"])
openings = st.builds(Open, urls, headers, words, words)
accepts = st.builds(Accept, st.none() | texts, headers, words)
rejects = st.builds(Reject, st.integers(100, 999), headers, binaries)
refusals = st.sampled_from(["refused", "not found", "tls", "unreachable", "timeout"])
pings = st.builds(Ping, st.binary(max_size=125))
pongs = st.builds(Pong, st.binary(max_size=125))
reasons = texts.filter(lambda text: len(text.encode()) <= 123)
codes = st.integers(0, 65535)
closes = st.builds(Close, codes, reasons) | st.just(Close())
drops = st.builds(Drop, st.booleans(), st.none() | messages)
raws = st.builds(Raw, binaries)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
expectations = st.builds(Json, json_values) | st.builds(
    as_close, st.none() | codes, st.none() | reasons
)
sides = st.sampled_from(Side)
faults_at_close = st.builds(Fault, st.just("close"), st.just(Stall()) | drops | raws)
said = st.one_of(messages, pings, pongs, closes, drops, raws, expectations, faults_at_close)
times = st.integers(0, 10**7)


def _timed(parts: tuple[list[int], list[tuple[Side | None, Any]]]) -> list[Step]:
    at, steps = sorted(parts[0]), parts[1]
    return [Step(time, side, what) for time, (side, what) in zip(at, steps, strict=False)]


def _grown(steps: list[Step]) -> Transcript:
    transcript = Transcript()
    for step in steps:
        transcript = transcript.with_step(step)
        if isinstance(step.what, Drop):
            break  # after which not everything can be said
    return transcript


def _sequences(steps: st.SearchStrategy[tuple[Side | None, Any]]) -> st.SearchStrategy[list[Step]]:
    at = st.lists(times, min_size=4, max_size=4)
    return st.tuples(at, st.lists(steps, max_size=4)).map(_timed)


def _with_groups(
    inner: st.SearchStrategy[tuple[Side | None, Any]],
) -> st.SearchStrategy[tuple[Side | None, Any]]:
    parts = _sequences(inner).map(_grown)
    groups = st.one_of(
        st.builds(AnyOrder, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Repeat, st.none() | st.integers(0, 10**6), parts),
        st.builds(Optional, parts),
    )
    return st.tuples(st.none(), groups)


_plain: st.SearchStrategy[tuple[Side | None, Any]] = st.tuples(sides, said)
steps = st.recursive(_plain, lambda inner: inner | _with_groups(inner), max_leaves=4)

answers = st.one_of(
    accepts,
    rejects,
    st.builds(Refuse, refusals),
    st.builds(Fault, st.just("handshake"), st.just(Stall()) | drops | raws),
)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    transcript = Transcript(opening=draw(st.none() | openings))
    expected = draw(expected_headers)
    if expected:
        transcript = transcript.expects_handshake(headers=expected)
    answer = draw(st.none() | answers)
    if answer is not None:
        transcript = transcript.with_step(Step(0, Side.SERVER, answer))
    if answer is None or isinstance(answer, Accept):
        for step in draw(_sequences(steps)):
            transcript = transcript.with_step(step)
            if isinstance(step.what, Drop):
                break  # as above
    return transcript


recorded_openings = st.builds(Open, urls, recorded_headers, words, words)
server_events = st.one_of(
    st.builds(Accept, st.none() | texts, recorded_headers, words),
    st.builds(Reject, st.integers(100, 999), recorded_headers, binaries),
    st.builds(Refuse, texts),
)
any_events = st.one_of(
    messages, pings, pongs, closes, drops, raws, st.just(Stall()), st.just(End()),
    st.builds(Gap, texts),
)  # fmt: skip
doings = st.one_of(
    st.tuples(st.just(Side.CLIENT), recorded_openings),
    st.tuples(st.just(Side.SERVER), server_events),
    st.tuples(sides, any_events),
)


@st.composite
def dialogues(draw: st.DrawFn, *, connections: int) -> list[Entry]:
    entries = [
        Entry(draw(times), draw(st.integers(1, connections)), *draw(doings))
        for _ in range(draw(st.integers(0, 8)))
    ]
    return sorted(entries, key=lambda entry: entry.at)
