"""Entries as plain arrays, and arrays as entries: what a cassette's entry looks like in msgpack.

An entry is one flat array, `[at, connection, side, kind, ...fields]`. Whatever comes from a file is
untrusted: `decode` accepts nothing that `encode` would not have made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from operator import countOf
from typing import Any, NamedTuple

from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Entries,
    Entry,
    Gap,
    Headers,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)
from wsfake.wire.payloads import MOST_CONTROL

__all__ = [
    "MAX_AT",
    "MAX_CONNECTION",
    "MAX_ITEMS",
    "Array",
    "decode",
    "decode_into",
    "decode_messages",
    "encode",
    "encode_messages",
]

MAX_AT = 2**53 - 1
"""Microseconds. The largest integer that every language's JSON and floats still hold exactly."""

MAX_CONNECTION = 2**31 - 1

MAX_ITEMS = 4096
"""The items of any array in an entry; a header takes two of them."""

Array = tuple[Any, ...]

_MESSAGE = 0
_SIDES = (Side.CLIENT, Side.SERVER)
_SIDE = {Side}
_MESSAGES = {str, bytes}
_CLIENT = Side.CLIENT
_side_of = dict(enumerate(_SIDES)).__getitem__
_new_entry = tuple.__new__  # the constructor of a named tuple takes three times as long


class _Field(NamedTuple):
    """How one attribute of an event is written, and what is accepted for it when it is read."""

    pack: Callable[[Any], object]
    unpack: Callable[[object], object]


def _same(value: object) -> object:
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise ValueError(f"expected a text, got {type(value).__name__}")
    return value


def _binary(value: object) -> bytes:
    if type(value) is not bytes:
        raise ValueError(f"expected bytes, got {type(value).__name__}")
    return value


def _control(value: object) -> bytes:
    payload = _binary(value)
    if len(payload) > MOST_CONTROL:
        raise ValueError(
            f"expected at most 125 bytes (RFC 6455 section 5.5), got {len(payload)} bytes"
        )
    return payload


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError(f"expected true or false, got {type(value).__name__}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if type(value) is not tuple:
        raise ValueError(f"expected an array of texts, got {type(value).__name__}")
    for text in value:
        if type(text) is not str:
            _text(text)  # which says what is wrong
    return value


def _flatten(headers: Headers) -> tuple[str, ...]:
    flat = tuple(part for name, value in headers for part in (name, value))
    if len(flat) > MAX_ITEMS:
        raise ValueError(f"expected at most {MAX_ITEMS // 2} headers, got {len(headers)}")
    return flat


def _headers(value: object) -> Headers:
    flat = _texts(value)
    if len(flat) % 2:
        raise ValueError("expected headers as names and values, got a name without a value")
    parts = iter(flat)
    return tuple(zip(parts, parts, strict=True)) if flat else ()


def _optional(unpack: Callable[[object], object]) -> Callable[[object], object]:
    return lambda value: None if value is None else unpack(value)


def _between(low: int, high: int) -> Callable[[object], int]:
    def unpack(value: object) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"expected an integer from {low} to {high}, got {_show(value)}")
        return value

    return unpack


def _message(value: object) -> str | bytes:
    if type(value) is not str and type(value) is not bytes:
        raise ValueError(f"expected a text or bytes, got {type(value).__name__}")
    return value


def _show(value: object) -> str:
    return repr(value) if isinstance(value, int | float) else type(value).__name__


_TEXT = _Field(_same, _text)
_BINARY = _Field(_same, _binary)
_CONTROL = _Field(_same, _control)
_TEXTS = _Field(tuple, _texts)
_HEADERS = _Field(_flatten, _headers)

_EVENTS: dict[int, tuple[Callable[..., Any], dict[str, _Field]]] = {
    1: (Open, {"url": _TEXT, "headers": _HEADERS, "subprotocols": _TEXTS, "extensions": _TEXTS}),
    2: (
        Accept,
        {
            "subprotocol": _Field(_same, _optional(_text)),
            "headers": _HEADERS,
            "extensions": _TEXTS,
        },
    ),
    3: (
        Reject,
        {"status": _Field(_same, _between(100, 999)), "headers": _HEADERS, "body": _BINARY},
    ),
    4: (Refuse, {"why": _TEXT}),
    5: (Ping, {"payload": _CONTROL}),
    6: (Pong, {"payload": _CONTROL}),
    7: (Close, {"code": _Field(_same, _optional(_between(0, 65535))), "reason": _TEXT}),
    8: (Drop, {"reset": _Field(_same, _flag), "inside": _Field(_same, _optional(_message))}),
    9: (Raw, {"data": _BINARY}),
    10: (Stall, {}),
    11: (Gap, {"why": _TEXT}),
    12: (End, {}),
}
_KINDS = {event: (kind, fields) for kind, (event, fields) in _EVENTS.items()}

_at = _between(0, MAX_AT)
_connection = _between(1, MAX_CONNECTION)
_side = _between(0, 1)
_kind = _between(0, len(_EVENTS))


def encode(entry: Entry) -> Array:
    """Return an entry as the array that stands for it in a cassette.

    Raises `ValueError` for an entry that no cassette can hold. A lone surrogate in a text is not
    found here but by msgpack, which raises `UnicodeEncodeError`.
    """
    at, connection, side, what = entry
    if (  # the hot path: nearly every entry is a message
        (type(what) is str or type(what) is bytes)
        and type(at) is type(connection) is int
        and 0 <= at <= MAX_AT
        and 1 <= connection <= MAX_CONNECTION
        and isinstance(side, Side)
    ):
        return (at, connection, 0 if side is _CLIENT else 1, _MESSAGE, what)
    return _encode_event(entry)


def encode_messages(entries: Entries, last: int) -> list[Array] | None:
    """Return what `encode` does for each entry, where all are messages and in order of time.

    None where they are not, or one cannot be encoded. `last` is the time before the first, in
    microseconds. Works by columns, in a third of the time of `encode`.
    """
    ats, connections, whats = entries.ats, entries.connections, entries.whats
    if not _sound((ats, connections), whats, last) or not set(map(type, entries.sides)) <= _SIDE:
        return None
    codes = [0 if side is _CLIENT else 1 for side in entries.sides]  # an enum's hash is slow
    return list(zip(ats, connections, codes, repeat(_MESSAGE), whats, strict=False))


def decode_messages(entries: Entries, arrays: Sequence[Array], last: int) -> bool:
    """Do what `decode_into` does where all are messages and nothing is wrong, else nothing.

    Return whether it was done. Works by columns: for many messages in two thirds of the time.
    """
    try:
        ats, connections, codes, kinds, whats = zip(*arrays, strict=True)
        sides = [*map(_side_of, codes)]
    except (TypeError, ValueError, LookupError):  # not arrays, not each of five, or no side
        return False
    if any(kinds) or not _sound((ats, connections, codes, kinds), whats, last):
        return False  # the kind of a message is 0
    entries.extend(ats, connections, sides, whats)
    return True


def decode_into(entries: Entries, arrays: Iterable[object], last: int) -> None:
    """Put what `decode` returns for each array behind these entries.

    `last` is the time before the first, in microseconds. Raises `ValueError` at the first that
    cannot be decoded, or is not in order of time; those before it have been added then.
    """
    ats, connections = entries.ats, entries.connections
    sides, whats = entries.sides, entries.whats
    for array in arrays:
        if type(array) is tuple and len(array) == 5:
            at, connection, side, kind, what = array
            if (  # the hot path
                type(at) is type(connection) is type(side) is type(kind) is int
                and kind == _MESSAGE
                and (type(what) is str or type(what) is bytes)
                and last <= at <= MAX_AT
                and 1 <= connection <= MAX_CONNECTION
                and 0 <= side <= 1
            ):
                ats.append(at)
                connections.append(connection)
                sides.append(_SIDES[side])
                whats.append(what)
                last = at
                continue
        entry = decode(array)
        if entry[0] < last:
            raise ValueError(f"expected a time of {last} us or later, got {entry[0]} us")
        last = entry[0]
        entries.append(entry)


def _sound(columns: Sequence[Sequence[Any]], whats: Sequence[Any], last: int) -> bool:
    """Whether all in these columns are integers, and what is in the first two and in `whats` fits.

    The first two are times and connections.
    """
    ats, connections = columns[:2]
    types = map(type, chain.from_iterable(columns))
    if countOf(types, int) < len(columns) * len(ats):
        return False
    numbers = set(connections)  # which are few
    return (
        (countOf(map(type, whats), str) == len(whats) or set(map(type, whats)) <= _MESSAGES)
        and last <= ats[0]
        and ats[-1] <= MAX_AT
        and sorted(ats) == list(ats)
        and min(numbers) >= 1
        and max(numbers) <= MAX_CONNECTION
    )


def _encode_event(entry: Entry) -> Array:
    at, connection, side, what = entry
    if side not in _SIDES:
        raise ValueError(f"expected a side, got {type(side).__name__}")
    kind, fields = _KINDS.get(type(what), (_MESSAGE, {}))
    packed: Array = (what,)
    if kind != _MESSAGE:
        try:
            packed = tuple(field.pack(getattr(what, name)) for name, field in fields.items())
        except TypeError as error:
            raise ValueError(f"{type(what).__name__}: {error}") from None
    array = (at, connection, _SIDES.index(side), kind, *packed)
    decode(array)  # what could not be read again is refused now; events are few
    return array


def decode(array: object) -> Entry:
    """Return the entry that an array stands for.

    Arrays, inner ones too, are tuples (`msgpack.Unpacker(use_list=False)`). Raises `ValueError`
    for anything else than what `encode` makes.
    """
    if type(array) is not tuple or len(array) < 4:
        raise ValueError("expected an array of time, connection, side, kind and fields")
    at, connection, side, kind, *values = array
    if not (
        type(at) is type(connection) is type(side) is type(kind) is int
        and 0 <= at <= MAX_AT
        and 1 <= connection <= MAX_CONNECTION
        and 0 <= side <= 1
        and kind in _READERS
    ):
        _checked(_HEAD, array)  # which says what is wrong
    event, fields = _READERS[kind]
    if len(values) != len(fields):
        raise ValueError(f"expected {len(fields)} fields for kind {kind}, got {len(values)} fields")
    what = event(*_checked(fields, values))
    return _new_entry(Entry, (at, connection, _SIDES[side], what))


_Checks = tuple[tuple[str, Callable[[object], Any]], ...]

_HEAD: _Checks = (("time", _at), ("connection", _connection), ("side", _side), ("kind", _kind))
_READERS: dict[int, tuple[Callable[..., Any], _Checks]] = {
    _MESSAGE: (_message, (("message", _message),)),
    **{
        kind: (event, tuple((name, field.unpack) for name, field in fields.items()))
        for kind, (event, fields) in _EVENTS.items()
    },
}


def _checked(checks: _Checks, values: Sequence[object]) -> list[Any]:
    """Return the values, each as its check has it; what is wrong is told with its name."""
    checked: list[Any] = []
    for (name, check), value in zip(checks, values, strict=False):
        try:
            checked.append(check(value))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return checked
