"""What a cassette of any size takes of memory, as the kernel tells the peak of a process."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.children import fresh
from benchmarks.measuring import RUNS, Row, Skipped

__all__ = ["rows"]

_FEW, _MANY = 1_000, 1_000_000
_ROOM = 8.0

# `ru_maxrss` of a child begins with its parent's peak; VmHWM is its own.
_PROGRAM = """
from pathlib import Path
from wsfake.cassette import read_cassette, write_cassette
from wsfake.model import Entry, Open, Side

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) / 1024

def entries(count):
    yield Entry(0, 1, Side.CLIENT, Open("ws://feed.example/v1"))
    for i in range(count):
        yield Entry(i, 1, Side.SERVER, f"{{i:0200}}")

def write(path, count):
    write_cassette(path, entries(count))

def read(path, count):
    with read_cassette(path) as reader:
        assert sum(1 for _ in reader) == count + 1

folder = Path({folder!r})
{work}(folder / "few.msgpack", {few})
before = peak()
{work}(folder / "many.msgpack", {many})
print(peak() - before)
"""


def rows() -> Iterator[Row | Skipped]:
    with tempfile.TemporaryDirectory() as folder:
        for work in ("write", "read"):
            what, room = f"memory more to {work} {_MANY:,} messages than {_FEW:,}", f"{_ROOM:g} MiB"
            if not Path("/proc/self/status").exists():
                yield Skipped(what, room, 1.0, "MiB", "this system does not tell it in /proc")
                continue
            code = _PROGRAM.format(folder=folder, work=work, few=_FEW, many=_MANY)
            more = [fresh(code) for _ in range(RUNS)]
            ratios = tuple(each / _ROOM for each in more)
            yield Row(what, room, 1.0, "MiB", statistics.median(more), _ROOM, ratios)
