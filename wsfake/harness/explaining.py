"""What a failure says of the test's settings, and what to type."""

from __future__ import annotations

from wsfake.harness.advice import Advice
from wsfake.harness.sources import Sources
from wsfake.network import Network, Services
from wsfake.network.failures import field_lines

__all__ = ["explain"]


def explain(network: Network, services: Services, sources: Sources, advice: Advice) -> list[str]:
    """Return the lines that say who could have answered a URL, and how it is recorded."""
    url = network.redaction.url
    served = [url(str(served.pattern)) for served in services.served]
    fields = {
        "mode": sources.mode_in_words(),
        "served": "\n".join(dict.fromkeys(served)) or "nothing",
        "cassette": sources.cassette_in_words(),
    }
    return [*field_lines(fields), "", f"  to record it: {advice.record}"]
