"""Which situation of a profile's table a wire fact is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from wsfake.model import Accept, Close, Drop, Event, Message, Ping, Pong, Raw, Refuse, Reject
from wsfake.script_api.profiles.table import Profile
from wsfake.script_api.violations import name_violation

__all__ = ["Given", "classify"]


class Given(NamedTuple):
    """What comes with a fact or a call, for the operations that ask for it."""

    message: Message = ""
    code: int | None = 1005
    reason: str = ""
    lines: int = 0


_NOTHING = Given()


def classify(what: Event, profile: Profile, url: str) -> tuple[str, Given] | None:
    """Return the name of a fact and what comes with it, or None for what no host can notice."""
    reader = _READERS.get(type(what))
    return None if reader is None else reader(what, profile, url)


def _close(what: Close, profile: Profile, url: str) -> tuple[str, Given]:
    code = what.code
    if code is None:
        return "close empty", _NOTHING
    taken = any(first <= code <= last for first, last in profile.close_codes)
    return "close" if taken else "close invalid", Given(code=code, reason=what.reason)


def _refuse(what: Refuse, profile: Profile, url: str) -> tuple[str, Given]:
    secure = url[:4].lower() == "wss:"
    return "refuse tls" if secure else "refuse", _NOTHING


def _reject(what: Reject, profile: Profile, url: str) -> tuple[str, Given]:
    return "reject", Given(lines=len(what.body.splitlines()))


def _violation(what: Raw, profile: Profile, url: str) -> tuple[str, Given]:
    code, reason = profile.violations[name_violation(what.data)]
    return "violation", Given(code=code, reason=reason)


def _plain(name: str) -> Callable[[Any, Profile, str], tuple[str, Given]]:
    return lambda what, profile, url: (name, _NOTHING)


_READERS: dict[type, Callable[[Any, Profile, str], tuple[str, Given]]] = {
    str: lambda what, profile, url: ("text", Given(what)),
    bytes: lambda what, profile, url: ("binary", Given(what)),
    Ping: lambda what, profile, url: ("ping", Given(what.payload)),
    Pong: _plain("pong"),
    Accept: _plain("accept"),
    Reject: _reject,
    Refuse: _refuse,
    Close: _close,
    Drop: _plain("drop"),
    Raw: _violation,
}
