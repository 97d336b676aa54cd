"""Which situation of a profile's table a wire fact is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from wsfake.model import Accept, Close, Drop, Event, Message, Ping, Pong, Refuse
from wsfake.script_api.conversions import REASONS
from wsfake.script_api.profiles.table import Profile
from wsfake.wire.payloads import reason_bytes

__all__ = ["Given", "as_violation", "classify", "given_close"]


class Given(NamedTuple):
    """What comes with a fact or a call, for the operations that ask for it."""

    message: Message = ""
    code: int | None = 1005
    reason: str = ""
    shown: str = ""
    """What a script is shown of the reason."""


_NOTHING = Given()


def classify(what: Event, profile: Profile, url: str) -> tuple[str, Given] | None:
    """Return the name of a fact and what comes with it.

    None for what no host can notice, and for `Reject` and `Raw`, which may be several facts.
    """
    reader = _READERS.get(type(what))
    return None if reader is None else reader(what, profile, url)


def given_close(profile: Profile, code: int | None, reason: str) -> Given:
    """Return what comes with a code and a reason."""
    shown = REASONS[profile.reasons](reason_bytes(reason))
    return Given(code=code, reason=reason, shown=shown)


def as_violation(profile: Profile, name: str) -> tuple[str, Given]:
    """Return the fact that a violation is to this host."""
    code, reason = profile.violations[name] or (1002, "")
    return "violation", given_close(profile, code, reason)


def _accept(what: Accept, profile: Profile, url: str) -> tuple[str, Given]:
    options = (v for name, v in what.headers if name.lower() == "connection")
    plain = all(value.strip().lower() == "upgrade" for value in options)
    return "accept" if plain else "accept with options", _NOTHING


def _close(what: Close, profile: Profile, url: str) -> tuple[str, Given]:
    code = what.code
    if code is None:
        return "close empty", _NOTHING
    given = given_close(profile, code, what.reason)
    if not any(first <= code <= last for first, last in profile.close_codes):
        return "close invalid", given
    if not _is_text(reason_bytes(what.reason)):
        return as_violation(profile, "close reason not utf-8")
    return "close", given


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _refuse(what: Refuse, profile: Profile, url: str) -> tuple[str, Given]:
    secure = url[:4].lower() == "wss:"
    return "refuse tls" if secure else "refuse", _NOTHING


def _plain(name: str) -> Callable[[Any, Profile, str], tuple[str, Given]]:
    return lambda what, profile, url: (name, _NOTHING)


_READERS: dict[type, Callable[[Any, Profile, str], tuple[str, Given]]] = {
    str: lambda what, profile, url: ("text", Given(what)),
    bytes: lambda what, profile, url: ("binary", Given(what)),
    Ping: lambda what, profile, url: ("ping", Given(what.payload)),
    Pong: _plain("pong"),
    Accept: _accept,
    Refuse: _refuse,
    Close: _close,
    Drop: _plain("drop"),
}
