from __future__ import annotations

import re

import pytest

from wsfake.errors import UsageError
from wsfake.model import UrlPattern, normalise_url


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("WS://Echo.Example", "ws://echo.example/"),
        ("ws://a:80/", "ws://a/"),
        ("wss://a:443/", "wss://a/"),
        ("wss://a:80/", "wss://a:80/"),
        ("ws://a:8080/x#part", "ws://a:8080/x"),
        ("ws://a/x/", "ws://a/x/"),
        ("ws://a/?b=1&a=2", "ws://a/?b=1&a=2"),
        ("ws://a/%41", "ws://a/%41"),
        ("ws://User:Pass@A/", "ws://User:Pass@a/"),
        ("ws://[::1]:9/", "ws://[::1]:9/"),
        ("ws://a:0/", "ws://a:0/"),
    ],
)
def test_equal_urls_have_one_normal_form(url: str, normal: str) -> None:
    assert normalise_url(url) == normal


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://a/", "expected a ws or wss URL with a host, got 'http://a/'"),
        ("ws:///x", "expected a ws or wss URL with a host, got 'ws:///x'"),
        ("", "expected a ws or wss URL with a host, got ''"),
        ("ws://a:x/", "expected a ws or wss URL, got 'ws://a:x/': Port could not be cast"),
        ("ws://[::1/", "expected a ws or wss URL, got 'ws://[::1/': Invalid IPv6 URL"),
    ],
)
def test_what_is_no_websocket_url_is_refused(url: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        normalise_url(url)
    assert str(caught.value).startswith(text)


def test_a_text_is_one_url_however_it_is_written() -> None:
    pattern = UrlPattern.of("ws://A")
    assert pattern.fits("ws://a/")
    assert not pattern.fits("ws://a/x")
    assert str(pattern) == "ws://A"


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("ws://x.example/", True),
        ("ws://a.b.example/", True),
        ("ws://x.example:81/", False),
        ("ws://x.example/y", False),
        ("ws://user@x.example/", False),
    ],
)
def test_a_star_in_the_host_fits_any_name_and_no_port(url: str, fits: bool) -> None:
    assert UrlPattern.of("ws://*.example").fits(url) is fits


def test_a_star_fits_an_address_and_leaves_the_port_as_it_is() -> None:
    assert UrlPattern.of("ws://*:81/").fits("ws://[::1]:81/")
    assert not UrlPattern.of("ws://*/").fits("ws://localhost:8080/")


def test_a_star_in_the_query_is_a_star() -> None:
    assert UrlPattern.of("ws://*?q=*").fits("ws://a/?q=*")
    assert not UrlPattern.of("ws://*?q=*").fits("ws://a/?q=b")


def test_a_compiled_pattern_fits_the_whole_url() -> None:
    pattern = UrlPattern.of(re.compile(r"ws://a/\d+"))
    assert pattern.fits("ws://a/42")
    assert not pattern.fits("ws://a/42/")
    assert str(pattern) == r"ws://a/\d+"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        (7, "expected a URL or a compiled pattern, both of str, got int: 7"),
        (
            re.compile(b"ws"),
            "expected a URL or a compiled pattern, both of str, got Pattern: re.compile(b'ws')",
        ),
        ("ws://a:*/", "expected a ws or wss URL with * in its host alone, got 'ws://a:*/'"),
        ("http://*/", "expected a ws or wss URL with * in its host alone, got 'http://*/'"),
        ("*", "expected a ws or wss URL with a host, got '*'"),
    ],
)
def test_what_is_no_url_and_no_pattern_is_refused(url: object, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        UrlPattern.of(url)  # type: ignore[arg-type]
    assert str(caught.value) == text
