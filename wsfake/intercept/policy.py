"""The event loops of a test, in the form that test runners took before Python 3.14."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["policy_of"]


def policy_of(
    factory: Callable[[], asyncio.AbstractEventLoop],
) -> asyncio.AbstractEventLoopPolicy:
    """Return a policy by which every new event loop is one of the factory's."""

    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            return factory()

    return Policy()
