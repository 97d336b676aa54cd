"""The environment that everything is run in: made once, and used again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

__all__ = ["PACKAGES", "ROOT", "make", "versions"]

ROOT = Path(__file__).parents[1]

PACKAGES = (
    *("cassetter[websockets]", "websockets", "aiohttp", "httpx-ws", "picows", "websocket-client"),
)


def make(folder: Path, *, upgrade: bool) -> Path:
    """Return the Python of a virtual environment with the newest versions, and this checkout."""
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        upgrade = True
    if upgrade:
        print("installing:", ", ".join(PACKAGES), file=sys.stderr)
        install = [str(python), "-m", "pip", "install", "--quiet", "--upgrade"]
        subprocess.run([*install, *PACKAGES], check=True)
        extras = f"{ROOT}[intercept]"
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-e", extras], check=True)
    return python


def versions(python: Path) -> dict[str, str]:
    """Return the versions of what is compared, and of the libraries."""
    names = ["wsfake", *(package.partition("[")[0] for package in PACKAGES)]
    program = (
        "import json, sys; from importlib.metadata import version;"
        "print(json.dumps({name: version(name) for name in sys.argv[1:]}))"
    )
    done = subprocess.run(
        [str(python), "-c", program, *names], capture_output=True, text=True, check=True
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found
