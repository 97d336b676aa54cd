"""Taking the values out of cookies, and leaving what a client needs to keep them (RFC 6265)."""

from __future__ import annotations

import re

__all__ = ["without_cookies"]

_PART = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.?)*(?:"|\Z))+', re.DOTALL)
"""What stands between semicolons; one within quotes is no end, as to some who read cookies."""

_NAME = re.compile(r'[^\s=;,"\x00-\x1f\x7f]+')

_FLAGS = frozenset({"httponly", "partitioned", "secure"})
_ATTRIBUTES = {
    "domain": re.compile(r"[A-Za-z0-9.-]+"),
    "expires": re.compile(r"[A-Za-z]{3,9},? [0-9]{1,2}[ -][A-Za-z]{3}[ -][0-9]{2,4} [0-9:]{8} GMT"),
    "max-age": re.compile(r"-?[0-9]+"),
    "path": re.compile(r"/[^\s=;,\"]*"),
    "priority": re.compile(r"(?i:low|medium|high)"),
    "samesite": re.compile(r"(?i:strict|lax|none)"),
}
"""What the values of attributes look like. Anything else may be a part of a secret."""


def without_cookies(text: str, placeholder: str, *, set_by: bool) -> str:
    """Return the value of a `Cookie` header, or of a `Set-Cookie` one (`set_by`), without secrets.

    The names of cookies stay, and so do the attributes by which a client keeps one. Where it is
    not sure what something is, the placeholder takes its place.
    """
    first = True

    def clean(found: re.Match[str]) -> str:
        nonlocal first
        may_be_attribute, first = set_by and not first, False
        return _without_value(found[0], placeholder, may_be_attribute=may_be_attribute)

    return _PART.sub(clean, text)


def _without_value(part: str, placeholder: str, *, may_be_attribute: bool) -> str:
    bare = part.strip()
    name, sign, value = bare.partition("=")
    name, value = name.rstrip(), value.lstrip()
    if not bare or (may_be_attribute and _is_attribute(name.lower(), sign, value)):
        return part
    clean = placeholder
    if sign and _NAME.fullmatch(name):
        clean = f"{name}={placeholder}" if value else bare
    return part[: len(part) - len(part.lstrip())] + clean


def _is_attribute(name: str, sign: str, value: str) -> bool:
    if not sign:
        return name in _FLAGS
    pattern = _ATTRIBUTES.get(name)
    return pattern is not None and pattern.fullmatch(value) is not None
