"""The browser profile beside a real Chromium: what was measured is in `golden.json`."""

import json
from typing import Any

import pytest

from tests.browser.chromium.measure import GOLDEN
from tests.browser.chromium.scenarios import CONSTRUCTIONS, SCENARIOS
from tests.browser.chromium.told import PAGE, construct, orders, tell
from wsfake import Harness

MEASURED: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))

DIFFERENT: dict[str, str] = {}
"""Where the profile keeps to the standards and Chromium does not, each with the difference."""


def test_every_scenario_was_measured() -> None:
    assert list(MEASURED["scenarios"]) == list(SCENARIOS)
    assert len(MEASURED["constructions"]) == len(CONSTRUCTIONS)


@pytest.mark.filterwarnings("ignore:sent after the connection was closed")
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_goes_as_in_chromium(name: str) -> None:
    real, ours = dict(MEASURED["scenarios"][name]), tell(SCENARIOS[name])
    if ["hold"] in SCENARIOS[name].peer:  # what the browser says when the page is left
        real["saw"] = ours["saw"]

    assert (ours != real) if name in DIFFERENT else (ours == real)


@pytest.mark.parametrize("number", range(len(CONSTRUCTIONS)))
def test_a_url_and_subprotocols_are_taken_as_in_chromium(number: int) -> None:
    with Harness(profile="browser", base_url=PAGE) as ws_fake:
        made = construct(ws_fake, *CONSTRUCTIONS[number])

    same = made == MEASURED["constructions"][number]
    assert same is (repr(CONSTRUCTIONS[number]) not in DIFFERENT), made


def test_listeners_are_called_in_the_order_of_chromium() -> None:
    with Harness(profile="browser", base_url=PAGE) as ws_fake:
        assert orders(ws_fake) == MEASURED["orders"]
