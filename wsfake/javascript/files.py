"""The files that a script includes and requires.

JavaScript cannot ask Python for a file while it runs (see `engine`). So what a script names, in a
literal, is read before it runs, and so on with what that names; other names are given by the test.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from wsfake.errors import UsageError

__all__ = ["Files", "find_file", "named_files", "path_of", "read_script", "url_of"]

_LITERAL = re.compile(r"""(["'`])([^"'`\n\\]+\.(?:js|json|mjs))\1""")
_REQUIRED = re.compile(r"""\brequire\s*\(\s*(["'`])([^"'`\n\\]+)\1""")
_DRIVE = re.compile(r"[A-Za-z]:/")
_ENDINGS = ("", ".js", ".json", "/index.js")

Files = Mapping[str, "str | os.PathLike[str]"] | Iterable["str | os.PathLike[str]"]


def find_file(path: str | os.PathLike[str], beside: Path) -> Path:
    """Return where a file is: in the current directory, or else in `beside`.

    Raises `UsageError` for one that is in neither, and for what is no path.
    """
    if not isinstance(path, str | os.PathLike):
        raise UsageError(f"expected the path of a script, got {path!r}")
    for folder in (Path.cwd(), beside):
        found = folder / path
        if os.path.isfile(found):
            return found.resolve()
    places = str(Path.cwd()) if beside == Path.cwd() else f"{Path.cwd()}, or in {beside}"
    raise UsageError(f"{path}: there is no such script in {places}")


def url_of(path: Path) -> str:
    """Return the URL by which a host names a file; nothing in it is escaped."""
    return f"file:///{path.as_posix().lstrip('/')}"


def path_of(url: str) -> Path | None:
    """Return the file that a URL of `url_of` names, or None."""
    if not url.startswith("file:///"):
        return None
    name = url.removeprefix("file:///")
    return Path(name if _DRIVE.match(name) else f"/{name}")


def read_script(path: Path) -> str:
    """Return the text of a script.

    Raises `UsageError` for a file that is not there, or is no text.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is no UTF-8, at byte {error.start}") from None
    text = text.replace("\r\n", "\n")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UsageError(f"{path}: is no script: there is a NUL in line {line}")
    return f"//{text[2:]}" if text.startswith("#!") else text


def named_files(path: Path, text: str, given: Files, beside: Path) -> dict[str, tuple[Path, str]]:
    """Return the files that a script may come to ask for, by the names by which it may."""
    found: dict[str, tuple[Path, str]] = {}
    waiting = [(path, text)]
    for name, file in _given(given, beside):
        source = read_script(file)
        found[name] = found[url_of(file)] = (file, source)
        waiting.append((file, source))
    while waiting:
        asker, source = waiting.pop()
        for file in _named_in(asker, source):
            if url_of(file) not in found and file != path:
                read = read_script(file)
                found[url_of(file)] = (file, read)
                waiting.append((file, read))
    return found


def _given(files: Files, beside: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(files, str | bytes):
        raise UsageError(f"expected a list of files, or names and files, got {files!r}")
    if isinstance(files, Mapping):
        for name, file in files.items():
            yield name, find_file(file, beside)
    else:
        for file in files:
            yield os.fspath(file), find_file(file, beside)


def _named_in(asker: Path, source: str) -> Iterator[Path]:
    names = [found[2] for found in _LITERAL.finditer(source)]
    for name in [*names, *(found[2] for found in _REQUIRED.finditer(source))]:
        for ending in _ENDINGS:
            try:
                file = (asker.parent / f"{name}{ending}").resolve()
                exists = file.is_file()
            except (OSError, ValueError):  # a text that is no name of a file
                continue
            if exists and file.suffix in (".js", ".json", ".mjs"):
                yield file
                break
