"""What a test can choose."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from wsfake.errors import UsageError
from wsfake.model.urls import names_of
from wsfake.script_api.profiles import PROFILES, Profile, profile_named
from wsfake.transcript import Matching

__all__ = ["MODES", "RECORDING_MODES", "Settings"]

MODES = ("none", "once", "new_episodes", "rewrite", "live", "verify")
"""What happens to a URL that the test does not serve:

`none` replays the cassette, and nothing else; `once` records a cassette where there is none;
`new_episodes` replays, and records what the cassette does not hold; `rewrite` records afresh;
`live` connects for real and keeps nothing; `verify` connects for real and compares.
"""

RECORDING_MODES = ("once", "new_episodes", "rewrite")


class Settings(NamedTuple):
    """How a harness behaves; made by `of` from what a test asks for, which is then sound."""

    mode: str = "none"
    profile: Profile = PROFILES["overte"]
    match: str | None = None
    volatile: tuple[str, ...] = ()
    unplayed: str = "fail"
    order: str = "relaxed"
    order_wait: float = 5.0
    """Seconds of real time after which that order gives way at a real port."""

    speed: float = 0.0
    """How many times as fast as recorded a cassette is played at a real port; 0 is at once."""

    timeout: float = 300.0
    record_idle: float = 1.0
    redact_headers: tuple[str, ...] = ()
    redact_query: tuple[str, ...] = ()
    redact_json: tuple[str, ...] = ()
    redact_env: tuple[str, ...] = ()
    """Environment variables whose values are secret; one that is not set is passed over."""

    text_sidecar: bool = False
    ssl_context: Any = None
    """For wss connections that are really made; None for the system's certificates."""

    intercept: bool = False
    """Whether the sockets of the test are intercepted from its begin to its end."""

    passthrough: tuple[str, ...] = ()
    """Hosts, with or without a port and with `*`, that are let through, but for what is served."""

    base_url: str | None = None
    """The URL of the page that a browser's script is on."""

    cassette: Path | None = None

    @classmethod
    def of(cls, changes: Mapping[str, Any]) -> Settings:
        """Return the settings that are as usual, but for some.

        Raises `UsageError` for what cannot be, and for a name that there is not.
        """
        checked: dict[str, Any] = {}
        for name, value in changes.items():
            check = _CHECKS.get(name)
            if check is None:
                raise _no_setting(name, cls._fields)
            checked[name] = check(name, value)
        settings = cls(**checked)
        if settings.match is not None or settings.volatile:
            Matching(settings.match, settings.volatile)  # which says what is wrong with them
        return settings

    def passes_through(self, host: str, port: int | None) -> bool:
        """Tell whether what is not served at a host is let through, as `passthrough` says.

        Where the port is not known, patterns with one do not count.
        """
        for pattern in self.passthrough:
            name, colon, number = pattern.rpartition(":")
            if not colon or not number.isdecimal():
                name, number = pattern, ""
            if number and (port is None or int(number) != port):
                continue
            if any(fnmatchcase(each, name.lower().strip("[]")) for each in names_of(host)):
                return True
        return False


def _no_setting(name: str, names: Sequence[str]) -> UsageError:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    close = get_close_matches(str(name), names, 1)
    perhaps = f": perhaps {close[0]} is meant" if close else ""
    return UsageError(f"expected a setting, one of {', '.join(names)}, got {name!r}{perhaps}")


def _one_of(*choices: str) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if value not in choices:
            raise UsageError(f"expected {name} to be one of {', '.join(choices)}, got {value!r}")
        return value

    return check


def _seconds(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**9:
        raise UsageError(f"expected {name} to be a number of seconds, more than 0, got {value!r}")
    return value


def _speed(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**6:
        raise UsageError(
            f"expected {name} to be 0 (at once), 1 (as recorded) or how many times as"
            f" fast, got {value!r}"
        )
    return value


def _url(name: str, value: Any) -> Any:
    if value is not None and not isinstance(value, str):
        raise UsageError(f"expected {name} to be a URL, got {value!r}")
    return value


def _names(setting: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple | set | frozenset) and all(
        isinstance(name, str) for name in value
    ):
        return tuple(value)
    raise UsageError(f"expected {setting} to be a list of names, got {value!r}")


def _yes_or_no(name: str, value: Any) -> Any:
    if not isinstance(value, bool):
        raise UsageError(f"expected {name} to be True or False, got {value!r}")
    return value


def _context(name: str, value: Any) -> Any:
    if value is not None and not hasattr(value, "wrap_bio"):
        raise UsageError(f"expected {name} to be an ssl.SSLContext, got {value!r}")
    return value


def _path(_: str, value: Any) -> Path | None:
    if value is None or isinstance(value, Path):
        return value
    if not isinstance(value, str | os.PathLike) or str(value) == "":
        raise UsageError(f"expected cassette to be a path, got {value!r}")
    return Path(value)


def _profile(_: str, value: Any) -> Profile:
    return profile_named(value)


def _judged_later(_: str, value: Any) -> Any:
    return value


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "mode": _one_of(*MODES),
    "profile": _profile,
    "match": _judged_later,
    "volatile": _names,
    "unplayed": _one_of("fail", "warn", "ignore"),
    "order": _one_of("relaxed", "strict"),
    "order_wait": _seconds,
    "speed": _speed,
    "timeout": _seconds,
    "record_idle": _seconds,
    "redact_headers": _names,
    "redact_query": _names,
    "redact_json": _names,
    "redact_env": _names,
    "text_sidecar": _yes_or_no,
    "ssl_context": _context,
    "intercept": _yes_or_no,
    "passthrough": _names,
    "base_url": _url,
    "cassette": _path,
}
"""What says whether a setting can be, and returns it as it is kept."""
