"""Carrying out the rows of a profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple, Protocol

from wsfake.errors import UsageError
from wsfake.model import Close, Drop, Event, Message, Pong
from wsfake.script_api.conversions import CLOSE_ARGUMENTS, CONVERTERS, REASONS
from wsfake.script_api.facts import Given
from wsfake.script_api.profiles.table import FACTS, STATES, Operation, Profile, Row
from wsfake.script_api.urls import READERS

__all__ = ["CompiledProfile", "Socket", "compile_profile"]


class Socket(Protocol):
    """What the operations work on."""

    state: str

    def goto(self, state: str) -> None: ...

    def say(self, what: Event) -> None: ...

    def hold(self, what: Event) -> None: ...

    def release(self) -> None: ...

    def fire(self, event: str, *arguments: Any) -> None: ...

    def later(self, fact: str) -> None: ...

    def throw(self, name: str, message: str) -> None: ...

    def buffer(self, message: Message, *, leaves: bool) -> None: ...


Action = Callable[[Socket, Given], None]


class CompiledProfile(NamedTuple):
    """A profile whose rows are ready to be carried out."""

    profile: Profile
    local: dict[tuple[str, str], Action]
    remote: dict[tuple[str, str], Action]
    sending: frozenset[str]
    """The states in which `send` sends the message, and nothing else."""
    hearing: frozenset[str]
    """The states in which a message that comes is handed to the script, and nothing else."""
    deaf: frozenset[str]
    """The states in which nothing that comes from the wire does anything."""


_NAMED: dict[str, Mapping[str, object]] = {
    "convert": CONVERTERS,
    "close_arguments": CLOSE_ARGUMENTS,
    "urls": READERS,
    "reasons": REASONS,
}

_compiled: dict[int, CompiledProfile] = {}


def compile_profile(profile: Profile) -> CompiledProfile:
    """Return a profile with its rows compiled, once for each profile.

    Raises `UsageError` for an operation, or the name of a function, that there is not, and where a
    row is missing.
    """
    known = _compiled.get(id(profile))  # which keeps the profile, so that no other has its id
    if known is not None:
        return known
    profile.check()
    for field, known_names in _NAMED.items():
        if getattr(profile, field) not in known_names:
            import_module("wsfake.script_api.browser.websocket")  # which brings names of its own
        if getattr(profile, field) not in known_names:
            raise UsageError(
                f"profile {profile.name!r}: expected {field} to be one of {', '.join(known_names)},"
                f" got {getattr(profile, field)!r}"
            )
    compiled = CompiledProfile(
        profile,
        {_key(name): _compile_row(row) for name, row in profile.local.items()},
        {_key(name): _compile_row(row) for name, row in profile.remote.items()},
        frozenset(state for state in STATES if _is_only(profile.local[f"{state} send"], _SENDS)),
        frozenset(
            state
            for state in STATES
            if _is_only(profile.remote[f"{state} text"], _HANDS_ON)
            and _is_only(profile.remote[f"{state} binary"], _HANDS_ON)
        ),
        frozenset(
            state
            for state in STATES
            if not any(profile.remote[f"{state} {fact}"] for fact in FACTS)
        ),
    )
    _compiled[id(profile)] = compiled
    return compiled


_SENDS = ["wire", "message"]
_HANDS_ON = ["fire", "message"]


def _is_only(row: Row, operation: list[str]) -> bool:
    return [list(each) for each in row] == [operation]


def _key(name: str) -> tuple[str, str]:
    state, _, rest = name.partition(" ")
    return state, rest


def _compile_row(row: Row) -> Action:
    steps = [(operation[0] == "fire", _compile(operation)) for operation in row]
    return steps[0][1] if len(steps) == 1 else _sequence(steps)


def _sequence(steps: Sequence[tuple[bool, Action]]) -> Action:
    def carry_out(socket: Socket, given: Given) -> None:
        for fires, action in steps:
            state = socket.state
            action(socket, given)
            if fires and socket.state != state:
                return  # a handler has called close(), and the row of that call has done the rest

    return carry_out


def _compile(operation: Operation) -> Action:
    verb, *arguments = operation
    compiler = _COMPILERS.get((verb, arguments[0])) or _COMPILERS.get((verb, None))
    if compiler is None:
        raise UsageError(f"expected an operation of a profile's row, got {list(operation)!r}")
    return compiler(*arguments)


def _goto(state: str) -> Action:
    if state not in STATES:
        raise UsageError(f"expected a state, one of {', '.join(STATES)}, got {state!r}")
    return lambda socket, given: socket.goto(state)


def _fire(event: str) -> Action:
    return lambda socket, given: socket.fire(event)


def _fire_message(event: str) -> Action:
    return lambda socket, given: socket.fire(event, given.message)


def _fire_close(event: str, code: int | str, reason: str, clean: bool) -> Action:
    return lambda socket, given: socket.fire(
        event,
        given.code if code == "given" else code,
        given.shown if reason == "given" else reason,
        clean,
    )


def _send_message(_: str) -> Action:
    return lambda socket, given: socket.say(given.message)


def _send_close(_: str, code: int | str | None, reason: str) -> Action:
    return lambda socket, given: socket.say(
        Close(
            given.code if isinstance(code, str) else code,
            given.reason if reason == "given" else reason,
        )
    )


def _send_pong(_: str) -> Action:
    return lambda socket, given: socket.say(_pong(given))


def _pong(given: Given) -> Pong:
    assert isinstance(given.message, bytes)
    return Pong(given.message)


def _drop(_: str) -> Action:
    return lambda socket, given: socket.say(Drop())


def _hold_message(_: str) -> Action:
    return lambda socket, given: socket.hold(given.message)


def _hold_pong(_: str) -> Action:
    return lambda socket, given: socket.hold(_pong(given))


def _release(_: str) -> Action:
    return lambda socket, given: socket.release()


def _later(fact: str) -> Action:
    if fact not in FACTS:
        raise UsageError(f"expected a fact, one of {', '.join(FACTS)}, got {fact!r}")
    return lambda socket, given: socket.later(fact)


def _throw(name: str, message: str) -> Action:
    return lambda socket, given: socket.throw(name, message)


def _buffer(what: str) -> Action:
    return lambda socket, given: socket.buffer(given.message, leaves=what == "leaving")


_COMPILERS: dict[tuple[str, str | None], Callable[..., Action]] = {
    ("goto", None): _goto,
    ("fire", "open"): _fire,
    ("fire", "message"): _fire_message,
    ("fire", "error"): _fire,
    ("fire", "close"): _fire_close,
    ("wire", "message"): _send_message,
    ("wire", "close"): _send_close,
    ("wire", "pong"): _send_pong,
    ("wire", "drop"): _drop,
    ("wire", "held"): _release,
    ("hold", "message"): _hold_message,
    ("hold", "pong"): _hold_pong,
    ("later", None): _later,
    ("throw", None): _throw,
    ("buffer", "leaving"): _buffer,
    ("buffer", "lost"): _buffer,
}
