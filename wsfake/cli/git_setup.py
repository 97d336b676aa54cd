"""`wsfake git-setup`: let `git diff` show the dialogues that cassettes hold."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from wsfake.errors import CassetteError, UsageError

__all__ = ["add_parser"]

_DRIVER = "diff.wsfake"
_PATTERN = "*.msgpack"
_ATTRIBUTES = "-text diff=wsfake"  # a line end within a cassette is no line end
_PATIENCE = 60


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "git-setup", help="let `git diff` show the dialogues that cassettes hold, in a repository"
    )
    parser.add_argument("--undo", action="store_true", help="take back what it has done")
    parser.add_argument(
        "--pattern", default=_PATTERN, help="which files are cassettes (%(default)s)"
    )
    parser.add_argument(
        "--times", action="store_true", help="show when things were said, which always differs"
    )
    parser.set_defaults(command=git_setup)


def git_setup(arguments: argparse.Namespace) -> int:
    """Write `.gitattributes`, to be committed, and the configuration of this clone."""
    root = Path(_git("rev-parse", "--show-toplevel", expected="a repository of git").strip())
    attributes = root / ".gitattributes"
    line = f"{arguments.pattern} {_ATTRIBUTES}"
    if not arguments.pattern or any(character.isspace() for character in arguments.pattern):
        raise UsageError(f"expected a pattern without spaces, got {arguments.pattern!r}")
    _set_line(attributes, line, there=not arguments.undo)
    if _git("config", "--local", "--get-regexp", rf"^{_DRIVER}\.", expected="", fails=True):
        _git("config", "--local", "--remove-section", _DRIVER, expected="a section to remove")
    if arguments.undo:
        print("git diff shows cassettes as it did before")
        return 0
    command = _textconv(times=arguments.times)
    _git("config", "--local", f"{_DRIVER}.textconv", command, expected="to be configured")
    _git("config", "--local", f"{_DRIVER}.binary", "true", expected="to be configured")
    print(f"{attributes.name}: {line}")
    print(f"{_DRIVER}.textconv, in this clone: {command}")
    print("git diff shows the dialogues of cassettes; commit .gitattributes, and run this in")
    print("every clone")
    return 0


def _textconv(*, times: bool) -> str:
    """Return the command that git appends a path to.

    What is damaged is a finding, and a diff that is not shown for it would be none.
    """
    python = shlex.quote(Path(sys.executable).as_posix())
    option = "" if times else "--no-times "
    return f'show() {{ {python} -m wsfake.cli show {option}"$1" || true; }}; show'


def _set_line(path: Path, line: str, *, there: bool) -> None:
    """See to it that a line stands in a file, at its end, or does not."""
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        lines = text.splitlines()
        if (line in lines) == there:
            return
        lines = [*lines, line] if there else [each for each in lines if each != line]
        if lines:
            path.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8", newline="\n")
        else:
            path.unlink()
    except (OSError, UnicodeDecodeError) as error:
        raise CassetteError(f"{path}: {error}") from None


def _git(*arguments: str, expected: str, fails: bool = False) -> str:
    """Call git here; return what it prints. Raises `UsageError` where it fails and may not."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and words of our own
            ["git", *arguments],  # noqa: S607 - the user's own
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("expected git on the path, got none") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git {arguments[0]} did not end within {_PATIENCE} s") from None
    if done.returncode and not fails:
        reason = done.stderr.strip().splitlines()
        raise UsageError(f"expected {expected}: {reason[0] if reason else 'git failed'}")
    return done.stdout
