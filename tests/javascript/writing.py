"""Scripts that a test writes itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

__all__ = ["Write", "write"]

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a script, and be in its folder, so that messages name it shortly."""
    monkeypatch.chdir(tmp_path)

    def write_script(text: str, name: str = "script.js") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write_script
