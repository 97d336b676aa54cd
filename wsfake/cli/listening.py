"""What the commands that listen share."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from wsfake.errors import UsageError

__all__ = ["address", "is_loopback", "signals", "tell_dropped"]


def address(listen: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT; raise `UsageError` for anything else."""
    host, colon, port = listen.rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        raise UsageError(f"expected --listen HOST:PORT, got {listen!r}")
    return host.removeprefix("[").removesuffix("]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def tell_dropped(why: str) -> None:
    """Say that a client was dropped before it had asked for anything."""
    print(f"wsfake: a client was dropped: {why}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def signals(wake: Callable[[], None]) -> Iterator[list[int]]:
    """Yield a list that gets the signal by which a command is to end; then `wake` is called."""
    ended: list[int] = []

    def handle(number: int, _: object) -> None:
        ended.append(number)
        wake()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
