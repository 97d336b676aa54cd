"""Measure everything, or what is named, print a table, and write JSON beside it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.registry import all_rows
from benchmarks.table import HEADLINE, as_data, as_line, machine

_DEFAULT = Path(__file__).parent / "results.json"


def main() -> None:
    known = all_rows()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(known)}")
    parser.add_argument("--json", type=Path, default=_DEFAULT, help="where to (%(default)s)")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        parser.error(f"expected names of {', '.join(known)}, got {', '.join(unknown)}")
    results = _earlier(arguments.json)
    print(", ".join(f"{value}" for value in machine().values()))
    print(HEADLINE)
    for name in arguments.names or known:
        done = []
        for row in known[name]():
            print(as_line(row), flush=True)
            done.append(as_data(row))
        results[name] = {"machine": machine(), "rows": done}
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _earlier(path: Path) -> dict[str, object]:
    """Return what was measured before: what is not measured again stays."""
    try:
        results: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return results


if __name__ == "__main__":
    main()
