"""Where the cassette of a test lives."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path, PurePath, PurePosixPath

__all__ = [
    "SUFFIX",
    "beside",
    "cassette_folder",
    "cassette_name",
    "cassette_path",
    "main_cassette",
]

SUFFIX = ".msgpack"

_RECORDING = re.compile(r"(.+)\.(?:part|failed|interrupted|retried)\.msgpack", re.IGNORECASE)
"""What a recording is called beside its cassette: while it is made, and where it is set aside."""

_LONGEST = 100
"""Characters of a name; with suffixes it stays under 120, also where 143 bytes are the limit."""

_MARK = "~"
_FOREIGN = re.compile(r"[^A-Za-z0-9_.,=+@\[\]-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|\[|$)", re.IGNORECASE)
_CLASS = re.compile(r"Test(?:[A-Z0-9_][a-z0-9_]*)?")
_FUNCTION = re.compile(r"[a-z_][a-z0-9_]*")
_PARAMS = re.compile(r"[a-z0-9_.,=+@-]*")


def cassette_path(
    directory: Path, module: str | PurePath, names: Sequence[str], params: str | None = None
) -> Path:
    """Return `<directory>/<module without .py>/<Class>.<test>[<params>].msgpack`.

    `module` is the path of the test's module from the root, `names` the classes around the test
    and the test itself, `params` what pytest shows in brackets, if it is parametrised.

    The same arguments give the same path on every system, and different ones different paths, also
    where case does not count (Windows, macOS), where names are short, and where names such as `con`
    are devices. Names that could meet another one there keep their readable part, and get a mark:
    `~` and a part of their SHA-256. Plain are lower-case names, and classes such as `TestFeed`.
    """
    return cassette_folder(directory, module) / cassette_name(names, params)


def cassette_folder(directory: Path, module: str | PurePath) -> Path:
    """Return the folder of the cassettes of a module's tests, as `cassette_path` has it."""
    steps = PurePosixPath(str(module).replace("\\", "/").removesuffix(".py")).parts
    folders = (_component(step, plain=_plain_step(step)) for step in steps if step != "/")
    return directory.joinpath(*folders)


def cassette_name(names: Sequence[str], params: str | None = None) -> str:
    """Return the name of a test's cassette in that folder."""
    test = ".".join(names) + ("" if params is None else f"[{params}]")
    plain = (
        all(_CLASS.fullmatch(name) for name in names[:-1])
        and all(_FUNCTION.fullmatch(name) for name in names[-1:])
        and _PARAMS.fullmatch(params or "") is not None
        and _RECORDING.fullmatch(test + SUFFIX) is None
    )
    identity = repr((tuple(names), params))
    return _component(test, plain=plain, identity=identity) + SUFFIX


def beside(cassette: Path, ending: str) -> Path:
    """Return the path of what belongs to a cassette: its name, with this in place of `SUFFIX`.

    A name without `SUFFIX` is kept whole: `feed.v1` and `feed.v2` share nothing, and a cassette
    `feed.txt` is not its own text.
    """
    return cassette.with_name(cassette.name.removesuffix(SUFFIX) + ending)


def main_cassette(name: str) -> str | None:
    """Return the name of the cassette of which this is a recording beside it, if it is one."""
    found = _RECORDING.fullmatch(name)
    return None if found is None else found[1] + SUFFIX


def _plain_step(step: str) -> bool:
    found = re.fullmatch(r"[a-z0-9_.-]*[a-z0-9_-]", step)
    return found is not None and not step.endswith(SUFFIX)  # a folder is never a cassette's name


def _component(name: str, *, plain: bool, identity: str | None = None) -> str:
    if plain and len(name) <= _LONGEST and not _RESERVED.match(name):
        return name
    digest = hashlib.sha256((identity or name).encode(errors="surrogatepass")).hexdigest()[:10]
    readable = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    readable = _FOREIGN.sub("_", readable)[: _LONGEST - len(digest) - len(_MARK)].strip(".")
    if _RESERVED.match(readable) or not readable:
        readable = f"_{readable}"
    return f"{readable}{_MARK}{digest}"
