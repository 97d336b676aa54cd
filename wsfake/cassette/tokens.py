"""What secrets look like that are known by their shape or by their value, in any text.

The shapes are those that their issuers document, and so particular that hardly anything else has
them: a name for each, so that a finding can be told without its value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, quote_plus

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


class _Kind(NamedTuple):
    """One kind of token.

    Each holds one of the `stems`, which is looked for first: most messages hold none, and that
    costs far less than the patterns do. A pattern begins with letters, so that `re` need not try
    every place of a long text, and looks back from there at what must not stand before a token.
    The group `secret`, where there is one, is what is secret of it.
    """

    name: str
    stems: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, name: str, stems: str, *patterns: str) -> _Kind:
        return cls(name, tuple(stems.split()), tuple(map(re.compile, patterns)))


def _from(letters: str) -> str:
    """Return the pattern of the first letters of a token, which does not begin within a word."""
    return rf"{letters}(?<![A-Za-z0-9]{letters})"


_KINDS: tuple[tuple[str, tuple[_Kind, ...]], ...] = (
    (
        ".",
        (
            # JSON Web Token, RFC 7519: two parts of base64url that are JSON objects, and a
            # signature
            _Kind.of("jwt", "eyJ", rf"{_from('eyJ')}[\w-]{{5,}}\.eyJ[\w-]{{5,}}\.[\w-]*"),
        ),
    ),
    (
        "-",
        (
            # OpenAI, Anthropic: sk-..., sk-proj-..., sk-ant-...
            _Kind.of("sk", "sk-", rf"{_from('sk-')}(?=[\w-]*[0-9])[\w-]{{16,}}"),
            _Kind.of("gitlab", "glpat-", rf"{_from('glpat-')}[\w-]{{20,}}"),
            _Kind.of(
                "slack",
                "xox xapp-",
                rf"{_from('xox')}[abeoprs]-[A-Za-z0-9-]{{10,}}",
                rf"{_from('xapp-')}[A-Za-z0-9-]{{10,}}",
            ),
        ),
    ),
    (
        "_",
        (
            # Stripe: sk_live_..., rk_test_...
            _Kind.of(
                "sk",
                "_live_ _test_",
                rf"{_from('sk_')}(?:live|test)_\w{{16,}}",
                rf"{_from('rk_')}(?:live|test)_\w{{16,}}",
            ),
            _Kind.of(
                "github",
                "gh github_pat_",
                rf"{_from('gh')}[pousr]_[A-Za-z0-9]{{20,}}",
                rf"{_from('github_pat_')}\w{{20,}}",
            ),
            _Kind.of("hugging face", "hf_", rf"{_from('hf_')}[A-Za-z0-9]{{20,}}"),
            _Kind.of("npm", "npm_", rf"{_from('npm_')}[A-Za-z0-9]{{36}}"),
        ),
    ),
    (
        "A",
        (
            _Kind.of(
                "aws",
                "AKIA ASIA",
                rf"{_from('AKIA')}[A-Z0-9]{{16}}(?![A-Za-z0-9])",
                rf"{_from('ASIA')}[A-Z0-9]{{16}}(?![A-Za-z0-9])",
            ),
            _Kind.of("google", "AIza", rf"{_from('AIza')}[\w-]{{35}}"),
        ),
    ),
    (
        "",
        (
            # RFC 6750 section 2.1: the word stays, so that it is still seen how one logs in. The
            # word stands in prose too, so that what follows is a token only with a figure in it.
            _Kind.of(
                "bearer",
                "earer",
                r"earer(?<=\b[Bb]earer)(?: |%20|\+)+"
                r"(?P<secret>(?=[\w.~+/-]*[0-9])[\w.~+-](?:[\w.~+-]|\\?/){7,}=*)",
            ),
        ),
    ),
)
"""The kinds by a character that stands in each of their stems, which is looked for before all."""

_Found = tuple[int, int, str]
"""Where a token stands in a text, and its kind."""


def _find(text: str) -> list[_Found]:
    """Return the tokens in a text, in order; where several overlap, all of it is one."""
    found: list[_Found] = []
    for sign, kinds in _KINDS:
        if sign in text:
            for name, stems, patterns in kinds:
                for stem in stems:  # `any` with a generator takes three times as long
                    if stem in text:
                        found += _find_kind(text, name, patterns)
                        break
    return _apart(sorted(found)) if len(found) > 1 else found


def _find_kind(text: str, name: str, patterns: Iterable[re.Pattern[str]]) -> Iterator[_Found]:
    for pattern in patterns:
        group = "secret" if pattern.groups else 0
        for match in pattern.finditer(text):
            yield (*match.span(group), name)


def _apart(found: Iterable[_Found]) -> list[_Found]:
    apart: list[_Found] = []
    for start, end, name in found:
        if apart and start < apart[-1][1]:
            first, last, kind = apart.pop()
            apart.append((first, max(last, end), kind))
        else:
            apart.append((start, end, name))
    return apart


def substitute_tokens(text: str, placeholder: str) -> str:
    """Return a text with the placeholder for every token of a known shape; else the same object."""
    found = _find(text)
    if not found:
        return text
    parts: list[str] = []
    done = 0
    for start, end, _ in found:
        parts += (text[done:start], placeholder)
        done = end
    return "".join(parts) + text[done:]


def token_kinds(text: str) -> list[str]:
    """Return the kinds of tokens that stand in a text, each once, in their order."""
    return list(dict.fromkeys(name for _, _, name in _find(text)))


# Values


def check_secrets(secrets: Mapping[str, str]) -> None:
    """Raise `UsageError` for a value that is too short to search for."""
    for name, value in secrets.items():
        if len(value) < SHORTEST_SECRET:
            raise UsageError(
                f"expected a secret of at least {SHORTEST_SECRET} characters, "
                f"got {len(value)} characters in {name}"
            )


_LEFT_IN_URLS = ("", "/", "!'()*", "!'()*;,/?:@&=+$#")
"""What is not escaped, beside letters, figures and `-._~`: by `quote` of Python, with and without
slashes, and by `encodeURIComponent` and `encodeURI` (ECMA-262 section 19.2.6)."""


def spellings(value: str) -> tuple[str, ...]:
    """Return how a value looks as it is, in JSON, in a URL, and in what a form sends."""
    return tuple(sorted({value, *_in_json(value), *_in_urls(value)}))


def _in_json(value: str) -> Iterator[str]:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        for form in (text, re.sub(r"(?<=\\u)[0-9a-f]{4}", lambda found: found[0].upper(), text)):
            yield form
            yield form.replace("/", "\\/")  # as PHP writes it


def _in_urls(value: str) -> Iterator[str]:
    data = value.encode(errors="surrogatepass")  # an environment can hold any bytes
    for form in (*(quote(data, safe=left) for left in _LEFT_IN_URLS), quote_plus(data)):
        yield form
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), form)


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
