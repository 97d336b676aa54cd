"""`wsfake serve`: be the server of a cassette at a real port, or its client."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from wsfake.cassette import Redactor
from wsfake.cli.listening import address, is_loopback, signals
from wsfake.cli.playing import Watcher, add_matching, entries_of, playing
from wsfake.errors import UsageError
from wsfake.harness.doors import Secure
from wsfake.model import Entry, Open, normalise_url
from wsfake.transcript.literals import printable

__all__ = ["add_parser"]

_TICK_SECONDS = 0.05


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "serve", help="be the server of a cassette at a real port, or its client"
    )
    parser.add_argument("cassette", metavar="FILE", help="the path of a cassette")
    parser.add_argument(
        "--side",
        choices=("server", "client"),
        default="server",
        help="listen as the recorded server, or connect to the URL of --at as the recorded client",
    )
    parser.add_argument(
        "--repeat",
        action="store_true",
        help="begin anew where a client comes again; by default each recorded connection is played"
        " once",
    )
    parser.add_argument("--at", metavar="URL", help="with --side client: where the server is")
    parser.add_argument(
        "--listen",
        metavar="HOST:PORT",
        default="127.0.0.1:0",
        help="where clients connect to; port 0 is a free one (%(default)s)",
    )
    parser.add_argument(
        "--speed",
        metavar="0|1|N",
        type=float,
        default=0,
        help="at once (%(default)s), as recorded (1), or so many times as fast",
    )
    parser.add_argument(
        "--tls", action="store_true", help="listen for wss, with a throw-away certificate"
    )
    parser.add_argument(
        "--tls-cert",
        metavar="PEM",
        help="listen for wss, with the certificates and the key in this file",
    )
    add_matching(parser)
    parser.set_defaults(command=serve)


def serve(arguments: argparse.Namespace) -> int:
    """Play until SIGINT or SIGTERM, or as a client to the end; a mismatch is a finding."""
    if (arguments.side == "client") != (arguments.at is not None):
        raise UsageError("expected --at URL with --side client, and not without")
    if arguments.side == "client" and arguments.repeat:
        raise UsageError("--repeat is for clients that come again: a recorded client comes once")
    connect = again = ""
    entries = entries_of(arguments.cassette)
    if arguments.side == "server":
        connect = "connect a client to the URL above"
        again = f"wsfake serve {arguments.cassette} --repeat"
    with playing(
        arguments, arguments.speed, connect=connect, again=again, repeat=arguments.repeat
    ) as watcher:
        if arguments.side == "client":
            watcher.act_client(arguments.at, entries)
        else:
            _listen(arguments, entries, watcher)
    return 0 if watcher.finish() else 1


def _listen(arguments: argparse.Namespace, entries: Sequence[Entry], watcher: Watcher) -> None:
    host, port = address(arguments.listen)
    tls: Secure = arguments.tls_cert or arguments.tls
    if not is_loopback(host):
        print(f"wsfake: warning: everybody who reaches {host} can connect", file=sys.stderr)
    wake = threading.Event()
    with signals(wake.set) as ended:
        for url in _origins(arguments.cassette, entries):
            at = watcher.harness.url_for(url, tls=tls, host=host, port=port)
            where = printable(f"{at} for {Redactor().url(url)}")
            print(f"wsfake: listening at {where} (Ctrl-C ends it)", flush=True)
            port = 0
        if tls is True:
            print(f"wsfake: clients are to trust {watcher.harness.ca_file}", flush=True)
        while not ended:
            wake.wait(_TICK_SECONDS)
            watcher.look()


def _origins(path: str, entries: Sequence[Entry]) -> list[str]:
    """Return the first URL of each origin that a cassette has connections to."""
    found: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry.what, Open):
            if "://" not in entry.what.url:
                raise UsageError(
                    f"{path}: these are clients of a script's server, {printable(entry.what.url)}:"
                    " act them with --side client --at URL"
                )
            try:
                parts = urlsplit(normalise_url(entry.what.url))
            except UsageError as error:
                raise UsageError(f"{path}: {error}") from None
            found.setdefault(f"{parts.scheme}://{parts.netloc}", entry.what.url)
    return list(found.values())
