"""The scenarios and the golden logs fit each other. Measuring is another thing: see README.md."""

from collections import Counter
from typing import Any

import pytest
from golden_data import GOLDEN, QTS, profile_for, read, render
from scenarios import SCENARIOS, Scenario
from scenarios.model import QT_HOSTS
from telling.script import Script
from telling.wire import item_bytes

STEPS = {"expect", "write", "fin", "rst", "wait", "signal", "settle", "do"}
EXPECTED = {"handshake", "end", "text", "binary", "close", "ping", "pong"}
REQUEST = b"GET / HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"


def steps_of(scenario: Scenario) -> list[list[Any]]:
    stories = [*scenario.peers, *(steps for _, steps in scenario.clients.values())]
    return [step for steps in stories for step in steps]


def actions_in(value: Any) -> list[list[Any]]:
    """The actions of a list, and of the handlers that they set."""
    found = []
    for action in value:
        found.append(action)
        for part in action:
            if isinstance(part, list) and part and isinstance(part[0], list):
                found += actions_in(part)
    return found


def test_names_are_unique() -> None:
    assert [
        name for name, times in Counter(story.name for story in SCENARIOS).items() if times > 1
    ] == []


def test_there_are_enough() -> None:
    assert len(SCENARIOS) >= 150


@pytest.mark.parametrize("qt", QTS)
def test_the_golden_logs_are_of_exactly_the_scenarios_of_that_qt(qt: str) -> None:
    wanted = {story.name: profile_for(story.profiles, qt) for story in SCENARIOS}
    golden = {name: story["profile"] for name, story in read(qt)["stories"].items()}
    assert golden == {name: profile for name, profile in wanted.items() if profile is not None}


@pytest.mark.parametrize("qt", QTS)
def test_the_golden_file_is_as_it_would_be_written_again(qt: str) -> None:
    assert (GOLDEN / f"qt-{qt}.json").read_text() == render(read(qt))
    assert read(qt)["qt"] == qt


def test_what_is_not_measured_says_where_it_is_from() -> None:
    assert [story.name for story in SCENARIOS if not story.measured and not story.source] == []


def test_profiles_are_known() -> None:
    assert {profile for story in SCENARIOS for profile in story.profiles} <= set(QT_HOSTS)


def test_every_step_is_known() -> None:
    steps = [step for story in SCENARIOS for step in steps_of(story)]
    assert {step[0] for step in steps} <= STEPS
    assert {step[1] for step in steps if step[0] == "expect"} <= EXPECTED


def test_every_action_is_known() -> None:
    stories = [
        [*story.script, *[a for s in steps_of(story) if s[0] == "do" for a in s[1]]]
        for story in SCENARIOS
    ]
    verbs = {action[0] for story in stories for action in actions_in(story)}
    assert {verb for verb in verbs if not hasattr(Script, f"_do_{verb}")} == set()


def test_every_item_has_bytes() -> None:
    writes = [step[1:] for story in SCENARIOS for step in steps_of(story) if step[0] == "write"]
    items = [item for items in writes for item in items if item[0] != "upgrade"]
    assert all(isinstance(item_bytes(item, REQUEST, masked=False), bytes) for item in items)


def test_every_gate_that_is_waited_for_is_opened() -> None:
    for story in SCENARIOS:
        steps = steps_of(story)
        opened = {step[1] for step in steps if step[0] == "signal"}
        opened |= {action[1] for action in actions_in(story.script) if action[0] == "signal"}
        assert {step[1] for step in steps if step[0] == "wait"} <= opened, story.name
