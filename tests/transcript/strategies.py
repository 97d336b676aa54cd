"""Any literal transcript."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from wsfake import Transcript
from wsfake.model import Drop, Open, Raw, Stall

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.text("abcXYZ-09!", min_size=1, max_size=6)
header_values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"))
headers = st.lists(st.tuples(names, header_values), max_size=2)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
json_messages = st.lists(json_values, max_size=3) | st.dictionaries(texts, json_values, max_size=3)
messages = texts | st.binary(max_size=8) | json_messages | st.sampled_from(['{"a": 1}', "[]", "<"])
control = st.binary(max_size=9)
codes = st.none() | st.integers(0, 65535)
insides = st.none() | texts | st.binary(max_size=5)
sides = st.sampled_from(["client", "server"])


def call(name: str, *arguments: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> Any:
    """A step: the name of a method, and its arguments."""
    return st.tuples(st.just(name), st.tuples(*arguments), st.fixed_dictionaries(named))


def either(step: str, *arguments: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> Any:
    return st.one_of(call(f"{side}{step}", *arguments, **named) for side in ("client_", "server_"))


drops = st.builds(Drop, st.booleans(), insides)
raws = st.builds(Raw, st.binary(max_size=5))
plain_steps = st.one_of(
    call("client", messages),
    call("server", messages),
    either("pings", control),
    either("pongs", control),
    either("closes", codes, st.none() | texts),
    either("closes", empty=st.just(True)),
    either("raw", st.binary(max_size=5)),
    call("fault", st.just("close"), drops | raws | st.just(Stall()), sides),
    call("pause", st.integers(0, 10**7).map(lambda micros: micros / 1_000_000)),
)


def build(steps: list[tuple[str, tuple[Any, ...], dict[str, Any]]]) -> Transcript:
    transcript = Transcript()
    for name, arguments, named in steps:
        transcript = getattr(transcript, name)(*arguments, **named)
    return transcript


def _without_last_pause(steps: list[Any]) -> list[Any]:
    while steps and steps[-1][0] == "pause":
        steps = steps[:-1]
    return steps


def _grow(steps: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    part = st.lists(steps, min_size=1, max_size=3).map(_without_last_pause).map(build)
    told = part.map(lambda transcript: transcript.client("!"))
    return st.one_of(
        steps,
        st.lists(part, max_size=3).map(lambda parts: ("any_order", tuple(parts), {})),
        call("repeat", st.integers(0, 9), part),
        call("repeat", st.none(), told),
        call("optional", part),
    )


steps = st.recursive(plain_steps, _grow, max_leaves=8)
openings = st.builds(
    Open,
    texts.filter(bool),
    headers.map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
)
first_steps = st.one_of(
    call("server_accepts", st.none() | texts, headers, st.lists(texts, max_size=2).map(tuple)),
    call("server_rejects", st.integers(100, 599), headers, st.binary(max_size=5)),
    call("server_refuses", st.sampled_from(["refused", "not found", "tls"])),
    call("server_stalls"),
    call("fault", st.just("handshake"), drops | raws | st.just(Stall())),
)
last_steps = st.one_of(
    either("stalls"), either("drops", reset=st.booleans(), inside=insides)
)  # fmt: skip


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    transcript = Transcript(opening=draw(st.none() | openings))
    expected = draw(st.lists(st.tuples(names, texts), max_size=2))
    transcript = transcript.expects_handshake(headers=expected)
    first = draw(st.none() | first_steps)
    if first is not None:
        name, arguments, named = first
        transcript = getattr(transcript, name)(*arguments, **named)
        if name != "server_accepts":
            return transcript
    for name, arguments, named in draw(st.lists(steps, max_size=5)):
        transcript = getattr(transcript, name)(*arguments, **named)
    name, arguments, named = draw(last_steps | st.just(("pause", (0,), {})))
    ended: Transcript = getattr(transcript, name)(*arguments, **named)
    return ended
