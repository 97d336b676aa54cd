"""Every scenario of the oracle, in one list."""

from scenarios import calls, closing, faults, frames, handlers, servers, urls
from scenarios.model import Scenario

SCENARIOS: list[Scenario] = [
    *urls.SCENARIOS,
    *faults.SCENARIOS,
    *frames.SCENARIOS,
    *closing.SCENARIOS,
    *calls.SCENARIOS,
    *handlers.SCENARIOS,
    *servers.SCENARIOS,
]

__all__ = ["SCENARIOS", "Scenario"]
