"""The recording proxy against proxies that record nothing, or less; picows at both ends."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import endpoints
from benchmarks.measuring import Comparison, compare

__all__ = ["comparisons"]

_ROOT = Path(__file__).resolve().parents[1]
_MITMPROXY = Path(__file__).parent / ".mitmproxy"
_PATIENCE = 60
_STREAMED = 100_000
_SLOWLY_STREAMED = 10_000
_PAIRS = 3_000
_LARGE_PAIRS = 200
_MEBIBYTE = 1 << 20
_RUNS = 5


class _Proxy:
    """A proxy in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    @property
    def cpu_seconds(self) -> float:
        """What it has used so far (Linux)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stream(self, count: int) -> Callable[[], int]:
        def work() -> int:
            endpoints.stream(self.url, count)
            return count

        return work

    def one_in_flight(self, count: int, size: int) -> Callable[[], int]:
        def work() -> int:
            endpoints.one_in_flight(self.url, count, size)
            return count

        return work


@contextmanager
def _running(*command: str, url: str | None = None) -> Iterator[_Proxy]:
    """Run until the end of the block; its URL is in the first line that it prints, or given."""
    path = os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        try:
            assert process.stdout is not None
            if url is None:
                (url,) = (w for w in process.stdout.readline().split() if w.startswith("ws://"))
            yield _Proxy(process, url)
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _ours(server: str, folder: str) -> tuple[str, ...]:
    cassette = str(Path(folder) / "recorded.msgpack")
    return (sys.executable, "-m", "wsfake.cli", "record", server, "--quiet", "-o", cassette)


def _other(what: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "benchmarks.relays", what, *arguments)


def comparisons() -> Iterator[Comparison]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(_running(*_other("server"))).url
        ours = stack.enter_context(_running(*_ours(server, folder)))
        forwarder = stack.enter_context(_running(*_other("forwarder", server)))
        relay = stack.enter_context(_running(*_other("websockets", server)))
        yield from _streaming(ours, relay, forwarder)
        yield from _in_flight(ours, forwarder)
        yield compare(
            "recording proxy, 1 MiB binary there and back",
            ours.one_in_flight(_LARGE_PAIRS, _MEBIBYTE),
            "a relay with websockets",
            relay.one_in_flight(_LARGE_PAIRS, _MEBIBYTE),
            goal=1.0,
            runs=_RUNS,
        )
    with tempfile.TemporaryDirectory() as folder:
        yield from _against_mitmproxy(folder)


def _streaming(ours: _Proxy, relay: _Proxy, forwarder: _Proxy) -> Iterator[Comparison]:
    what = "recording proxy, stream of 200 B texts"
    fast, slow = ours.stream(_STREAMED), relay.stream(_SLOWLY_STREAMED)
    yield compare(what, fast, "a relay with websockets", slow, goal=5, runs=_RUNS)
    yield compare(what, fast, "a TCP forwarder", forwarder.stream(_STREAMED), runs=_RUNS)
    yield _by_cpu(ours, "a relay with websockets", relay)
    yield _by_cpu(ours, "a TCP forwarder", forwarder)


def _by_cpu(ours: _Proxy, against: str, other: _Proxy) -> Comparison:
    """Compare how much each does in a second of its own processor time."""

    def rate(proxy: _Proxy) -> float:
        before = proxy.cpu_seconds
        endpoints.stream(proxy.url, _STREAMED)
        return _STREAMED / max(proxy.cpu_seconds - before, 0.01)

    pairs = [(rate(ours), rate(other)) for _ in range(_RUNS)]
    return _of_pairs("recording proxy, 200 B texts per CPU second", against, None, pairs)


def _in_flight(ours: _Proxy, forwarder: _Proxy) -> Iterator[Comparison]:
    what, against = "recording proxy, one message of 200 B in flight", "a TCP forwarder"
    pairs: list[tuple[float, float]] = []
    medians: list[tuple[float, float]] = []
    for run in range(_RUNS + 1):
        flights = [endpoints.one_in_flight(p.url, _PAIRS, 200) for p in (ours, forwarder)]
        if run:  # the first does not count
            pairs.append((_PAIRS / flights[0].seconds, _PAIRS / flights[1].seconds))
            medians.append((1 / flights[0].median, 1 / flights[1].median))
    yield _of_pairs(what, against, 0.7, pairs)
    yield _of_pairs(f"{what}, 1 / median", against, 1 / 1.5, medians)


def _of_pairs(
    what: str, against: str, goal: float | None, pairs: list[tuple[float, float]]
) -> Comparison:
    return Comparison(
        what,
        against,
        goal,
        statistics.median(ours for ours, _ in pairs),
        statistics.median(theirs for _, theirs in pairs),
        tuple(ours / theirs for ours, theirs in pairs),
    )


def _against_mitmproxy(folder: str) -> Iterator[Comparison]:
    mitmdump = _mitmdump()
    if mitmdump is None:
        return
    with ExitStack() as stack:
        server = stack.enter_context(_running(*_other("server"))).url
        ours = stack.enter_context(_running(*_ours(server, folder)))
        port = _free_port()
        mode = f"reverse:{server.replace('ws://', 'http://')}"
        command = (str(mitmdump), "--quiet", "--mode", mode, "--listen-port", str(port))
        url = f"ws://127.0.0.1:{port}/"
        theirs = stack.enter_context(_running(*command, "--listen-host", "127.0.0.1", url=url))
        _wait_for(port)
        yield compare(
            "recording proxy, stream of 200 B texts",
            ours.stream(_STREAMED),
            "mitmproxy, reverse mode",
            theirs.stream(_SLOWLY_STREAMED),
            goal=15,
            runs=_RUNS,
        )


def _mitmdump() -> Path | None:
    """Return the program, in an environment of its own; say why where there is none."""
    program = _MITMPROXY / "bin" / "mitmdump"
    try:
        if not program.exists():
            subprocess.run([sys.executable, "-m", "venv", _MITMPROXY], check=True)
            pip = [str(_MITMPROXY / "bin" / "pip"), "install", "--quiet", "mitmproxy"]
            subprocess.run(pip, check=True, timeout=600)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"skipped: mitmproxy cannot be installed: {error}")
        return None
    return program


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
