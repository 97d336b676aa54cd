"""Compare recorders of WebSockets: what a program sees live, with cassetter, with wsfake.

    python -m comparison [--only WORD] [--write FILE]

Makes an environment with the newest cassetter, runs every behaviour live, recorded and replayed
with the server gone, each in a process of its own and for a bounded time, and prints a table. Exits
with 1 where wsfake does not do what is expected.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from comparison import environment, table

_ONE = "comparison.one"
_RECORDERS = ("cassetter", "wsfake")


class Asked(NamedTuple):
    """A behaviour, as far as who runs it must know; its program needs the environment."""

    number: int
    name: str
    expected: str
    seconds: float
    secret: str | None
    workers: int
    says: str

    @property
    def fails(self) -> bool:
        """Whether what is expected is that the recorder complains at replay."""
        return self.expected.startswith("fails")


class Runner:
    def __init__(self, python: Path, folder: Path) -> None:
        self._python = python
        self._folder = folder

    def behaviours(self) -> list[Asked]:
        program = (
            "import json; from comparison.behaviours import BEHAVIOURS;"
            "print(json.dumps([[n, b.name, b.expected, b.seconds, b.secret, b.workers, b.says]"
            " for n, b in enumerate(BEHAVIOURS)]))"
        )
        done = subprocess.run(
            [str(self._python), "-c", program],
            cwd=environment.ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [Asked(*row) for row in json.loads(done.stdout)]

    @contextmanager
    def server(self) -> Iterator[str]:
        """Run the real server; yield its URL."""
        command = [str(self._python), "-m", "comparison.server"]
        with subprocess.Popen(
            command, cwd=environment.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        ) as process:  # fmt: skip
            try:
                assert process.stdout is not None
                yield f"ws://127.0.0.1:{process.stdout.readline().strip()}"
            finally:
                process.kill()

    def start(self, asked: Asked, column: str, phase: str, url: str) -> subprocess.Popen[str]:
        file = self._file(asked, column)
        return subprocess.Popen(
            [str(self._python), "-m", _ONE, column, phase, str(asked.number), f"{url}/{column}",
             str(file)],
            cwd=environment.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def end(self, asked: Asked, process: subprocess.Popen[str]) -> str:
        """Return what a program saw, what was raised in it, or that it hangs."""
        try:
            out, _ = process.communicate(timeout=asked.seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return f"hangs ({asked.seconds:g} s)"
        told = json.loads(out.splitlines()[-1]) if out.strip() else {"raised": "the process ended"}
        if "raised" in told:
            return f"raises {told['raised']}"
        return str(told["saw"])

    def run(self, asked: Asked, column: str, phase: str, url: str) -> str:
        return self.end(asked, self.start(asked, column, phase, url))

    def replay(self, asked: Asked, column: str, recorded: str, url: str) -> str:
        """Return the cell of a recorder: what is not as expected, first of all."""
        wanted = "nothing" if asked.fails else asked.expected
        if recorded != wanted:
            return f"while recording: {recorded}"
        file = self._file(asked, column)
        if (
            asked.secret is not None
            and file.exists()
            and asked.secret.encode() in file.read_bytes()
        ):
            return "in the file"
        processes = [self.start(asked, column, "replay", url) for _ in range(asked.workers)]
        seen = [self.end(asked, process) for process in processes]
        worst = next((each for each in seen if each != asked.expected), seen[0])
        if not asked.fails:
            return worst
        if worst == "nothing":
            return "passes"
        says_why = worst.startswith("raises") and re.search(asked.says, worst)
        return asked.expected if says_why else worst

    def _file(self, asked: Asked, column: str) -> Path:
        suffix = "msgpack" if column == "wsfake" else "yaml"
        return self._folder / f"{asked.number}-{column}.{suffix}"


def compare(runner: Runner, only: str) -> list[table.Row]:
    """Run every behaviour in every column; those of one behaviour run at the same time."""
    asked = [each for each in runner.behaviours() if only in each.name]
    recorded: dict[int, list[str]] = {}
    rows = []
    with ThreadPoolExecutor(3) as pool:
        with runner.server() as url:
            for each in asked:
                columns = _RECORDERS if each.fails else (*_RECORDERS, "live")
                jobs = [pool.submit(runner.run, each, c, "record", url) for c in columns]
                recorded[each.number] = [job.result() for job in jobs]
                _show_progress()
        for each in asked:  # and the server is gone
            seen = recorded[each.number]
            replays = [
                pool.submit(runner.replay, each, column, seen[place], url)
                for place, column in enumerate(_RECORDERS)
            ]
            live = seen[2] if len(seen) > 2 else ""
            cells = [job.result() for job in replays]
            rows.append(table.Row(each.name, each.expected, live, *cells))
            _show_progress()
    print(file=sys.stderr)
    return rows


def _show_progress() -> None:
    print(".", end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m comparison",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default="", metavar="WORD", help="behaviours with this in them")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into this page")
    parser.add_argument(
        "--environment", type=Path, metavar="DIR", default=environment.ROOT / ".venv-comparison",
        help="where the environment is, or is to be (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--no-upgrade", action="store_true", help="take the environment as it is, if it is there"
    )
    arguments = parser.parse_args()
    python = environment.make(arguments.environment.absolute(), upgrade=not arguments.no_upgrade)
    with tempfile.TemporaryDirectory() as folder:
        rows = compare(Runner(python, Path(folder)), arguments.only)
    text = table.write(rows, environment.versions(python))
    print(text, end="")
    if arguments.write is not None:
        table.put_into(arguments.write, text)
    return 0 if all(row.wsfake == row.expected for row in rows) else 1


sys.exit(main())
