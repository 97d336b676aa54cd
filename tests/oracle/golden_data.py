"""The golden logs: where they are, how they are written, and in what two of them differ."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).resolve().parent / "golden"
# The Qt runtime that each set of wheels brings; the bindings' own version says otherwise.
QTS = {
    "5.12.10": ["PyQt5==5.12.3"],
    "5.15.2": ["PyQt5==5.15.11", "PyQt5-Qt5==5.15.2"],
}
HOSTS = {"5.12.10": ["hifi"], "5.15.2": ["overte", "vircadia"]}
Golden = dict[str, Any]


def read(qt: str) -> Golden:
    found: Golden = json.loads((GOLDEN / f"qt-{qt}.json").read_text())
    return found


def profile_for(profiles: Iterable[str], qt: str) -> str | None:
    """The first of the profiles that is a host with this Qt: its golden log is of that one."""
    return next((host for host in HOSTS[qt] if host in profiles), None)


def line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=True)


def rows(values: list[Any], indent: str) -> str:
    """A list with one line for each item, which is what makes a difference readable."""
    if not values:
        return "[]"
    return "[\n" + ",\n".join(f"{indent}  {line(value)}" for value in values) + f"\n{indent}]"


def render(golden: Golden) -> str:
    """Sorted by name, one line per event."""
    stories = ",\n".join(
        f"    {line(name)}: {render_story(story)}"
        for name, story in sorted(golden["stories"].items())
    )
    return f'{{\n  "qt": {line(golden["qt"])},\n  "stories": {{\n{stories}\n  }}\n}}\n'


def render_story(story: dict[str, Any]) -> str:
    wires = ",\n".join(
        f"        {line(name)}: {rows(wire, '        ')}"
        for name, wire in sorted(story["wire"].items())
    )
    return (
        "{\n"
        f'      "ends": {line(story["ends"])},\n'
        f'      "log": {rows(story["log"], "      ")},\n'
        f'      "profile": {line(story["profile"])},\n'
        f'      "wire": {{{chr(10) + wires + chr(10) + "      " if wires else ""}}}\n'
        "    }"
    )


def differences(known: Golden, found: Golden) -> list[str]:
    """One text for each scenario that is not equal."""
    texts = []
    for name in sorted(set(known["stories"]) | set(found["stories"])):
        golden, story = known["stories"].get(name), found["stories"].get(name)
        if golden == story:
            continue
        if golden is None or story is None:
            texts.append(
                f"{name}: {'not in the golden data' if golden is None else 'not measured'}"
            )
        else:
            texts.append(f"{name}:\n" + "\n".join(unequal_rows(golden, story)))
    return texts


def unequal_rows(golden: dict[str, Any], story: dict[str, Any]) -> list[str]:
    before, after = render_story(golden).splitlines(), render_story(story).splitlines()
    gone = [f"  - {row.strip()}" for row in before if row not in after]
    come = [f"  + {row.strip()}" for row in after if row not in before]
    return gone + come or ["  the same rows in another order"]
