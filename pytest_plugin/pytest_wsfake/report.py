"""What a run did with its cassettes: gathered test by test, told at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsfake.harness import Summary

__all__ = ["RunReport"]

_WHY = {"failed": "failed", "retried": "was retried", "interrupted": "was interrupted"}
_COUNTS = ("connections", "order", "silence", "unplayed")


class RunReport:
    """Plain data, so that the processes of pytest-xdist can hand it to each other."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(_COUNTS, 0)
        self.recorded: list[str] = []
        self.set_aside: list[list[str]] = []
        """Why, and where: lists, as they are handed from one process to another."""

        self.used: set[str] = set()

    def add(self, summary: Summary) -> None:
        """Add what one test did."""
        self.counts["connections"] += summary.replayed
        self.counts["order"] += bool(summary.gave_way)
        self.counts["silence"] += summary.ended_by_silence
        self.counts["unplayed"] += summary.unplayed
        if summary.cassette is not None:
            self.used.add(str(summary.cassette))
        if summary.written is not None:
            if summary.kept:
                self.recorded.append(str(summary.written))
            else:
                self.set_aside.append([summary.set_aside, str(summary.written)])

    def to_data(self) -> dict[str, Any]:
        return {
            "counts": self.counts,
            "recorded": self.recorded,
            "set_aside": self.set_aside,
            "used": sorted(self.used),
        }

    def add_data(self, data: dict[str, Any]) -> None:
        """Add what another process did."""
        for name, count in data["counts"].items():
            self.counts[name] += count
        self.recorded += data["recorded"]
        self.set_aside += data["set_aside"]
        self.used.update(data["used"])

    def lines(self, root: Path, unused_in: Path | None) -> Iterator[str]:
        """Yield the lines of the summary; none where there is nothing to tell."""
        unused = [] if unused_in is None else self.unused(unused_in)
        told = [
            f"{number} {noun}{'' if number == 1 else 's'} {verb}"
            for number, noun, verb in (
                (self.counts["connections"], "connection", "replayed"),
                (len(self.recorded), "cassette", "recorded"),
                (len(self.set_aside), "recording", "set aside"),
                (self.counts["unplayed"], "test", "left something unplayed"),
                (len(unused), "cassette", "unused"),
            )
            if number
        ]
        if told:
            yield "ws_fake: " + ", ".join(told)
        for path in sorted(self.recorded):
            yield f"  recorded {_short(path, root)}"
        for why, path in sorted(self.set_aside):
            yield f"  the test {_WHY[why]}, so its recording was set aside: {_short(path, root)}"
        if self.counts["silence"]:
            yield f"  {_tests(self.counts['silence'])} stopped recording after a time of silence"
        if self.counts["order"]:
            yield f"  {_tests(self.counts['order'])} did not keep the order across connections"
        for path in unused:
            yield f"  no test uses {_short(path, root)}"

    def unused(self, folder: Path) -> list[str]:
        """Return the cassettes of a folder that no test of this run asked for."""
        from wsfake.cassette.paths import main_cassette  # noqa: PLC0415 - see the package

        cassettes = folder.rglob("*.msgpack")
        found = {str(path) for path in cassettes if main_cassette(path.name) is None}
        return sorted(found - self.used)


def _tests(number: int) -> str:
    return f"{number} test{'' if number == 1 else 's'}"


def _short(path: str, root: Path) -> str:
    try:
        return str(Path(path).relative_to(root))
    except ValueError:
        return path
