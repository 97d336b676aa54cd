"""wsfake does what the real host does: every scenario, with every profile that it is told of."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from fake.peer import Says
from fake.run import tell
from fake.said import as_bytes, as_events
from golden_data import HOSTS, QTS, read, unequal_rows
from scenarios import SCENARIOS, Scenario

from wsfake.script_api.profiles import PROFILES

QT_OF = {profile: qt for qt in QTS for profile in HOSTS[qt]}
LEFT_OUT = {
    "handlers before they are set": "Python has one None, for undefined and for null (RULES 28)",
}
WAYS: dict[str, tuple[Says, ...]] = {"Python": (as_bytes, as_events), "JavaScript": (as_bytes,)}
"""The language of the script, and how what the peer says is said to it."""


def told() -> Iterator[Any]:
    for language in WAYS:
        for profile in QT_OF:
            long = language == "JavaScript" and profile != "overte"  # their scripts are the same
            for scenario in SCENARIOS:
                if profile in scenario.profiles:
                    name = f"{language}-{profile}-{scenario.name}"
                    marks = [pytest.mark.long] if long else []
                    yield pytest.param(scenario, profile, language, id=name, marks=marks)


@cache
def golden(profile: str) -> dict[str, Any]:
    stories: dict[str, Any] = read(QT_OF[profile])["stories"]
    return stories


def without_tcp(story: dict[str, Any]) -> dict[str, Any]:
    """An end by "rst" says no more than that bytes were unread; without TCP it is an end."""
    wires = {
        name: [{"end": "fin"} if entry == {"end": "rst"} else entry for entry in wire]
        for name, wire in story["wire"].items()
    }
    return {**story, "wire": wires}


@pytest.mark.parametrize(("scenario", "profile", "language"), list(told()))
def test_a_scenario_is_equal_said_in_bytes_and_said_in_events(
    scenario: Scenario,
    profile: str,
    language: str,
    record_property: Callable[[str, object], None],
) -> None:
    teller = f"{profile}, {language}"
    if language == "Python" and scenario.name in LEFT_OUT:
        record_property("oracle", (teller, "left out"))
        pytest.skip(LEFT_OUT[scenario.name])
    record_property("oracle", (teller, "told"))
    real = without_tcp(golden(profile)[scenario.name] | {"profile": profile})
    for says in WAYS[language]:
        fake = without_tcp(tell(scenario, profile, says, language) | {"profile": profile})
        if fake != real:
            pytest.fail("\n".join([f"{says.__name__}:", *unequal_rows(real, fake)]), pytrace=False)


def test_what_is_left_out_is_a_scenario() -> None:
    assert set(LEFT_OUT) <= {scenario.name for scenario in SCENARIOS}


def test_every_measured_host_is_a_profile() -> None:
    assert set(QT_OF) <= set(PROFILES)
