"""`wsfake record` in a process of its own, as its users run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60


class Recorder:
    """A running `wsfake record`; `url` is where it listens."""

    def __init__(self, process: subprocess.Popen[str], errors: Path) -> None:
        self.process = process
        self._errors = errors
        self._said = ""
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "listening at " in first, self.errors
        self.first = first
        self.url = first.split("listening at ")[1].split(" ")[0]
        self._lines: list[str] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.append(line)

    @property
    def errors(self) -> str:
        """What it has said on stderr."""
        if self._errors.exists():
            self._said = self._errors.read_text()
        return self._said

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it by a signal; return its exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def wait_for_lines(self, count: int) -> list[str]:
        """Return what it has printed behind its first line, once there is so much."""
        deadline = time.monotonic() + PATIENCE
        while len(self._lines) < count:
            assert time.monotonic() < deadline, self._lines
            time.sleep(0.01)
        return [line.rstrip("\n") for line in self._lines]

    @property
    def printed(self) -> list[str]:
        """What it has printed behind its first line; once it has ended."""
        self._reading.join(PATIENCE)
        return [line.rstrip("\n") for line in self._lines]


@contextmanager
def recording(url: str, cassette: Path, *options: str) -> Iterator[Recorder]:
    """Record until the end of the block, or until it is ended in it."""
    command = [sys.executable, "-m", "wsfake.cli", "record", url, "-o", str(cassette), *options]
    with (
        tempfile.NamedTemporaryFile("w+", suffix=".txt") as errors,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as process,
    ):
        recorder = None
        try:
            recorder = Recorder(process, Path(errors.name))
            yield recorder
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
            if recorder is not None:
                _ = recorder.printed, recorder.errors
