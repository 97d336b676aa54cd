"""What runs straight between a script and its player tells the same story as what does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.harness.texts import URL
from wsfake import Harness, Transcript
from wsfake.cassette import write_cassette
from wsfake.model import Accept, Close, Entry, Event, Open, Ping, Pong, Side
from wsfake.network import PlayerEnd
from wsfake.player import plan

Story = list[Any]
CLIENT, SERVER = Side.CLIENT, Side.SERVER

MESSAGES = ("", "a", "b", b"", b"\0a", '{"id": 1}')
message = st.sampled_from(MESSAGES)


def _step(name: str, *arguments: Any) -> Callable[[Transcript], Transcript]:
    return lambda transcript: getattr(transcript, name)(*arguments)


T = Transcript()
plain = st.builds(_step, st.sampled_from(("client", "server")), message)
other = st.sampled_from(
    (
        _step("pause", 0.5),
        _step("pause", 2),
        _step("client_json", {"id": 1}),
        _step("server", lambda last: last.message),
        _step("server", lambda: "made"),
        _step("server_pings", b"p"),
        _step("client_pings", b"q"),
        _step("server_raw", b"\x81\x01a"),
        _step("optional", T.client("a").server("b")),
        _step("optional", T.server("b")),
        _step("repeat", 2, T.client("a").server("b")),
        _step("any_order", T.client("a"), T.client("b").server("a")),
    )
)
ending = st.sampled_from(
    (
        lambda transcript: transcript,
        _step("server_closes", 1000, "done"),
        _step("server_closes"),
        _step("client_closes"),
        _step("server_drops"),
        _step("server_stalls"),
    )
)
mostly_plain = st.lists(st.one_of(plain, plain, plain, plain, other), max_size=12)

deed = st.one_of(
    st.tuples(st.just("say"), message),
    st.just(("next", None)),
    st.just(("next", None)),
    st.just(("next", None)),
    st.sampled_from((("later", "a"), ("close", 1000), ("share", None))),
)
deeds = st.lists(st.lists(deed, max_size=3), max_size=12)


class Script:
    """Does, at each event, what it is told; `next` says what is expected of it next."""

    def __init__(self, ws_fake: Harness, expected: list[Any], todo: list[list[Any]]) -> None:
        self.ws_fake = ws_fake
        self.expected = list(expected)
        self.todo = list(todo)
        self.story: Story = []
        self.socket = self.listen(ws_fake.WebSocket(URL))

    def listen(self, socket: Any) -> Any:
        socket.onopen = lambda: self.happens("open")
        socket.onmessage = lambda event: self.happens(event.data)
        socket.onerror = lambda: self.happens("error")
        socket.onclose = lambda event: self.happens(repr(event))
        return socket

    def happens(self, event: object) -> None:
        self.story.append((self.ws_fake.now, event, self.socket.readyState))
        for verb, value in self.todo.pop(0) if self.todo else [("next", None)]:
            self.do(verb, value)

    def do(self, verb: str, value: Any) -> None:
        if verb == "say":
            self.socket.send(value)
        elif verb == "next" and self.expected:
            self.socket.send(self.expected.pop(0))
        elif verb == "later":
            self.ws_fake.call_later(1, lambda: self.socket.send(value))
        elif verb == "close":
            self.socket.close(value)
        elif verb == "share":
            self.listen(self.ws_fake.WebSocket(self.socket))


def _tell(ws_fake: Harness, expected: list[Any], todo: list[list[Any]]) -> Story:
    verdicts: list[tuple[str, str]] = []
    story: Story = []
    try:
        with ws_fake:
            script = Script(ws_fake, expected, todo)
            story = script.story
            for _ in range(2):
                try:
                    ws_fake.run()
                except Exception as error:  # noqa: BLE001 - a part of the story
                    verdicts.append((type(error).__name__, str(error)))
            story.append(list(ws_fake.dialogue.entries))
            story.append(script.socket.readyState)
    except Exception as error:  # noqa: BLE001 - the same
        verdicts.append((type(error).__name__, str(error)))
    return [*story, verdicts]


def tell_in_all_ways(tell: Callable[[], Story]) -> list[Story]:
    """Return the story as it runs, not straight, and with nothing known by heart."""
    stories = [tell()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlayerEnd, "straight", False)
        stories.append(tell())
        patch.setattr(plan, "_words", lambda whats: [None] * (len(whats) + 1))
        stories.append(tell())
    return stories


relaxed = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@relaxed
@pytest.mark.filterwarnings("ignore::wsfake.WsfakeWarning")
@given(steps=mostly_plain, end=ending, todo=deeds)
def test_a_transcript_is_played_alike(steps: list[Any], end: Any, todo: list[Any]) -> None:
    transcript = T
    for step in steps:
        transcript = step(transcript)
    transcript = end(transcript)
    expected = [
        step.what
        for step in transcript.steps
        if step.side is CLIENT and isinstance(step.what, str | bytes)
    ]

    def tell() -> Story:
        ws_fake = Harness()
        ws_fake.serve(URL, transcript)
        return _tell(ws_fake, expected, todo)

    straight, roundabout, by_the_plan = tell_in_all_ways(tell)
    assert straight == roundabout
    assert straight == by_the_plan


event = st.one_of(message, message, message, st.sampled_from((Ping(b"p"), Pong(b"p"))))
entries = st.lists(
    st.tuples(st.sampled_from((0, 0, 7, 1500)), st.sampled_from((CLIENT, SERVER)), event),
    max_size=14,
)


@relaxed
@pytest.mark.filterwarnings("ignore::wsfake.WsfakeWarning")
@given(said=entries, todo=deeds, closes=st.booleans())
def test_a_recording_is_replayed_alike(
    said: list[tuple[int, Side, Event]], todo: list[Any], closes: bool, tmp_path: Path
) -> None:
    whole: list[tuple[int, Side, Event]] = [(0, CLIENT, Open(URL)), (3, SERVER, Accept()), *said]
    if closes:
        whole += [(5, SERVER, Close(1000)), (5, CLIENT, Close(1000))]
    at, recorded = 0, []
    for after, side, what in whole:
        at += after
        recorded.append(Entry(at, 1, side, what))
    path = write_cassette(tmp_path / "a.msgpack", recorded)
    expected = [what for _, side, what in said if side is CLIENT and isinstance(what, str | bytes)]
    straight, roundabout, by_the_plan = tell_in_all_ways(
        lambda: _tell(Harness(path), expected, todo)
    )
    assert straight == roundabout
    assert straight == by_the_plan
