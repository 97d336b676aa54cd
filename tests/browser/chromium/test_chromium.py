"""The browser profile beside a real Chromium: what was measured is in `golden.json`.

Two profiles are told the scenarios, in Python and in JavaScript: that of the standards, and that of
Chromium, which is nothing but data and differs where Chromium does.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import told, told_in_javascript
from tests.browser.chromium.measure import GOLDEN
from tests.browser.chromium.profile import CHROMIUM
from tests.browser.chromium.scenarios import CONSTRUCTIONS, SCENARIOS, VIOLATIONS
from tests.browser.chromium.told import PAGE
from wsfake import Harness
from wsfake.script_api.profiles.browser import BROWSER

MEASURED: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))

NOT_DOUBLED = {
    "both close at once": "what is in flight at a close has not come yet, and is not answered",
}
"""Where the profile of Chromium differs from Chromium, all in what the peer sees alone."""

LOST = "a lost connection is an error, by RFC 6455 section 7.2.1 and the standard's section 4"
CODE = "a code that no peer may send fails the connection (RFC 6455 section 7.4)"
TEXT = "what is said on the wire of a violation: the code of RFC 6455, and no reason"
FORBIDDEN = (0, 999, 1004, 1016, 1999, 2000, 2999, 5000, 65535)

DIFFERENT = {
    "the peer drops": LOST,
    "the peer drops after a message": LOST,
    "the peer resets after a message": LOST,
    "the peer ends tcp in place of answering a close": LOST,
    "the script closes at the start with a code that cannot be": LOST,
    "the peer answers a close with a code that cannot be": CODE,
    **{f"the peer closes with {code}": CODE for code in FORBIDDEN},
    **{f"the peer sends {name}": TEXT for name in VIOLATIONS if name != "a close of one byte"},
    "both close at once": NOT_DOUBLED["both close at once"],
}
"""Where the profile of the standards differs from Chromium, and why."""

DIFFERENT_URLS = {
    "['ws://foo bar/']": "a host with a space is none (URL Standard section 3.5)",
    "['ws://h.invalid/', ['a', 'A']]": "subprotocols that differ in case alone are one",
}


in_each_language = pytest.mark.parametrize("language", [told, told_in_javascript], ids=["py", "js"])


def test_every_scenario_was_measured() -> None:
    assert list(MEASURED["scenarios"]) == list(SCENARIOS)
    assert len(MEASURED["constructions"]) == len(CONSTRUCTIONS)
    assert MEASURED["browser"] == "Chrome/156.0.8078.79"


@pytest.mark.filterwarnings("ignore:sent after the connection was closed")
@in_each_language
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_goes_as_in_chromium_with_chromiums_data(name: str, language: Any) -> None:
    real, ours = MEASURED["scenarios"][name], language.tell(SCENARIOS[name], CHROMIUM)

    assert ours["log"] == real["log"]
    assert (ours["saw"] == real["saw"]) is (name not in NOT_DOUBLED)


@pytest.mark.filterwarnings("ignore:sent after the connection was closed")
@in_each_language
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_goes_as_in_chromium_unless_it_is_known_to_differ(
    name: str, language: Any
) -> None:
    real, ours = MEASURED["scenarios"][name], language.tell(SCENARIOS[name], BROWSER)

    assert (ours == real) is (name not in DIFFERENT)


@in_each_language
@pytest.mark.parametrize("number", range(len(CONSTRUCTIONS)))
def test_a_url_and_subprotocols_are_taken_as_in_chromium(number: int, language: Any) -> None:
    with Harness(profile="browser", base_url=PAGE) as ws_fake:
        made = language.construct(ws_fake, *CONSTRUCTIONS[number])

    same = made == MEASURED["constructions"][number]
    assert same is (repr(CONSTRUCTIONS[number]) not in DIFFERENT_URLS), made


@in_each_language
def test_listeners_are_called_in_the_order_of_chromium(language: Any) -> None:
    with Harness(profile="browser", base_url=PAGE) as ws_fake:
        assert language.orders(ws_fake) == MEASURED["orders"]


def test_the_page_on_fidelity_says_how_much_was_compared() -> None:
    page = Path(__file__).parents[3] / "docs" / "fidelity.md"
    text = page.read_text(encoding="utf-8")
    same = len(SCENARIOS) - len(DIFFERENT)

    assert f"{len(SCENARIOS)} scenarios, {same} equal" in text
    assert f"{len(CONSTRUCTIONS)} URLs and subprotocols, {len(CONSTRUCTIONS) - 2} equal" in text
    for reason in {*DIFFERENT.values(), *DIFFERENT_URLS.values()}:
        assert f"* {reason}" in text
