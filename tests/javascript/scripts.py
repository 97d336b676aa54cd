"""Where the scripts are that these tests run."""

from pathlib import Path

__all__ = ["SCRIPTS"]

SCRIPTS = Path(__file__).parent.parent / "scripts"
