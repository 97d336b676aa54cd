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
    ["hold", "message"]                     write it, without its being sent yet
    ["hold", "pong"]
    ["wire", "held"]                        send what was held
    ["later", FACT]                         let a fact come, in a task of its own
    ["throw", NAME, TEXT]                   raise a `DOMException` out of the call
    ["buffer", "leaving"]                   count the message's bytes until they are on their way
    ["buffer", "lost"]                      count them for ever: they will never be

A row ends early where a handler that it fired has led the socket to another state, by `close()`:
what was still to come has then been done by the row of that call.

*Local* rows are named `STATE CALL`; the calls are `send` and `close`. *Remote* rows are named
`STATE FACT`; the facts are in `FACTS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from wsfake.errors import UsageError
from wsfake.script_api.violations import VIOLATIONS

__all__ = ["CALLS", "FACTS", "STATES", "Operation", "Profile", "Row", "rows"]

Operation: TypeAlias = Sequence[Any]
Row: TypeAlias = Sequence[Operation]

STATES: dict[str, int] = {
    "connecting": 0,  # TCP is not connected yet
    "handshaking": 0,  # TCP is connected, and the request is sent
    "rejected": 0,  # an HTTP answer refused the handshake, TCP is still open
    "failing": 0,  # it will not open any more, and its handlers are being told
    "open": 1,
    "ending": 1,  # the peer has ended its stream, behind what is being read
    "torn": 1,  # the peer has reset the connection, behind what is being read
    "dropping": 1,  # the connection is lost, and the handlers are being told
    "closing": 2,
    "closed": 3,
}
"""The states of a socket, each with the `readyState` that a script reads in it."""

CALLS = ("send", "close")

FACTS = (
    "connected",  # TCP is
    "accept",
    "accept with options",  # of `Connection`, besides `upgrade`
    "reject",  # once for a refusal by HTTP, and once more for every line of its body
    "refuse",
    "refuse tls",  # refused at a wss URL
    "text",
    "binary",
    "ping",
    "pong",
    "close",
    "close empty",  # a Close without a code
    "close invalid",  # with a code that the host does not take
    "violation",  # of the protocol; comes with the code and the reason that the host gives
    "end ahead",  # the stream ends behind what has come and is not read yet
    "reset ahead",  # a reset has come with it
    "frame timeout",  # a frame, or a message of several, has stayed incomplete for too long
    "drop",
    "failed",  # the script gave up while it connected, and is now told of it
)


class Profile(NamedTuple):
    """A host's behaviour."""

    name: str
    host: str
    local: Mapping[str, Row]
    remote: Mapping[str, Row]
    close_codes: Sequence[Sequence[int]]
    """The ranges of codes that the host takes in a Close from its peer: the first and the last."""
    violations: Mapping[str, Sequence[Any] | None]
    """The code and the reason for each kind of violation, as named in `violations.VIOLATIONS`.

    None for what is no violation to this host.
    """
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
    lints: Sequence[str] = ()
    """The mistakes to warn of: names in `lints.LINTS`."""
    reasons: str = "qt"
    """What is shown of a close reason: a name in `conversions.REASONS`."""
    largest_frame: int = 2**31 - 2
    """The most bytes that the host takes in a frame, and in a message."""
    frame_timeout: float | None = None
    """Seconds for which a frame or a message may stay incomplete; None for ever."""
    face: str = "qt"
    """Which classes a script sees: a name in `faces.FACES`."""
    servers: bool = True
    """Whether scripts may listen, with `WebSocketServer`."""
    server_name: str = "HighFidelity - Scripted WebSocket Listener"
    unmeasured: Mapping[str, str] = {}
    """Which rows and fields were not measured, each with where they were read."""

    def as_data(self) -> dict[str, Any]:
        """Return the profile as JSON has it; `Profile(**data)` is the same profile again."""
        data: dict[str, Any] = _plain(self._asdict())
        return data

    def check(self) -> None:
        """Raise `UsageError` where a row, or the answer to a violation, is missing."""
        self._check_rows("local", self.local, CALLS)
        self._check_rows("remote", self.remote, FACTS)
        missing = [name for name in VIOLATIONS if name not in self.violations]
        if missing:
            raise UsageError(f"profile {self.name!r}: no code and reason for {', '.join(missing)}")

    def _check_rows(self, kind: str, rows: Mapping[str, Row], columns: Sequence[str]) -> None:
        expected = {f"{state} {column}" for state in STATES for column in columns}
        missing, extra = sorted(expected - rows.keys()), sorted(rows.keys() - expected)
        if missing or extra:
            raise UsageError(
                f"profile {self.name!r}: the {kind} rows must be complete"
                f" (missing: {', '.join(missing) or 'none'}; unknown: {', '.join(extra) or 'none'})"
            )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def rows(text: Mapping[str, Row], states: Sequence[str], columns: Sequence[str]) -> dict[str, Row]:
    """Return rows in which nothing happens for all that `text` does not name."""
    nothing: dict[str, Row] = {f"{state} {column}": [] for state in states for column in columns}
    return nothing | dict(text)
