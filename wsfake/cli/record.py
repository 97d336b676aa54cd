"""`wsfake record`: a port of ours that is the real server, and a cassette of what is said there."""

from __future__ import annotations

import argparse
import contextlib
import os
import ssl
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wsfake.cassette.files import make_folder
from wsfake.cassette.store import put_by_killed
from wsfake.cli.beside import Beside
from wsfake.cli.listening import address, is_loopback, signals, tell_dropped
from wsfake.cli.live_faults import add_fault_options, faults_of
from wsfake.cli.output import line_printer
from wsfake.cli.recording import Counts, Session
from wsfake.cli.redacting import add_redaction_options, redactor_of
from wsfake.cli.tuning import much_passing
from wsfake.errors import CassetteError, UsageError
from wsfake.harness.recording import CassetteDeck
from wsfake.harness.settings import Settings
from wsfake.live import Reactor
from wsfake.live.gate import Gate
from wsfake.live.http import header_block
from wsfake.model import normalise_url
from wsfake.ports import TLS
from wsfake.proxy import Limits, Upstream
from wsfake.proxy.upstream import MEBIBYTE
from wsfake.real_time import seconds_now

__all__ = ["add_parser"]

_TICK_SECONDS = 0.5
_COUNT_SECONDS = 5.0
_BESIDE_BYTES = 16 * MEBIBYTE
"""What has been understood and waits to be written."""


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "record", help="listen in the place of a real server, pass everything on, and record it"
    )
    parser.add_argument("url", metavar="URL", help="the real server: a ws or wss URL")
    parser.add_argument(
        "-o", "--output", metavar="FILE", required=True, help="the cassette to write (.msgpack)"
    )
    parser.add_argument(
        "--listen",
        metavar="HOST:PORT",
        default="127.0.0.1:0",
        help="where clients connect to; port 0 is a free one (%(default)s)",
    )
    parser.add_argument("--quiet", action="store_true", help="do not print the dialogue")
    parser.add_argument("--origin", help="what the server gets as Origin, in place of the client's")
    parser.add_argument(
        "--tls", action="store_true", help="listen for wss, with a throw-away certificate"
    )
    parser.add_argument(
        "--tls-cert",
        metavar="PEM",
        help="listen for wss, with the certificates and the key in this file",
    )
    parser.add_argument("--tls-key", metavar="PEM", help="the key, where it is in another file")
    parser.add_argument(
        "--ca", metavar="PEM", help="trust the real server by these authorities, too"
    )
    parser.add_argument(
        "--max-connections",
        metavar="N",
        type=int,
        default=10_000,
        help="refuse further clients while so many are there (%(default)s)",
    )
    parser.add_argument(
        "--max-message",
        metavar="MIB",
        type=float,
        default=256,
        help="a larger message passes, but neither it nor what its side says behind it is recorded"
        " (%(default)s MiB)",
    )
    add_redaction_options(parser)
    add_fault_options(parser)
    parser.set_defaults(command=record)


def record(arguments: argparse.Namespace) -> int:
    """Record until SIGINT or SIGTERM; nothing recorded is a finding."""
    url = normalise_url(arguments.url)
    _check(arguments)  # wrong use is said before anything is made
    tls = _tls(arguments)
    redactor = redactor_of(arguments)
    deck = CassetteDeck(_cassette(arguments), lambda: redactor)
    upstream = Upstream(url, _trusting(arguments.ca), arguments.origin)
    limits = Limits(message_bytes=int(arguments.max_message * MEBIBYTE))
    faults = faults_of(arguments)
    reactor = Reactor()
    beside = Beside(_BESIDE_BYTES)
    session = Session(
        reactor,
        upstream,
        deck,
        beside,
        faults=faults,
        limits=limits,
        show=None if arguments.quiet else line_printer(),
    )
    _raise_file_limit(arguments.max_connections)
    try:
        with beside, signals(lambda: reactor.call_soon_threadsafe(lambda: None)) as ended:
            gate = _listen(arguments, reactor, session, tls)
            _tell_where(gate, arguments, tls)
            with much_passing():
                _pump(session, ended)
            gate.abort()
            session.end()
    except BaseException:
        reactor.close()
        if deck.recorded and deck.refusal is None:  # which names the part file
            deck.finish("interrupted", "interrupted")
            if deck.kept is not None:
                print(f"wsfake: what was recorded until then is in {deck.kept}", file=sys.stderr)
        raise
    finally:
        if tls is not None:
            tls.forget()
    reactor.close()
    deck.finish("failed" if session.unreached else "passed", "interrupted")
    return _tell_outcome(session, deck)


def _tell_outcome(session: Session, deck: CassetteDeck) -> int:
    """Say what was recorded, or why nothing was; return the exit status."""
    if session.unreached:
        print(
            f"wsfake: nothing could be recorded: no server answered; see {deck.kept}",
            file=sys.stderr,
        )
        return 1
    if deck.kept is None:
        print(f"wsfake: nothing was recorded: {session.nobody}", file=sys.stderr)
        return 1
    print(f"wsfake: recorded {deck.kept}: {session.counts}", file=sys.stderr)
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Raise `UsageError` for what no parser has refused."""
    address(arguments.listen)
    if not 0 < arguments.max_message <= 1 << 20:
        raise UsageError(
            f"expected --max-message so many MiB, more than 0, got {arguments.max_message:g}"
        )
    if arguments.max_connections < 1:
        raise UsageError(f"expected --max-connections 1 or more, got {arguments.max_connections}")
    if arguments.tls_key is not None and arguments.tls_cert is None:
        raise UsageError("expected --tls-cert PEM, the certificate of this --tls-key")
    if arguments.origin is not None:
        header_block((("Origin", arguments.origin),))


def _cassette(arguments: argparse.Namespace) -> Settings:
    path = Path(arguments.output)
    if path.suffix != ".msgpack":
        raise UsageError(f"expected a path that ends in .msgpack, got {path}")
    if os.path.isdir(path):
        raise UsageError(f"expected a file to write, and {path} is a folder")
    make_folder(path)  # before a client comes, of whom nothing could be kept
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"expected a file that can be written to, got {path}")
    killed = put_by_killed(path)
    if killed is not None:
        print(
            f"wsfake: of a recording that was killed, {killed} is left:"
            f" wsfake convert --recover {killed} TARGET makes a cassette of it",
            file=sys.stderr,
        )
    return Settings(mode="rewrite", cassette=path)


def _listen(
    arguments: argparse.Namespace, reactor: Reactor, session: Session, tls: TLS | None
) -> Gate:
    host, port = address(arguments.listen)

    def full() -> None:
        print(
            f"wsfake: a client was refused: {arguments.max_connections} are there already"
            " (--max-connections)",
            file=sys.stderr,
        )

    try:
        return Gate(
            reactor,
            session.admit,
            host=host,
            port=port,
            tls=None if tls is None else tls.context,
            most=arguments.max_connections,
            busy=lambda: session.busy,
            on_full=full,
            on_dropped=tell_dropped,
        )
    except OSError as error:
        raise UsageError(
            f"expected an address to listen at, got {arguments.listen}: {error.strerror or error}"
        ) from None


def _tls(arguments: argparse.Namespace) -> TLS | None:
    if arguments.tls_cert is not None:
        return TLS.of_file(arguments.tls_cert, arguments.tls_key)
    return TLS.throw_away() if arguments.tls else None


def _trusting(path: str | None) -> ssl.SSLContext | None:
    if path is None:
        return None
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(path)
    except OSError as error:
        raise UsageError(f"expected certificates in {path}: {error}") from None
    return context


def _tell_where(gate: Gate, arguments: argparse.Namespace, tls: TLS | None) -> None:
    parts = urlsplit(normalise_url(arguments.url))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if not is_loopback(gate.host):
        print(
            f"wsfake: warning: everybody who reaches {gate.host} can connect to"
            f" {parts.hostname} through this port",
            file=sys.stderr,
        )
    print(f"wsfake: listening at {gate.origin}{path} (Ctrl-C ends the recording)", flush=True)
    if tls is not None and tls.ca_file is not None:
        print(f"wsfake: clients are to trust {tls.ca_file}", flush=True)


def _pump(session: Session, ended: list[int]) -> None:
    """Relay until a signal comes; say now and then how much there was."""
    last, at = session.counts, seconds_now()
    while not ended:
        try:
            session.wait(_TICK_SECONDS)
        except CassetteError:
            raise
        except Exception as error:  # noqa: BLE001 - one connection's is not that of the others
            _tell(error)
        if seconds_now() - at >= _COUNT_SECONDS:
            last, at = _tell_counts(session.counts, last, at)


def _tell(error: Exception) -> None:
    for each in error.exceptions if isinstance(error, ExceptionGroup) else [error]:
        if isinstance(each, CassetteError):
            raise each
        print(f"wsfake: a connection failed: {type(each).__name__}: {each}", file=sys.stderr)


def _tell_counts(now: Counts, last: Counts, at: float) -> tuple[Counts, float]:
    moment = seconds_now()
    if now != last:
        rate = (now.messages - last.messages) / (moment - at)
        print(f"wsfake: {now}, {rate:.0f}/s", file=sys.stderr)
    return now, moment


def _raise_file_limit(connections: int) -> None:
    """Ask for two descriptors for each connection, as far as the system gives them."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + 100
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
