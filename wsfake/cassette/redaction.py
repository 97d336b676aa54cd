"""Taking secrets out of what is written, before it is written.

By name: headers, query parameters and keys of JSON whose name says that the value is a secret. By
shape and by value, in whatever text: see `wsfake.cassette.tokens`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote_plus

from wsfake.cassette.cookies import without_cookies
from wsfake.cassette.tokens import (
    Substitute,
    check_secrets,
    substitute_tokens,
    substitute_values,
)
from wsfake.model import Accept, Close, Drop, Entries, Entry, Headers, Open, Reject
from wsfake.model.urls import mask_user_info
from wsfake.transcript.json_text import Span, spans, value_end
from wsfake.transcript.matching import PLACEHOLDER
from wsfake.wire.payloads import cut_reason

__all__ = ["PLACEHOLDER", "Redactor"]

_HEADERS = (
    "api-key",
    "authorization",
    "proxy-authorization",
    "x-access-token",
    "x-amz-security-token",
    "x-api-key",
    "x-auth-token",
    "x-csrf-token",
    "x-goog-api-key",
    "x-xsrf-token",
)
_JSON_KEYS = (
    "access_key",
    "access_token",
    "api_key",
    "api_secret",
    "api_token",
    "auth_token",
    "authorization",
    "bearer_token",
    "client_secret",
    "cookie",
    "credentials",
    "id_token",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "pwd",
    "refresh_token",
    "secret",
    "secret_access_key",
    "secret_key",
    "session_token",
    "set_cookie",
    "token",
)
_QUERY = (*_JSON_KEYS, "auth", "jwt", "key", "pass", "sig", "signature")

_COOKIES = frozenset({"cookie", "set-cookie"})
_URL_HEADERS = frozenset({"location", "content-location", "origin", "referer"})
_PARAMETER = re.compile(r"(?<=[?&#;])([^=&#;?]+)=((?:[^&#;]|;(?![^=&#;?]+=))+)")
"""A semicolon is a part of a value (RFC 3986 section 3.4), but where another parameter follows."""

_EMPTY = frozenset({'""', "null", "true", "false", "{}", "[]"})
_BARE = re.compile(r'[^\s,}\]"\\]*')

# Subprotocols by which tokens travel, as browsers cannot set headers: behind a known beginning
# (Kubernetes, OpenAI, Jupyter), after an item that announces one, or as a JSON Web Token.
_CARRIER = re.compile(
    r"(base64url\.bearer\.authorization\.k8s\.io\.|openai-insecure-api-key\."
    r"|v1\.token\.websocket\.jupyter\.org\.)(?=.)",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"(?:bearer|(?:access[-_.]?|auth[-_.]?)?token|authorization|jwt|api[-_.]?key)", re.IGNORECASE
)
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")


def _words(name: str) -> str:
    """Return a pattern for a name however its words are joined: api_key, apiKey, API-Key."""
    return "[-_. ]?".join(map(re.escape, _split(name)))


def _split(name: str) -> list[str]:
    words = re.split(r"[-_. ]+|(?<=[a-z0-9])(?=[A-Z])", name.strip())
    return [word for word in words if word] or [name]


def _names_pattern(names: Iterable[str]) -> str:
    return "(?i:" + "|".join(map(_words, sorted(names, key=len, reverse=True))) + ")"


def _given(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name.strip() for name in names} - {""}))


class Redactor:
    """Replaces secrets by `<redacted>`, and leaves everything else character for character.

    The names given are added to the defaults. Case does not count in any name, and in those of
    the query and of JSON neither does how words are joined: `api_key` is `apiKey` and `API-Key`.
    What is empty, null, true or false is no secret and stays, so that scripts still see it.
    """

    def __init__(
        self,
        headers: Iterable[str] = (),
        query: Iterable[str] = (),
        json_keys: Iterable[str] = (),
        rules: Sequence[Callable[[str], str]] = (),
        secrets: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Take names, functions that each text goes through last, and secrets by their names.

        The values of `secrets` are secret wherever they stand in a text. Raises `UsageError` for
        one of fewer than eight characters.
        """
        check_secrets(secrets)
        self.headers: Final = tuple(sorted({name.strip().lower() for name in headers} - {""}))
        self.query: Final = _given(query)
        self.json_keys: Final = _given(json_keys)
        self.rules: Final = tuple(rules)
        self.secrets: Final = tuple(sorted(secrets.items()))

    @property
    def names(self) -> tuple[str, ...]:
        """What a cassette's header says of it: groups of rules and names, never a value."""
        added = (
            f"{group}:{name}"
            for group, names in (
                ("header", self.headers),
                ("json", self.json_keys),
                ("query", self.query),
                ("value", [name for name, _ in self.secrets]),
            )
            for name in names
        )
        return ("headers", "json", "query", "subprotocols", "tokens", "user info", *added)

    def entry(self, entry: Entry) -> Entry:
        """Return the entry without its secrets; the same object where it has none.

        Pings, pongs and raw bytes are left as they are.
        """
        what = entry.what
        if type(what) is str:
            clean: Any = self.text(what)
        elif type(what) is bytes:
            clean = self.binary(what)
        else:
            clean = self._event(what)
        return entry if clean is what else entry._replace(what=clean)

    def entries(self, entries: Entries) -> Entries:
        """Return what `entry` does for each, in a fraction of the time where nothing is secret.

        All texts are searched in one go: what stands in one of them stands in all together, as
        the line feeds between them are part of no token, name or beginning of a word.
        """
        if len(entries) > 1 and not self.rules:
            whats: list[Any] = entries.whats
            if set(map(type, whats)) == {str}:
                together = "\n".join(whats)
                if not self._may_hold_keys(together) and self._rules(together) == together:
                    return entries
        return Entries.of(map(self.entry, entries))

    def text(self, text: str) -> str:
        """Return a text message, with the values of secret keys of JSON replaced.

        A text with JSON in it that is not JSON as a whole (several values in a row, a prefix as in
        socket.io, a message that was cut) is searched too, and so are strings that hold JSON.
        """
        if self._may_hold_keys(text):
            text = self._json(text)
        return self._rules(text)

    def binary(self, data: bytes) -> bytes:
        """Return a binary message; changed only where all of it is JSON in UTF-8."""
        if data.lstrip()[:1] not in (b"{", b"["):
            return data
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return data
        clean = text if spans(text) is None else self.text(text)
        return data if clean == text else clean.encode()

    def url(self, url: str) -> str:
        """Return a URL with its user info, and the values of secret parameters, replaced."""
        return self._rules(_PARAMETER.sub(self._parameter, mask_user_info(url)))

    def header_fields(self, headers: Headers) -> Headers:
        """Return headers with the values of secret ones replaced; of cookies the names stay."""
        return tuple((name, self._header(name.lower(), value)) for name, value in headers)

    def subprotocols(self, offered: Iterable[str]) -> tuple[str, ...]:
        """Return the subprotocols that a client offers, without the tokens that some carry."""
        clean: list[str] = []
        announced = False
        for item in offered:
            carrier = _CARRIER.match(item)
            if carrier is not None:
                clean.append(carrier[0] + PLACEHOLDER)
            elif announced or _JWT.fullmatch(item):
                clean.append(PLACEHOLDER)
            else:
                clean.append(self._rules(item))
            announced = _ANNOUNCES.fullmatch(item) is not None
        return tuple(clean)

    # Names.

    @cached_property
    def _secret_headers(self) -> frozenset[str]:
        return frozenset((*_HEADERS, *self.headers))

    @cached_property
    def _secret_query(self) -> re.Pattern[str]:
        return re.compile(_names_pattern((*_QUERY, *self.query)))

    @cached_property
    def _secret_key(self) -> re.Pattern[str]:
        return re.compile(_names_pattern((*_JSON_KEYS, *self.json_keys)))

    @cached_property
    def _probe(self) -> re.Pattern[str]:
        """Find a secret key of JSON, also within a string that holds JSON."""
        space = r"(?:\s|\\+[nrt])*"
        return re.compile(rf'"{self._secret_key.pattern}(\\*)"{space}:{space}')

    @cached_property
    def _stems(self) -> tuple[str, ...]:
        """One word of each name, so few that a search for them all costs a tenth of `_probe`."""
        words = {_split(name)[-1].lower() for name in (*_JSON_KEYS, *self.json_keys)}
        return tuple(
            sorted(word for word in words if not any(o != word and o in word for o in words))
        )

    def _may_hold_keys(self, text: str) -> bool:
        return '"' in text and (
            "\\u00" in text
            or (self._may_hold(text.lower()) and self._probe.search(text) is not None)
        )

    def _may_hold(self, lower: str) -> bool:
        # `any` with a generator takes three times as long.
        for stem in self._stems:  # noqa: SIM110
            if stem in lower:
                return True
        return False

    # Parts.

    @cached_property
    def _substitute_values(self) -> Substitute | None:
        return substitute_values([value for _, value in self.secrets], PLACEHOLDER)

    def _rules(self, text: str) -> str:
        text = substitute_tokens(text, PLACEHOLDER)
        if self._substitute_values is not None:
            text = self._substitute_values(text)
        for rule in self.rules:
            text = rule(text)
        return text

    def _event(self, what: Any) -> Any:
        match what:
            case Open(url, headers, offered):
                return what.replace(
                    url=self.url(url),
                    headers=self.header_fields(headers),
                    subprotocols=self.subprotocols(offered),
                )
            case Accept(subprotocol, headers):
                chosen = None if subprotocol is None else self.subprotocols([subprotocol])[0]
                return what.replace(subprotocol=chosen, headers=self.header_fields(headers))
            case Reject(headers=headers, body=body):
                clean = self._body(body)
                headers = _with_length(self.header_fields(headers), body, clean)
                return what.replace(headers=headers, body=clean)
            case Close(reason=reason):
                said = self.text(reason)  # which may be longer, and is to fit into a frame
                return what if said == reason else what.replace(reason=cut_reason(said))
            case Drop(inside=str(inside)):
                return what.replace(inside=self.text(inside))
            case _:
                return what

    def _body(self, body: bytes) -> bytes:
        """Return the body of a refusal, which may quote the token that was refused."""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return body
        clean = self.text(text)
        return body if clean == text else clean.encode()

    def _header(self, name: str, value: str) -> str:
        if name in _COOKIES:
            return self._rules(without_cookies(value, PLACEHOLDER, set_by=name == "set-cookie"))
        if name in self._secret_headers:
            return PLACEHOLDER if value else value
        if name in _URL_HEADERS:
            return self.url(value)
        if name == "sec-websocket-protocol":
            offered = tuple(re.split(r"\s*,\s*", value))
            clean = self.subprotocols(offered)
            return value if clean == offered else ", ".join(clean)
        return self._rules(value)

    def _parameter(self, found: re.Match[str]) -> str:
        name = unquote_plus(found[1])
        return f"{found[1]}={PLACEHOLDER}" if self._secret_query.fullmatch(name) else found[0]

    def _json(self, text: str) -> str:
        values = spans(text)
        return self._fragments(text) if values is None else self._values(text, values)

    def _values(self, text: str, values: list[Span]) -> str:
        parts: list[str] = []
        done = 0
        for span in values:
            if span.start < done:
                continue  # within a value that is replaced as a whole
            clean = self._value(span, text[span.start : span.end])
            if clean is not None:
                parts += (text[done : span.start], clean)
                done = span.end
        return "".join(parts) + text[done:] if parts else text

    def _value(self, span: Span, raw: str) -> str | None:
        """Return what stands in the place of a value; None for itself."""
        if isinstance(span.key, str) and self._secret_key.fullmatch(span.key):
            return None if raw in _EMPTY else f'"{PLACEHOLDER}"'
        if raw[0] == '"' and "\\" in raw:  # JSON in a string has quotes, which are escaped
            inner = json.loads(raw)
            clean = self.text(inner)
            return (
                None
                if clean == inner
                else json.dumps(clean, ensure_ascii=raw.isascii() or "\\u" in raw)
            )
        return None

    def _fragments(self, text: str) -> str:
        parts: list[str] = []
        done = 0
        for found in self._probe.finditer(text):
            start = found.end()
            if start < done:
                continue
            quote = found[1] + '"'
            end = _fragment_end(text, start, quote)
            if text[start:end].replace("\\", "") not in ("", *_EMPTY):
                parts += (text[done:start], quote, PLACEHOLDER, quote)
                done = end
        return "".join(parts) + text[done:]


def _with_length(headers: Headers, body: bytes, clean: bytes) -> Headers:
    """Let headers that tell the length of a body tell that of another; a wrong length stays."""
    if len(body) == len(clean):
        return headers
    told, now = str(len(body)), str(len(clean))
    return tuple(
        (name, now if name.lower() == "content-length" and value == told else value)
        for name, value in headers
    )


def _fragment_end(text: str, start: int, quote: str) -> int:
    """Return where a secret value ends; where nothing tells, it goes on to the end of the text.

    `quote` is what strings stand in there: with backslashes before it within a string.
    """
    end = value_end(text, start) if quote == '"' else None
    if end is not None:
        return end
    if text.startswith(quote, start):
        found = re.compile(r"(?<!\\)" + re.escape(quote)).search(text, start + len(quote))
        return len(text) if found is None else found.end()
    if text[start : start + 1] in ("{", "["):
        return len(text)
    return _BARE.match(text, start).end()  # type: ignore[union-attr]
