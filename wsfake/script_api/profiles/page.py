"""The page of the documentation that is made from the profiles: `docs/profiles.md`.

python -m wsfake.script_api.profiles.page > docs/profiles.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from wsfake.script_api.profiles import PROFILES
from wsfake.script_api.profiles.table import CALLS, FACTS, STATES, Profile

__all__ = ["draw_states", "write_page"]

_PAGE, _DRAWING = "profiles.md", "profile-states.mmd"
_INTRODUCTION = """\
# Profiles

Made from the profiles' own data by `python -m wsfake.script_api.profiles.page docs`; do not edit.

A profile says which host's behaviour the script API shows. It is a table: in each state of a
socket, what each call of the script and each fact from the wire comes to. `onopen`, `onmessage`,
`onerror` and `onclose` stand for the calls of the script's functions. A row ends early where one of
them has led the socket to another state, by `close()`."""


def draw_states(profile: Profile) -> str:
    """Return the states of a profile and what leads from one to another, as Mermaid draws it."""
    edges: dict[tuple[str, str], list[str]] = {}
    for state in STATES:
        for label, row in _rows(profile, state):
            for target in _targets(row):
                edges.setdefault((state, target), []).append(label)
    lines = ["stateDiagram-v2", f"    [*] --> {next(iter(STATES))}"]
    for (state, target), labels in edges.items():
        lines.append(f"    {state} --> {target}: {', '.join(labels)}")
    return "\n".join([*lines, "    closed --> [*]"])


def _rows(profile: Profile, state: str) -> Iterator[tuple[str, Any]]:
    for call in CALLS:
        yield f"{call}()", profile.local[f"{state} {call}"]
    for fact in FACTS:
        yield fact, profile.remote[f"{state} {fact}"]


def _targets(row: Any) -> list[str]:
    """Return where a row leads; a state in which handlers are told is on the way."""
    targets = [operation[1] for operation in row if operation[0] == "goto"]
    return targets[-1:]


def write_page(profiles: Sequence[Profile]) -> str:
    """Return the whole page; the first profile is the one that the others are compared with."""
    first = profiles[0]
    parts = [
        _INTRODUCTION,
        "## States\n\n" + _table(["state", "`readyState`"], _states()),
        f"What leads from one to another is drawn, in the language of Mermaid, in `{_DRAWING}`.",
        f"## What happens\n\nBy `{first.name}`; nothing happens where nothing is named.\n\n"
        + _table(["state", "call or fact", "what it comes to"], _situations(first)),
        f"## Violations\n\nBy `{first.name}`.\n\n"
        + _table(["violation", "code", "reason"], _violations(first)),
        "## Where the profiles differ\n\n"
        + _table(["", *(profile.name for profile in profiles)], _differences(profiles)),
        "## What was not measured\n\n"
        "Everything else was, on the Qt of the host; of browsers, see the page on fidelity.",
        *(
            f"### {profile.name}\n\n"
            + _table(["what", "where it was read"], sorted(profile.unmeasured.items()))
            for profile in profiles
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _states() -> list[tuple[str, int]]:
    return list(STATES.items())


def _situations(profile: Profile) -> list[tuple[str, str, str]]:
    return [
        (state, label, _write_row(row))
        for state in STATES
        for label, row in _rows(profile, state)
        if row
    ]


def _violations(profile: Profile) -> list[tuple[str, object, str]]:
    return [
        (name, "none", "") if answer is None else (name, *answer)
        for name, answer in profile.violations.items()
    ]


def _write_row(row: Any) -> str:
    return ", ".join(map(_write_operation, row)) or "nothing"


def _write_operation(operation: Sequence[Any]) -> str:
    verb, what, *rest = operation
    if verb == "goto":
        return f"to {what}"
    arguments = f"({', '.join(map(_write_value, rest))})" if rest else ""
    return f"`on{what}{arguments}`" if verb == "fire" else f"{_VERBS[verb]} {what}{arguments}"


_VERBS = {
    "wire": "sends",
    "hold": "holds",
    "later": "in a task of its own",
    "throw": "throws",
    "buffer": "counts as",
}


def _write_value(value: object) -> str:
    return "as given" if value == "given" else json.dumps(value)


_FIELDS = (
    "host",
    "face",
    "servers",
    "convert",
    "close_arguments",
    "urls",
    "reasons",
    "binary_type",
    "class_constants",
    "signal_connects_twice",
    "largest_frame",
    "frame_timeout",
    "close_codes",
    "violations",
    "server_name",
)


def _differences(profiles: Sequence[Profile]) -> list[list[str]]:
    lines = [
        [f"`{name}`", *(_write_value(getattr(profile, name)) for profile in profiles)]
        for name in _FIELDS
        if len({repr(getattr(profile, name)) for profile in profiles}) > 1
    ]
    for kind in ("local", "remote"):
        for name in getattr(profiles[0], kind):
            rows = [_write_row(getattr(profile, kind)[name]) for profile in profiles]
            if len(set(rows)) > 1:
                lines.append([name, *rows])
    return lines


def main(folder: Path) -> None:
    """Write the page and the drawing."""
    profiles = list(PROFILES.values())
    (folder / _PAGE).write_text(write_page(profiles), encoding="utf-8")
    (folder / _DRAWING).write_text(f"{draw_states(profiles[0])}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
