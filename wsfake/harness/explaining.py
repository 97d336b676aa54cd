"""What a failure says of the test's settings, and what to type."""

from __future__ import annotations

from wsfake.harness.advice import Advice
from wsfake.harness.sources import Sources
from wsfake.network import Network, Services
from wsfake.network.failures import field_lines

__all__ = ["explain"]


def explain(
    network: Network, services: Services, sources: Sources, advice: Advice, url: str | None
) -> list[str]:
    """Return the lines that say who could have answered a URL, and what to type.

    The URL is None where it is not known.
    """
    clean = network.redaction.url
    served = [clean(str(served.pattern)) for served in services.served]
    fields = {
        "mode": sources.mode_in_words(),
        "served": "\n".join(dict.fromkeys(served)) or "nothing",
        "cassette": sources.cassette_in_words(),
    }
    cassette = sources.from_cassette
    was_opened = url is not None and cassette is not None and cassette.was_opened(url)
    to_do = {
        "to play it again": advice.again if was_opened else "",
        "to record it": advice.record,
        "to script it": advice.script.format("url" if url is None else repr(clean(url))),
    }
    return [
        *field_lines(fields),
        "",
        *(f"  {purpose}: {how}" for purpose, how in to_do.items() if how),
    ]
