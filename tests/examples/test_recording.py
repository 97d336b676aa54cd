"""What the examples replay is what their servers still say."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from wsfake.cassette import load
from wsfake.model import Drop

EXAMPLES = Path(__file__).parent
ROOT = EXAMPLES.parent.parent
COMMITTED = ROOT / "cassettes" / "recorded"


def spoken(path: Path) -> Counter[tuple[str, str]]:
    """Return how often each side did what kind of thing: numbers and times are new each time.

    So is who lets go first of a connection that was rejected.
    """
    entries = load(path).entries
    return Counter(
        ("either" if isinstance(entry.what, Drop) else entry.side.name, type(entry.what).__name__)
        for entry in entries
    )


@pytest.mark.long
def test_the_examples_are_recorded_again_as_they_are(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--ws-record", "-p", "no:cacheprovider"]
    command += ["-o", f"ws_cassette_dir={tmp_path}", "-m", "not long"]
    done = subprocess.run([*command, str(EXAMPLES)], cwd=ROOT, check=False, timeout=300)
    assert done.returncode == 0
    names = {path.relative_to(COMMITTED) for path in COMMITTED.rglob("examples/**/*.msgpack")}
    assert names == {path.relative_to(tmp_path) for path in tmp_path.rglob("*.msgpack")}
    for name in names:
        assert spoken(tmp_path / name) == spoken(COMMITTED / name), name
