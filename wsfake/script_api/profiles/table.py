"""The form of a profile: situations, and what happens in each.

A row is a list of operations, in order. It is plain data, so that it can be written as JSON and
read by an interpreter in another language. The operations:

    ["goto", STATE]                         the socket is in this state from now on
    ["fire", "open"]                        call the handler: with what its host hands it
    ["fire", "message"]
    ["fire", "error"]
    ["fire", "close", CODE, REASON, CLEAN]  CODE and REASON may be "given": as they came
    ["wire", "message"]                     send what the call was given
    ["wire", "close", CODE, REASON]         send a Close
    ["wire", "pong"]                        answer a ping with its payload
    ["wire", "drop"]                        end TCP
    ["each line", OPERATION]                once for each line of an HTTP refusal's body
    ["later", FACT]                         let a fact come, in a task of its own
    ["throw", NAME, TEXT]                   raise a `DOMException` out of the call
    ["buffer", "leaving"]                   count the message's bytes until they are on their way
    ["buffer", "lost"]                      count them for ever: they will never be

*Local* rows are named `STATE CALL`; the calls are `send` and `close`. *Remote* rows are named
`STATE FACT`; the facts are in `FACTS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from attrs import field, frozen

from wsfake.errors import UsageError
from wsfake.script_api.violations import VIOLATIONS

__all__ = ["CALLS", "FACTS", "STATES", "Operation", "Profile", "Row"]

Operation: TypeAlias = Sequence[Any]
Row: TypeAlias = Sequence[Operation]

STATES: dict[str, int] = {
    "connecting": 0,
    "rejected": 0,  # an HTTP answer refused the handshake, TCP is still open
    "open": 1,
    "closing": 2,
    "closed": 3,
}
"""The states of a socket, each with the `readyState` that a script reads in it."""

CALLS = ("send", "close")

FACTS = (
    "accept",
    "reject",
    "refuse",
    "refuse tls",  # refused at a wss URL
    "text",
    "binary",
    "ping",
    "pong",
    "close",
    "close empty",  # a Close without a code
    "close invalid",  # with a code that the host does not take
    "close reset",  # a Close, and the connection reset before it could be answered
    "violation",  # bytes that are no frames; comes with the code and the reason that the host gives
    "drop",
    "failed",  # the script gave up while it connected, and is now told of it
)


def _complete(profile: Profile, attribute: Any, rows: Mapping[str, Row]) -> None:
    columns = CALLS if attribute.name == "local" else FACTS
    expected = {f"{state} {column}" for state in STATES for column in columns}
    missing, extra = sorted(expected - rows.keys()), sorted(rows.keys() - expected)
    if missing or extra:
        raise UsageError(
            f"profile {profile.name!r}: the {attribute.name} rows must be complete"
            f" (missing: {', '.join(missing) or 'none'}; unknown: {', '.join(extra) or 'none'})"
        )


def _name_all(profile: Profile, attribute: Any, named: Mapping[str, object]) -> None:
    missing = [name for name in VIOLATIONS if name not in named]
    if missing:
        raise UsageError(f"profile {profile.name!r}: no code and reason for {', '.join(missing)}")


@frozen
class Profile:
    """A host's behaviour. Raises `UsageError` where a row is missing."""

    name: str
    host: str
    local: Mapping[str, Row] = field(validator=_complete)
    remote: Mapping[str, Row] = field(validator=_complete)
    close_codes: Sequence[tuple[int, int]]
    """The ranges of codes that the host takes in a Close from its peer."""
    violations: Mapping[str, tuple[int, str]] = field(validator=_name_all)
    """The code and the reason for each kind of violation, as named in `violations.VIOLATIONS`."""
    convert: str
    """How `send` converts what it is given: a name in `conversions.CONVERTERS`."""
    close_arguments: str
    """How `close` converts its arguments: a name in `conversions.CLOSE_ARGUMENTS`."""
    urls: str
    """How the URL is read: a name in `urls.READERS`."""
    binary_type: str
    class_constants: bool
    """Whether `WebSocket.OPEN` is defined, and not only `socket.OPEN`."""
    signal_connects_twice: bool
    """Whether a function that is connected twice is called twice."""
    lints: frozenset[str] = frozenset()
    """The mistakes to warn of: names in `lints.LINTS`."""
    face: str = "qt"
    """Which classes a script sees: a name in `faces.FACES`."""
    servers: bool = True
    """Whether scripts may listen, with `WebSocketServer`."""
    server_name: str = "HighFidelity - Scripted WebSocket Listener"


def rows(text: Mapping[str, Row], states: Sequence[str], columns: Sequence[str]) -> dict[str, Row]:
    """Return rows in which nothing happens for all that `text` does not name."""
    nothing: dict[str, Row] = {f"{state} {column}": () for state in states for column in columns}
    return nothing | dict(text)
