"""What Web IDL makes of a value where a text is asked for."""

from __future__ import annotations

from wsfake.script_api.conversions import to_string
from wsfake.wire.payloads import well_formed

__all__ = ["to_usv_string"]


def to_usv_string(value: object) -> str:
    """Return `String(value)` with its lone surrogates replaced (Web IDL, USVString)."""
    return well_formed(to_string(value) if _is_plain(value) else str(value))


def _is_plain(value: object) -> bool:
    """Whether a value has no text of its own, such as a URL object has."""
    return isinstance(value, _PLAIN) or type(value).__str__ is object.__str__


_PLAIN = (str, bool, int, float, list, tuple, bytes, bytearray, memoryview, type(None))
