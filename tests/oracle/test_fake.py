"""wsfake does what the real host does: every scenario, with every profile that it is told of."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from fake.run import tell
from fake.said import as_bytes, as_events
from golden_data import HOSTS, QTS, read, unequal_rows
from scenarios import SCENARIOS, Scenario

from wsfake.script_api.profiles import PROFILES

QT_OF = {profile: qt for qt in QTS for profile in HOSTS[qt]}
LEFT_OUT = {
    "handlers before they are set": "Python has one None, for undefined and for null (RULES 28)",
}
TOLD = [
    pytest.param(scenario, profile, id=f"{profile}-{scenario.name}")
    for profile in QT_OF
    for scenario in SCENARIOS
    if profile in scenario.profiles
]


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


@pytest.mark.parametrize(("scenario", "profile"), TOLD)
def test_a_scenario_is_equal_said_in_bytes_and_said_in_events(
    scenario: Scenario, profile: str, record_property: Callable[[str, object], None]
) -> None:
    if scenario.name in LEFT_OUT:
        record_property("oracle", (profile, "left out"))
        pytest.skip(LEFT_OUT[scenario.name])
    record_property("oracle", (profile, "told"))
    real = without_tcp(golden(profile)[scenario.name] | {"profile": profile})
    for says in (as_bytes, as_events):
        fake = without_tcp(tell(scenario, profile, says) | {"profile": profile})
        if fake != real:
            pytest.fail("\n".join([f"{says.__name__}:", *unequal_rows(real, fake)]), pytrace=False)


def test_what_is_left_out_is_a_scenario() -> None:
    assert set(LEFT_OUT) <= {scenario.name for scenario in SCENARIOS}


def test_every_measured_host_is_a_profile() -> None:
    assert set(QT_OF) <= set(PROFILES)
