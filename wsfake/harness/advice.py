"""What verdicts tell whoever meets them to type."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Advice"]


class Advice(NamedTuple):
    """What there is to type depends on where the harness is used; this is for tests."""

    record: str = "Harness(cassette=..., mode='rewrite')"
    script: str = "ws_fake.serve({}, Transcript()...)"
    """How a URL is scripted that is filled in; empty where it cannot be."""

    again: str = ""
    """How a recorded connection is played more than once; empty where it cannot be."""

    run: str = "ws_fake.run(), before the test ends"
    """How what has connected is played; empty where nothing needs to be done for it."""

    connect: str = "connect by ws_fake.WebSocket, ws_fake.intercept() or ws_fake.url_for(...)"
    let_be: str = 'unplayed="warn" or "ignore", or .optional(...) in the transcript'
    """How what is not played is no finding; empty where it always is one."""

    what: str = "the test"
    """What has ended too soon."""
