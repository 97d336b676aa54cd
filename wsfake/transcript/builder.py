"""The builder: a transcript is written as the dialogue that it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wsfake.clock import microseconds
from wsfake.errors import TranscriptError
from wsfake.model import (
    Accept,
    Drop,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)
from wsfake.transcript.checks import (
    as_accept,
    as_bytes,
    as_close,
    as_control,
    as_drop,
    as_expected,
    as_headers,
    as_message,
    as_opening,
    as_side,
    check_answer,
    no_message,
)
from wsfake.transcript.columns import Columns
from wsfake.transcript.composition import (
    MOST_DEEP,
    TOO_DEEP,
    check_follows,
    check_parts,
    check_said,
    parts_of,
    says_nothing,
)
from wsfake.transcript.matchers import DecodedJson
from wsfake.transcript.steps import (
    AnyOrder,
    Effect,
    Fault,
    Group,
    Optional,
    Phase,
    Repeat,
    Step,
    check_fault,
)

__all__ = ["Transcript"]


class Transcript:
    """What is said on one connection, by whom, when.

    A value: every step returns a new transcript, and the old one stays as it was. Steps that a
    player of the other side expects may be any object with `__eq__`; steps that it says are `str`
    (text), `bytes` (binary), `dict` or `list` (JSON text), or a callable that makes one of these
    from the last message.

    Raises `TranscriptError` for a step that cannot be, at the step.
    """

    __slots__ = ("_cursor", "_depth", "_expected", "_length", "_opening", "_shared", "_steps")

    def __init__(
        self,
        *,
        subprotocol: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        opening: Open | None = None,
    ) -> None:
        self._shared = Columns([], [], [])
        self._length = 0
        self._steps: tuple[Step, ...] | None = None
        self._cursor = 0
        self._depth = 0
        self._opening = as_opening(opening)
        self._expected: tuple[tuple[str, Any], ...] = ()
        answer = as_accept(subprotocol, headers, ())
        if answer != Accept():
            self._shared.append(Step(0, Side.SERVER, answer))
            self._length = 1

    # What it holds

    @property
    def opening(self) -> Open | None:
        """The client's opening handshake, where it is known."""
        return self._opening

    @property
    def expected_headers(self) -> tuple[tuple[str, Any], ...]:
        """What `expects_handshake` asked for."""
        return self._expected

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps so far; each has `at`, `side` and `what`."""
        if self._steps is None:
            self._steps = self._shared.steps(self._length)
        return self._steps

    @property
    def columns(self) -> Columns:
        """The steps so far by columns, to be kept and changed."""
        return self._shared.first(self._length)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Transcript):
            return NotImplemented
        return (
            self.opening == other.opening
            and self.expected_headers == other.expected_headers
            and self.steps == other.steps
        )

    def __hash__(self) -> int:
        return hash((self.opening, self._length))

    def __str__(self) -> str:
        from wsfake.transcript.writing import write_transcript  # noqa: PLC0415 - it needs this class

        return write_transcript(self)

    def __repr__(self) -> str:
        return f"<Transcript of {self._length} steps>"

    @classmethod
    def parse(cls, text: str) -> Transcript:
        """Return the transcript of which this is the text form.

        Raises `TranscriptSyntaxError`, which names the line.
        """
        from wsfake.transcript.parsing import parse_transcript  # noqa: PLC0415 - it needs this class

        return parse_transcript(text)

    # Messages

    def client(self, message: Any) -> Transcript:
        """The client says `message`."""
        return self._message(Side.CLIENT, message)

    def server(self, message: Any) -> Transcript:
        """The server says `message`."""
        return self._message(Side.SERVER, message)

    def client_json(self, matcher: Any) -> Transcript:
        """The client says a JSON text whose decoded value equals `matcher`."""
        return self._with(Side.CLIENT, DecodedJson.of(matcher))

    def server_json(self, matcher: Any) -> Transcript:
        """The server says a JSON text whose decoded value equals `matcher`.

        A player of the server says the value itself, which is then to be no matcher.
        """
        return self._with(Side.SERVER, DecodedJson.of(matcher))

    def client_pings(self, payload: bytes = b"") -> Transcript:
        """The client sends a ping that it names; others are answered, and never matched."""
        return self._with(Side.CLIENT, Ping(as_control(payload)))

    def server_pings(self, payload: bytes = b"") -> Transcript:
        """The server sends a ping; hosts answer it without their script."""
        return self._with(Side.SERVER, Ping(as_control(payload)))

    def client_pongs(self, payload: bytes = b"") -> Transcript:
        """The client sends a pong that it names, asked for or not (RFC 6455 section 5.5.3)."""
        return self._with(Side.CLIENT, Pong(as_control(payload)))

    def server_pongs(self, payload: bytes = b"") -> Transcript:
        """The server sends a pong that it names, asked for or not (RFC 6455 section 5.5.3)."""
        return self._with(Side.SERVER, Pong(as_control(payload)))

    # The end of a connection

    def client_closes(
        self, code: int | None = None, reason: str | None = None, *, empty: bool = False
    ) -> Transcript:
        """The client sends a Close; `empty` for one without a code.

        A code or reason that is left out may be any; said by a player, it is 1000 and "".
        """
        return self._with(Side.CLIENT, as_close(code, reason, empty=empty))

    def server_closes(
        self, code: int | None = None, reason: str | None = None, *, empty: bool = False
    ) -> Transcript:
        """The server sends a Close; `empty` for one without a code.

        A code or reason that is left out may be any; said by a player, it is 1000 and "".
        """
        return self._with(Side.SERVER, as_close(code, reason, empty=empty))

    def client_drops(self, *, reset: bool = False, inside: str | bytes | None = None) -> Transcript:
        """TCP ends from the client's side without a Close."""
        return self._with(Side.CLIENT, as_drop(reset, inside))

    def server_drops(self, *, reset: bool = False, inside: str | bytes | None = None) -> Transcript:
        """TCP ends from the server's side without a Close; `inside` the given part of a message."""
        return self._with(Side.SERVER, as_drop(reset, inside))

    # The opening handshake

    def expects_handshake(
        self, *, headers: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()
    ) -> Transcript:
        """The client's opening handshake has these headers; values are compared with `==`."""
        new = self._copy()
        new._expected = self._expected + as_expected(headers)
        return new

    def server_accepts(
        self,
        subprotocol: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        extensions: Iterable[str] = (),
    ) -> Transcript:
        """The server's answer is 101; needed only where it is late, or says more than that."""
        return self._with(Side.SERVER, as_accept(subprotocol, headers, extensions))

    def server_rejects(
        self,
        status: int,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: str | bytes = b"",
        *,
        keep_open: bool = False,
    ) -> Transcript:
        """The server's answer is an HTTP response; TCP then ends, unless it is kept open."""
        content = body.encode() if isinstance(body, str) else as_bytes(body)
        rejected = self.fault("handshake", Reject(status, as_headers(headers), content))
        return rejected if keep_open else rejected.server_drops()

    def server_refuses(self, why: str = "refused") -> Transcript:
        """No connection can be made; `why` as in `Refuse`."""
        return self.fault("connect", Refuse(why))

    # What goes wrong

    def server_stalls(self) -> Transcript:
        """The server answers nothing from here on; as the first step, not even the handshake."""
        return self.fault("message" if self._length else "handshake", Stall())

    def client_stalls(self) -> Transcript:
        """The client answers nothing from here on."""
        return self.fault("message", Stall(), side="client")

    def server_raw(self, data: bytes) -> Transcript:
        """The server puts these bytes on the wire as they are."""
        return self.fault("message", Raw(as_bytes(data)))

    def client_raw(self, data: bytes) -> Transcript:
        """The client puts these bytes on the wire as they are."""
        return self.fault("message", Raw(as_bytes(data)), side="client")

    def fault(self, phase: Phase, effect: Effect, side: str | Side = "server") -> Transcript:
        """Something goes wrong; the steps named for it are short for this.

        `phase` is `"connect"`, `"handshake"` (in place of the server's answer), `"message"` (here),
        or `"close"` (in place of the answer to the other side's Close); `effect` is a `Refuse`,
        `Reject`, `Stall`, `Drop` or `Raw`. `EFFECTS` says which go together.
        """
        by = side if isinstance(side, Side) else as_side(side)
        check_fault(phase, effect, by)
        bare = phase == "message" or isinstance(effect, Refuse | Reject)
        return self._with(by, effect if bare else Fault(phase, effect))

    # Time and choice

    def pause(self, seconds: float) -> Transcript:
        """Delay the player's own next step; a script is never required to be late."""
        if not isinstance(seconds, int | float) or not 0 <= seconds < 10**9:
            raise TranscriptError(f"expected a number of seconds, 0 or more, got {seconds!r}")
        new = self._copy()
        new._cursor = self._cursor + microseconds(seconds)
        return new

    def any_order(self, *parts: Transcript) -> Transcript:
        """These parts come in whatever order the script begins them; each is played whole.

        A message begins the first part that it fits, and no other is tried if that does not go on.
        """
        return self._group(AnyOrder(tuple(map(_part, parts))))

    def repeat(self, times: int | None, part: Transcript) -> Transcript:
        """This part comes `times` times, or any number of times where that is None.

        A message with which it can begin again is its own, whatever comes after it.
        """
        if times is not None and (type(times) is not int or not 0 <= times < 10**18):
            raise TranscriptError(f"expected a number of times, or None for any, got {times!r}")
        if times is None and says_nothing(_part(part)):
            raise TranscriptError("expected a part with at least one step to repeat without end")
        return self._group(Repeat(times, _part(part)))

    def optional(self, part: Transcript) -> Transcript:
        """This part comes or does not.

        A message with which it can begin is its own, whatever comes after it.
        """
        return self._group(Optional(_part(part)))

    # How it grows

    def _message(self, side: Side, message: Any) -> Transcript:
        if isinstance(message, Transcript):
            raise no_message(message)
        return self._with(side, as_message(message))

    def _group(self, group: Group) -> Transcript:
        return self._with(None, group)

    def _with(self, side: Side | None, what: Any) -> Transcript:
        return self.with_step(Step(self._cursor, side, what))

    def with_step(self, step: Step) -> Transcript:
        """Append a step as it is; its time moves the time of what comes after.

        Raises `TranscriptError` where the step cannot be, or not after those before it.
        """
        depth = self._depth
        if step.side is None:
            depth = max(depth, _depth_of(step.what))
        if self._length:
            before = self._shared.whats[self._length - 1]
            check_follows(step.what, before)
            if type(before) is Drop:
                check_said(step, self._shared, self._length)
        else:
            check_answer(step.what)
        new = self._copy()
        if len(new._shared) != new._length:  # the columns have grown along another branch
            new._shared = new._shared.first(new._length)
        new._shared.append(step)
        new._length += 1
        new._cursor = max(new._cursor, step.at)
        new._depth = depth
        return new

    def with_opening(self, opening: Open) -> Transcript:
        """Say what the client's opening handshake is, or was."""
        new = self._copy()
        new._opening = as_opening(opening)
        return new

    def _copy(self) -> Transcript:
        # The columns are shared and only ever appended to, so that n steps cost n and not n².
        new = object.__new__(Transcript)
        new._shared = self._shared
        new._length = self._length
        new._steps = None
        new._cursor = self._cursor
        new._depth = self._depth
        new._opening = self._opening
        new._expected = self._expected
        return new


def _depth_of(group: Group) -> int:
    """Return how deep groups stand in one another; raise `TranscriptError` where it cannot be."""
    check_parts(group)
    depth = 1 + max((part._depth for part in parts_of(group)), default=0)
    if depth > MOST_DEEP:
        raise TranscriptError(TOO_DEEP)
    return depth


def _part(part: object) -> Transcript:
    if not isinstance(part, Transcript):
        raise TranscriptError(f"expected a Transcript, got {type(part).__name__}: {part!r}")
    steps = part.steps
    if part._cursor > (steps[-1].at if steps else 0):
        raise TranscriptError(
            "expected a step after the last pause of a part, which delays nothing"
        )
    return part
