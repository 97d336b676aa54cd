"""Which host's behaviour the script API shows. A profile is data; `table` says what it means."""

from __future__ import annotations

from wsfake.errors import UsageError
from wsfake.script_api.profiles.browser import BROWSER
from wsfake.script_api.profiles.hifi import HIFI
from wsfake.script_api.profiles.overte import OVERTE
from wsfake.script_api.profiles.table import Profile
from wsfake.script_api.profiles.vircadia import VIRCADIA

__all__ = ["PROFILES", "Profile", "profile_named"]

PROFILES: dict[str, Profile] = {
    profile.name: profile for profile in (OVERTE, VIRCADIA, HIFI, BROWSER)
}


def profile_named(name: str | Profile) -> Profile:
    """Return a profile by its name; a profile stands for itself.

    Raises `UsageError` for a name that there is not.
    """
    if isinstance(name, Profile):
        return name
    if name not in PROFILES:
        raise UsageError(f"expected a profile, one of {', '.join(PROFILES)}, got {name!r}")
    return PROFILES[name]
