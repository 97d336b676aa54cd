"""YAML from untrusted files: the structure alone, of plain texts, with the line of each.

PyYAML reads the characters, and nothing of it makes objects: there is no tag and no alias in what
cassetter writes, so either is refused, and with them every way in which a small file becomes a
large one, or code. What a scalar means is left to who reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from wsfake.errors import ForeignFileError, UsageError
from wsfake.foreign.values import Value

__all__ = ["MAX_DEPTH", "MAX_VALUES", "Plain", "parse_yaml", "plain_value"]

MAX_DEPTH = 64
MAX_VALUES = 5_000_000

_REFUSED = "\ufffe\uffff"
"""Characters that YAML does not allow, and that cassetter writes all the same."""

_NULLS = ("", "~", "null")
_PRIVATE = range(0xF0000, 0xFFFFD)


class Plain(str):
    """A scalar without quotes, which may mean a number, true or false."""

    __slots__ = ()


def _plain(text: str) -> Plain | None:
    return None if text in _NULLS else Plain(text)


def parse_yaml(text: str, path: str) -> Value:
    """Return the one document of a text.

    Raises `ForeignFileError` for what is no YAML of plain data, and `UsageError` where PyYAML is
    not installed.
    """
    try:
        import yaml  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(
            f"{path}: reading YAML needs PyYAML: pip install wsfake[convert]"
        ) from None
    text, restored = _readable(text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(path, restored)
    try:
        for event in yaml.parse(text, loader):
            builder.take(type(event).__name__, event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = "the file" if mark is None else f"line {mark.line + 1}"
        raise ForeignFileError(f"{path}: {line}: expected YAML, got {error.problem}") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise ForeignFileError(f"{path}: expected YAML, got {reason}") from None
    if builder.document is None:
        raise ForeignFileError(f"{path}: expected YAML, got nothing")
    return builder.document


def _readable(text: str) -> tuple[str, dict[int, str]]:
    """Put characters that PyYAML takes in place of those it refuses; say how to put them back."""
    used = [character for character in _REFUSED if character in text]
    spare = iter(code for code in _PRIVATE if used and chr(code) not in text)
    places = {character: next(spare) for character in used}
    forth = str.maketrans({character: chr(code) for character, code in places.items()})
    return text.translate(forth) if used else text, {c: text for text, c in places.items()}


class _Builder:
    """Builds one document out of events, without recursion."""

    def __init__(self, path: str, restored: dict[int, str]) -> None:
        self.document: Value | None = None
        self._path = path
        self._restored = restored
        self._open: list[Value] = []
        self._names: list[Value | None] = []
        self._count = 0

    def take(self, kind: str, event: Any) -> None:
        if kind in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent", "AliasEvent"):
            self._begin(kind, event)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._open.pop()
            self._names.pop()

    def _begin(self, kind: str, event: Any) -> None:
        value = Value(None, self._path, f"line {event.start_mark.line + 1}")
        self._count += 1
        if kind == "AliasEvent" or event.anchor is not None:
            value.wrong("plain data", "an anchor or an alias")
        if event.tag not in (None, "!"):
            value.wrong("plain data", f"the tag {event.tag[:40]}")
        if self._count > MAX_VALUES or len(self._open) >= MAX_DEPTH:
            value.wrong(f"at most {MAX_VALUES} values, {MAX_DEPTH} deep", "more")
        if self.document is not None and not self._open:
            value.wrong("one document", "another")
        if kind == "ScalarEvent":
            text = event.value.translate(self._restored) if self._restored else event.value
            value.raw = _plain(text) if event.implicit[0] else text
        else:
            value.raw = {} if kind == "MappingStartEvent" else []
        self._place(value)
        if kind != "ScalarEvent":
            self._open.append(value)
            self._names.append(None)

    def _place(self, value: Value) -> None:
        if not self._open:
            self.document = value
            return
        container, name = self._open[-1].raw, self._names[-1]
        if isinstance(container, list):
            container.append(value)
        elif name is None:
            if not isinstance(value.raw, str):
                value.wrong("a name", "a structure")
            self._names[-1] = value
        else:
            if str(name.raw) in container:
                name.wrong("each name once", f"{name.raw[:40]} again")
            container[str(name.raw)] = value
            self._names[-1] = None


_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORDS = ("true", "false")


def plain_value(value: Value) -> str:
    """Return a structure as compact JSON: scalars mean what YAML 1.2 says of JSON's own."""
    return "".join(_written(value))


def _written(value: Value) -> Iterator[str]:
    raw = value.raw
    if isinstance(raw, dict):
        for index, (name, member) in enumerate(raw.items()):
            yield f"{',' if index else '{'}{json.dumps(name, ensure_ascii=False)}:"
            yield from _written(member)
        yield "}" if raw else "{}"
    elif isinstance(raw, list):
        for index, item in enumerate(raw):
            yield "," if index else "["
            yield from _written(item)
        yield "]" if raw else "[]"
    elif raw is None:
        yield "null"
    elif isinstance(raw, Plain) and raw in _WORDS:
        yield str(raw)
    elif isinstance(raw, Plain) and _NUMBER.fullmatch(raw):
        yield raw.removeprefix("+")
    else:
        yield json.dumps(str(raw), ensure_ascii=False)
