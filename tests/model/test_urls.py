# ruff: noqa: E501 - tables, with every text whole
from __future__ import annotations

import re
from typing import Any

import pytest

from wsfake.errors import UsageError
from wsfake.model import UrlPattern, is_at, normalise_url


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("WS://Host.Example/Path", "ws://host.example/Path"),
        ("ws://a", "ws://a/"),
        ("ws://a:80/", "ws://a/"),
        ("wss://a:443", "wss://a/"),
        ("ws://a:/", "ws://a/"),
        ("ws://a:443/", "ws://a:443/"),
        ("wss://a:80/", "wss://a:80/"),
        ("ws://a:0/", "ws://a:0/"),
        ("ws://a/#fragment", "ws://a/"),
        ("ws://a?x#y", "ws://a/?x"),
        ("ws://a/b/", "ws://a/b/"),
        ("ws://a/b", "ws://a/b"),
        ("ws://a/?b=1&a=2", "ws://a/?b=1&a=2"),
        ("ws://a/%7Eb%2f", "ws://a/%7Eb%2f"),
        ("ws://[::1]:80/x", "ws://[::1]/x"),
        ("ws://[FE80::A]:81", "ws://[fe80::a]:81/"),
        ("ws://User:Pass@Host/", "ws://User:Pass@host/"),
        ("ws://a@b@c/", "ws://a@b@c/"),
        ("ws://a/ü b?q=ö&r=<redacted>", "ws://a/%C3%BC%20b?q=%C3%B6&r=<redacted>"),
        ('ws://a/{x}?f={"a":[1|2]}', "ws://a/%7Bx%7D?f=%7B%22a%22:[1%7C2]%7D"),
        ("ws://a/<b>?<<redacted>>=<redacted", "ws://a/%3Cb%3E?%3C<redacted>%3E=%3Credacted"),
        ("ws://a/\ud800", "ws://a/%ED%A0%80"),
        ("ws://Bücher.example/", "ws://xn--bcher-kva.example/"),
        (f"ws://{'ü' * 64}/", f"ws://{'ü' * 64}/"),
    ],
)
def test_urls_that_are_one_have_one_form(url: str, normal: str) -> None:
    assert normalise_url(url) == normal
    assert normalise_url(normal) == normal


@pytest.mark.parametrize(
    "url", ["", "a", "http://a/", "ws:a", "ws://", "ws:///x", "ws://:80/", "ws://a b/"]
)
def test_what_is_no_url_of_a_websocket_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        normalise_url(url)
    assert str(caught.value) == f"expected a ws or wss URL with a host, got {url!r}"


@pytest.mark.parametrize("url", ["ws://a:x/", "ws://a:65536/", "ws://[::1/"])
def test_a_url_that_cannot_be_split_is_refused_with_the_reason(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        normalise_url(url)
    assert str(caught.value).startswith(f"expected a ws or wss URL, got {url!r}: ")


@pytest.mark.parametrize("url", ["ws://u:hunter2@h:99999/", "http://u:hunter2@h/", "ws:u:hunter2@"])
def test_the_user_info_of_a_url_is_not_shown_in_errors(url: str) -> None:
    with pytest.raises(UsageError, match="<redacted>@") as caught:
        normalise_url(url)
    assert "hunter2" not in str(caught.value)


def fits(pattern: str | re.Pattern[str], url: str) -> bool:
    return UrlPattern.of(pattern).fits(normalise_url(url))


@pytest.mark.parametrize(
    ("pattern", "url", "fit"),
    [
        ("ws://a", "WS://A:80/#x", True),
        ("ws://a/b", "ws://a/b/", False),
        ("ws://*.example/x", "ws://feed.example/x", True),
        ("ws://localhost:1/x", "ws://127.0.0.1:1/x", True),
        ("ws://localhost:1/x", "ws://[::1]:1/x", True),
        ("ws://127.0.0.1:1/x", "ws://[0:0:0:0:0:0:0:1]:1/x", True),
        ("ws://127.0.0.1/x", "ws://[::FFFF:127.0.0.1]/x", True),
        ("ws://localhost:1/x", "ws://127.0.0.1:2/x", False),
        ("ws://localhost/x", "wss://localhost/x", False),
        ("ws://localhost/x", "ws://127.0.0.2/x", False),
        ("ws://[fe80:0::A]/x", "ws://[fe80::a]/x", True),
        ("ws://u:p@localhost/x", "ws://127.0.0.1/x", True),
        ("ws://feed.example./x", "ws://feed.example/x", True),
        ("ws://feed.example:1/x", "ws://feed.example.:1/x", True),
        ("ws://*.example/x", "ws://feed.example./x", True),
        ("ws://local*:1/x", "ws://[::1]:1/x", True),
        (re.compile(r"ws://127\.0\.0\.1/.*"), "ws://u@localhost/x", True),
        (re.compile(r"ws://feed\.example\./.*"), "ws://feed.example./x", True),
        ("ws://u:p@a/x", "ws://a/x", True),
        ("ws://a/x", "ws://u:p@a/x", True),
        ("ws://u:p@a/x", "ws://u:q@a/x", False),
        ("ws://u:p@a/x", "ws://u:p@a/x", True),
        ("ws://u:p@a/x@", "ws://a/x", False),
        ("ws://*.a/x", "ws://u:p@b.a/x", True),
        (re.compile("ws://a/.*"), "ws://u:p@a/x", True),
        ("ws://*.bücher.example/ü", "ws://feed.xn--bcher-kva.example/%C3%BC", True),
        ("ws://*.EXAMPLE:80/x", "ws://a.b.example/x", True),
        ("ws://*.example/x", "ws://example/x", False),
        ("ws://*.example/x", "wss://feed.example/x", False),
        ("ws://*.example/x", "ws://feed.example/y", False),
        ("ws://*.example/x", "ws://feed.example/x?y", False),
        ("ws://*/x", "ws://any:8080/x", True),
        ("ws://*/x", "ws://user@any/x", True),
        ("ws://me@*/x", "ws://me@any/x", True),
        ("ws://a.b/*", "ws://a.b/*", True),
        ("ws://a.b/*", "ws://a.b/c", False),
        ("ws://a.b?x=*", "ws://a.b/?x=*", True),
        ("ws://a.b?x=*", "ws://a.b/?x=1", False),
        ("ws://*.a/*", "ws://b.a/*", True),
        ("ws://*.a/*", "ws://b.a/c", False),
        ("ws://x*@a/", "ws://x*@a/", True),
        (re.compile(r"wss?://a/\d+"), "ws://a/12", True),
        (re.compile(r"wss?://a/\d+"), "ws://a/12/", False),
    ],
)
def test_a_pattern_fits_one_url_or_several(
    pattern: str | re.Pattern[str], url: str, fit: bool
) -> None:
    assert fits(pattern, url) is fit


def test_a_pattern_is_shown_as_it_was_given() -> None:
    assert str(UrlPattern.of("ws://A")) == "ws://A"
    assert str(UrlPattern.of("ws://*.a/")) == "ws://*.a/"
    assert str(UrlPattern.of(re.compile("ws://.*"))) == "ws://.*"


@pytest.mark.parametrize(
    ("url", "error"),
    [
        (5, "expected a URL (str) or a compiled pattern, got int: 5"),
        (re.compile(b"a"), "expected a URL (str) or a compiled pattern, got Pattern: re.compile(b'a')"),
        ("*", "expected a ws or wss URL with a host, got '*'"),
        ("http://*/", "expected a ws or wss URL with * in its host, got 'http://*/'"),
        ("ws://a:*/", "expected a ws or wss URL with * in its host, got 'ws://a:*/'"),
    ],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(url: Any, error: str) -> None:
    with pytest.raises(UsageError) as caught:
        UrlPattern.of(url)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("url", "host", "port", "there"),
    [
        ("ws://h.test/a", "h.test", 80, True),
        ("wss://h.test/a", "h.test", 443, True),
        ("ws://h.test:8000/a", "H.test", 8000, True),
        ("ws://h.test:8000/a", "h.test", 80, False),
        ("ws://h.test:8000/a", "h.test", None, True),
        ("ws://h.test/a", "g.test", 80, False),
        ("ws://localhost:8000/", "127.0.0.1", 8000, True),
        ("ws://[::1]:8000/", "localhost", 8000, True),
        ("ws://h.test:8000/", "h.test.", 8000, True),
        ("ws://[::1]:8000/", "0:0:0:0:0:0:0:1", 8000, True),
        ("ws://h.test/", "no:address", 80, False),
        ("server 1", "h.test", None, False),
    ],
)
def test_a_url_is_at_a_host_and_a_port(url: str, host: str, port: int, there: bool) -> None:
    assert is_at(url, host, port) is there


@pytest.mark.parametrize(
    ("pattern", "host", "port", "fits"),
    [
        ("ws://h.test/a", "h.test", 80, True),
        ("ws://h.test/a", "h.test", 81, False),
        ("ws://*.test/a", "h.test", 80, True),
        ("ws://*.test/a", "h.example", 80, False),
        ("ws://*.test:81/a", "h.test", 81, True),
        ("ws://*.test:81/a", "h.test", 80, False),
        ("wss://*.test/a", "h.test", None, True),
        ("ws://*.test/a", "h.test", 81, False),
        ("ws://*.test:81/a?b=c", "H.test", 81, True),
        ("ws://*.test:81/a?b=c", "h.test", None, True),
        ("ws://me@*.test:81/a", "h.test", 81, True),
        ("ws://*.test:81/a", "h.test.", 81, True),
        ("ws://local*:81/a", "127.0.0.1", 81, True),
        ("ws://h.*/a", "h.test", 81, True),
        ("ws://h.*/a", "h.test", None, True),
        ("ws://*.test:81/a", "g.example", None, False),
        ("wss://*.test", "h.test", 443, True),
        (re.compile(r"ws://h\.test/.*"), "h.test", 80, True),
        (re.compile(r"ws://h\.test/.*"), "h.test", 1234, False),
        (re.compile(r"wss?://[^/]*\.test:81/v1\?a=.*"), "h.test", 81, True),
        (re.compile(r"wss?://[^/]*\.test:81/v1\?a=.*"), "h.test", None, True),
        (re.compile(r"ws://h\.test:\d{4}/v1"), "h.test", None, True),
        (re.compile(r"ws:\/\/h\.test:\d{4}\/v1"), "h.test", 81, False),
        (re.compile(r"ws://h\.test/a|ws://g\.test/b"), "g.test", 80, True),
        (re.compile(r"ws://(h\.test/a|g\.test/b)"), "g.test", 80, True),
        (re.compile(r"ws://.*"), "h.test", 81, True),
        (re.compile(r"(?x) ws:// h\.test /a"), "h.test", 80, True),
        (re.compile(r"ws://\[::1\]:81/"), "::1", 81, True),
        (re.compile(r"ws://.*:81/"), "h.test", 81, True),
        (re.compile(r"ws://.*:81/"), "h.test", 82, False),
    ],
)
def test_a_pattern_fits_a_host_and_a_port(
    pattern: str | re.Pattern[str], host: str, port: int | None, fits: bool
) -> None:
    assert UrlPattern.of(pattern).fits_place(host, port) is fits


@pytest.mark.parametrize(
    ("pattern", "scheme", "port", "url"),
    [
        ("ws://H.test/a?b", "ws", 80, "ws://H.test/a?b"),
        ("ws://h.test/a", "wss", 80, None),
        ("ws://h.test/a", "ws", 81, None),
        ("ws://*.test:81/a?b", "ws", 81, "ws://h.test:81/a?b"),
        ("wss://*.test/a", "wss", 443, "wss://h.test/a"),
        ("ws://*.example/a", "ws", 80, None),
        (re.compile(r"wss?://.*/"), "wss", 81, "wss://h.test:81/"),
        (re.compile(r"wss?://.*/a"), "ws", 80, None),
    ],
)
def test_a_pattern_has_a_url_at_a_place(
    pattern: str | re.Pattern[str], scheme: str, port: int, url: str | None
) -> None:
    assert UrlPattern.of(pattern).url_at(scheme, "h.test", port) == url
