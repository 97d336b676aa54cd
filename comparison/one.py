"""Runs one behaviour once: `python -m comparison.one COLUMN PHASE NUMBER URL FILE`.

COLUMN is `live`, `cassetter` or `wsfake`. Prints one line of JSON, with what the program saw, or
the error that ended it.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from comparison.behaviours import BEHAVIOURS, Behaviour


@contextmanager
def cassetter(behaviour: Behaviour, phase: str, path: str, url: str) -> Iterator[str]:
    """As the README of cassetter has it; what a behaviour does not name is left as it is."""
    from cassetter import use_cassette  # noqa: PLC0415 - of one column

    mode = "none" if phase == "replay" else "all"
    with use_cassette(path, record_mode=mode, **behaviour.cassetter):
        yield url


@contextmanager
def wsfake(behaviour: Behaviour, phase: str, path: str, url: str) -> Iterator[str]:
    from wsfake import Harness  # noqa: PLC0415 - of one column

    harness = Harness(path, "none" if phase == "replay" else "rewrite")
    with harness, harness.intercept():
        yield url


@contextmanager
def live(behaviour: Behaviour, phase: str, path: str, url: str) -> Iterator[str]:
    yield url


COLUMNS = {"live": live, "cassetter": cassetter, "wsfake": wsfake}


def saw(behaviour: Behaviour, column: str, phase: str, url: str, path: str) -> str:
    """Return what a program saw."""
    with COLUMNS[column](behaviour, phase, path, url) as reached:
        seen = behaviour.program(reached, phase)
        return str(asyncio.run(seen) if inspect.iscoroutine(seen) else seen)


def main() -> None:
    warnings.simplefilter("ignore")
    column, phase, number, url, path = sys.argv[1:]
    try:
        told = {"saw": saw(BEHAVIOURS[int(number)], column, phase, url, path)}
    except BaseException as raised:  # noqa: BLE001 - whatever it is, it is what happened
        error: BaseException = raised
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        text = " ".join(str(error).replace(path, "FILE").split())
        told = {"raised": f"{type(error).__name__}: {text}"}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
