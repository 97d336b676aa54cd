"""What secrets look like that are known by their shape or by their value, in any text.

The shapes are those that their issuers document, and so particular that hardly anything else has
them: a name for each, so that a finding can be told without its value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote

from wsfake.errors import UsageError

__all__ = [
    "SHORTEST_SECRET",
    "Substitute",
    "check_secrets",
    "spellings",
    "substitute_tokens",
    "substitute_values",
    "token_kinds",
]

SHORTEST_SECRET = 8
"""Characters. A shorter value stands in too much that is no secret."""

Substitute = Callable[[str], str]

_LEFT = r"(?<![A-Za-z0-9])"  # a token does not begin within a word
_PATTERNS = (
    # JSON Web Token, RFC 7519: two parts of base64url that are JSON objects, and a signature
    ("jwt", rf"{_LEFT}eyJ[\w-]{{5,}}\.eyJ[\w-]{{5,}}\.[\w-]*"),
    # OpenAI, Anthropic: sk-..., sk-proj-..., sk-ant-...; Stripe: sk_live_..., rk_test_...
    ("sk", rf"{_LEFT}sk-(?=[\w-]*[0-9])[\w-]{{16,}}|{_LEFT}[rs]k_(?:live|test)_\w{{16,}}"),
    ("github", rf"{_LEFT}(?:gh[pousr]_[A-Za-z0-9]{{20,}}|github_pat_\w{{20,}})"),
    ("gitlab", rf"{_LEFT}glpat-[\w-]{{20,}}"),
    ("aws", rf"{_LEFT}A(?:KIA|SIA)[A-Z0-9]{{16}}(?![A-Za-z0-9])"),
    ("slack", rf"{_LEFT}xox[abeoprs]-[A-Za-z0-9-]{{10,}}|{_LEFT}xapp-[A-Za-z0-9-]{{10,}}"),
    ("google", rf"{_LEFT}AIza[\w-]{{35}}"),
    ("hugging face", rf"{_LEFT}hf_[A-Za-z0-9]{{20,}}"),
    ("npm", rf"{_LEFT}npm_[A-Za-z0-9]{{36}}"),
)
# RFC 6750 section 2.1: the word stays, so that it is still seen how one logs in. The word stands
# in prose too, so that what follows is a token only with a figure in it.
_BEARER = r"\b[Bb]earer(?: |%20|\+)+(?=[\w.~+/-]*[0-9])[\w.~+-](?:[\w.~+-]|\\?/){7,}=*"

_STEMS = (
    ("-", ("sk-", "glpat-", "xox", "xapp-")),
    ("_", ("_live_", "_test_", "gh", "hf_", "npm_")),
    (".", ("eyJ",)),
    ("A", ("AKIA", "ASIA", "AIza")),
    ("", ("earer",)),
)
"""Each token holds one character and one of its stems: looking for these costs far less than the
patterns do, and most messages hold none."""

_ALL = re.compile(
    "|".join([f"(?P<t{n}>{pattern})" for n, (_, pattern) in enumerate(_PATTERNS)])
    + f"|(?P<bearer>{_BEARER})"
)
_NAMES = {f"t{n}": name for n, (name, _) in enumerate(_PATTERNS)} | {"bearer": "bearer"}
_WORD = re.compile(r"[A-Za-z]+(?: |%20|\+)+")


def _may_hold(text: str) -> bool:
    for sign, stems in _STEMS:
        if sign in text:
            for stem in stems:  # `any` with a generator takes three times as long
                if stem in text:
                    return True
    return False


def substitute_tokens(text: str, placeholder: str) -> str:
    """Return a text with the placeholder for every token of a known shape; else the same object."""
    if not _may_hold(text):
        return text

    def replaced(found: re.Match[str]) -> str:
        word = _WORD.match(found[0]) if found.lastgroup == "bearer" else None
        return (word[0] if word else "") + placeholder

    return _ALL.sub(replaced, text)


def token_kinds(text: str) -> list[str]:
    """Return the kinds of tokens that stand in a text, each once, in their order."""
    if not _may_hold(text):
        return []
    found = (_NAMES[str(match.lastgroup)] for match in _ALL.finditer(text))
    return list(dict.fromkeys(found))


# Values


def check_secrets(secrets: Mapping[str, str]) -> None:
    """Raise `UsageError` for a value that is too short to search for."""
    for name, value in secrets.items():
        if len(value) < SHORTEST_SECRET:
            raise UsageError(
                f"expected a secret of at least {SHORTEST_SECRET} characters, "
                f"got {len(value)} characters in {name}"
            )


def spellings(value: str) -> tuple[str, ...]:
    """Return how a value looks as it is, in JSON, and in a URL."""
    data = value.encode(errors="surrogatepass")  # an environment can hold any bytes
    return tuple(
        sorted(
            {
                value,
                quote(data, safe=""),
                quote(data),
                json.dumps(value)[1:-1],
                json.dumps(value, ensure_ascii=False)[1:-1],
            }
        )
    )


@lru_cache(maxsize=8)
def _values_pattern(values: tuple[str, ...]) -> re.Pattern[str]:
    forms = {form for value in values for form in spellings(value)}
    return re.compile("|".join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form)))))


def substitute_values(values: Iterable[str], placeholder: str) -> Substitute | None:
    """Return what puts the placeholder for values, however they are spelt; None for no values."""
    known = tuple(sorted(set(values)))
    if not known:
        return None
    pattern = _values_pattern(known)
    return lambda text: pattern.sub(lambda _: placeholder, text)
