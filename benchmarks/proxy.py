"""The recording proxy against proxies that record nothing, or less; picows at both ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import endpoints
from benchmarks.children import Unavailable, environment
from benchmarks.measuring import Row, Skipped, compare, compare_seconds

__all__ = ["rows"]

_ROOT = Path(__file__).resolve().parents[1]
_PATIENCE = 60
_STREAMED = 100_000
_SLOWLY_STREAMED = 10_000
_PAIRS = 3_000
_LARGE_PAIRS = 40
_RUNS = 9
"""Of what takes a second or less: one process waits for another all the time, which varies."""

_MEBIBYTE = 1 << 20
_RELAY, _FORWARDER = "a relay with websockets", "a TCP forwarder in asyncio"


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

    def cpu_of(self, work: Callable[[], object]) -> Callable[[], float]:
        """Return what measures how much of a processor it takes for this."""

        def measure() -> float:
            before = self.cpu_seconds
            work()
            return self.cpu_seconds - before

        return measure

    def median(self) -> float:
        return endpoints.one_in_flight(self.url, _PAIRS, 200).median

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


@contextmanager
def _recording(server: str) -> Iterator[_Proxy]:
    """Run ours until the end of the block, when what it recorded is deleted.

    So no row pays for the memory that the system takes for a file of gigabytes.
    """
    with tempfile.TemporaryDirectory() as folder:
        cassette = str(Path(folder) / "recorded.msgpack")
        command = ("wsfake.cli", "record", server, "--quiet", "-o", cassette)
        with _running(sys.executable, "-m", *command) as proxy:
            yield proxy


def _other(what: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "benchmarks.relays", what, *arguments)


def rows() -> Iterator[Row | Skipped]:
    with ExitStack() as stack:
        server = stack.enter_context(_running(*_other("server"))).url
        forwarder = stack.enter_context(_running(*_other("forwarder", server)))
        relay = stack.enter_context(_running(*_other("websockets", server)))
        with _recording(server) as ours:
            yield from _streaming(ours, relay, forwarder)
        with _recording(server) as ours:
            yield from _in_flight(ours, forwarder)
        with _recording(server) as ours:
            yield from _large(ours, relay)
        with _recording(server) as ours:
            yield from _against_mitmproxy(ours, server)


def _streaming(ours: _Proxy, relay: _Proxy, forwarder: _Proxy) -> Iterator[Row]:
    what = "recording, stream of 200 B texts"
    fast, slow = ours.stream(_STREAMED), relay.stream(_SLOWLY_STREAMED)
    yield compare(what, fast, _RELAY, slow, goal=5)
    yield compare(what, fast, _FORWARDER, forwarder.stream(_STREAMED))
    for against, other in ((_RELAY, relay), (_FORWARDER, forwarder)):
        yield compare_seconds(
            "recording, CPU seconds for 100,000 texts of 200 B",
            ours.cpu_of(fast),
            against,
            other.cpu_of(other.stream(_STREAMED)),
        )


def _in_flight(ours: _Proxy, forwarder: _Proxy) -> Iterator[Row]:
    what = "recording, one message of 200 B in flight"
    our, their = (proxy.one_in_flight(_PAIRS, 200) for proxy in (ours, forwarder))
    yield compare(what, our, _FORWARDER, their, goal=0.7, runs=_RUNS)
    yield compare_seconds(
        f"{what}, median", ours.median, _FORWARDER, forwarder.median, goal=1.5, runs=_RUNS
    )
    yield compare_seconds(
        f"{what}, CPU seconds for {_PAIRS:,}",
        ours.cpu_of(our),
        _FORWARDER,
        forwarder.cpu_of(their),
        runs=_RUNS,
    )


def _large(ours: _Proxy, relay: _Proxy) -> Iterator[Row]:
    what = "recording, 1 MiB binary there and back"
    our, their = (proxy.one_in_flight(_LARGE_PAIRS, _MEBIBYTE) for proxy in (ours, relay))
    yield compare(what, our, _RELAY, their, goal=1.0, runs=_RUNS)
    yield compare_seconds(
        f"{what}, CPU seconds for {_LARGE_PAIRS}",
        ours.cpu_of(our),
        _RELAY,
        relay.cpu_of(their),
        runs=_RUNS,
    )


def _against_mitmproxy(ours: _Proxy, server: str) -> Iterator[Row | Skipped]:
    what, against, goal = "recording, stream of 200 B texts", "mitmproxy, reverse mode", 15
    try:
        mitmdump = Path(environment("mitmproxy")).with_name("mitmdump")
    except Unavailable as error:
        yield Skipped(what, against, goal, "per second", str(error))
        return
    port = _free_port()
    mode = f"reverse:{server.replace('ws://', 'http://')}"
    command = (str(mitmdump), "--quiet", "--mode", mode, "--listen-port", str(port))
    url = f"ws://127.0.0.1:{port}/"
    with _running(*command, "--listen-host", "127.0.0.1", url=url) as theirs:
        _wait_for(port)
        yield compare(
            what, ours.stream(_STREAMED), against, theirs.stream(_SLOWLY_STREAMED), goal=goal
        )


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
