"""The scenarios, told to wsfake in JavaScript, by the very script that ran in Chromium."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.browser.chromium.scenarios import Scenario
from tests.browser.chromium.told import PAGE, URL, seen_by_peer, transcript_of
from wsfake import Harness
from wsfake.script_api import Profile

__all__ = ["construct", "orders", "tell"]

SCRIPT = Path(__file__).parent / "script.js"


def tell(scenario: Scenario, profile: Profile) -> dict[str, Any]:
    """Return what the script logs and what the peer sees, as `told.tell`."""
    with Harness(profile=profile, base_url=PAGE, unplayed="ignore") as ws_fake:
        ws_fake.serve(URL, transcript_of(scenario))
        script = ws_fake.load_script(SCRIPT)
        given = json.dumps([URL, list(scenario.protocols), dict(scenario.script)])
        script.eval(f"void tell(...{given}).then((log) => {{ globalThis.LOG = log; }})")
        ws_fake.run()
        return {"log": script.eval("LOG"), "saw": seen_by_peer(ws_fake)}


def construct(ws_fake: Harness, *given: Any) -> str:
    """Return the `url` of a socket that is made with these, or what is thrown."""
    ws_fake.serve(re.compile("wss?://.*"), lambda peer: None)
    return str(ws_fake.load_script(SCRIPT).eval(f"construct(...{json.dumps(given)})"))


def orders(ws_fake: Harness) -> list[str]:
    """Return in which order listeners are called."""
    ws_fake.serve("ws://h.invalid/", lambda peer: None)
    called: list[str] = ws_fake.load_script(SCRIPT).eval("orders()")
    return called
