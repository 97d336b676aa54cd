"""How `url` reads, and what is asked for: measured on QUrl of Qt 5.15.2."""

from __future__ import annotations

import pytest

from wsfake.script_api.urls import read_qt

SHOWN = {
    "ws://h:/x": "ws://h/x",
    "ws://h:080/": "ws://h:80/",
    "ws://[::1]:80/x": "ws://[::1]:80/x",
    "ws://h/%zz%20": "ws://h/%25zz%2520",
    "ws://h/%e2%82": "ws://h/%E2%82",
    "ws://h/%e2%82%ac%ff": "ws://h/€%FF",
    "ws://:p@h/": "ws://@h/",
    "ws://u[v]@h/": "ws://u%5Bv%5D@h/",
    "ws://xn--bcher-kva.de/": "ws://bücher.de/",
    "ws://xn--\x7f.de/": "",
    "ws://xn--a-\u00e4.de/": "ws://xn--a-\u00e4.de/",
    "ws://a%41b/": "ws://aab/",
    "ws://h/a b?c d#e#f": "ws://h/a b?c d#e#f",
    "ws://h/\ud83d": "ws://h/\ufffd",
    "ws://h ": "",
    "ws://h%20x/": "",
    "ws://h..a/": "",
    "ws://u@v@h/": "",
    "ws://h:65536/": "",
    "ws://h/<\\^`{|}>": "ws://h/%3C%5C%5E%60%7B%7C%7D%3E",
    "1x:y": "",
    "a/b:c": "a/b:c",
    "//H/p": "//h/p",
    "%41": "A",
    "ws:h/x y": "ws:h/x y",
}


@pytest.mark.parametrize(("url", "shown"), SHOWN.items())
def test_a_url_is_shown_as_qt_shows_it(url: str, shown: str) -> None:
    assert read_qt(url).shown == shown


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("ws://H", "h", "/"),
        ("ws://h:80?x=1", "h:80", "?x=1"),
        ("ws://h/a?#f", "h", "/a"),
        ("ws://bücher.de/ü", "xn--bcher-kva.de", "/%C3%BC"),
        (f"ws://{'ü' * 70}/", "ü" * 70, "/"),
    ],
)
def test_a_request_is_as_qt_makes_it(url: str, host: str, target: str) -> None:
    read = read_qt(url)
    assert (read.host, read.target, read.connects, read.hopeless) == (host, target, True, False)


@pytest.mark.parametrize("url", ["ws:", "ws:/h", "ws:h", "ws://", "ws://?a", "ws:///path"])
def test_a_url_without_a_host_is_tried_and_fails(url: str) -> None:
    read = read_qt(url)
    assert (read.shown, read.connects, read.hopeless) == (url, True, True)


@pytest.mark.parametrize("url", ["ws://h/a\r\nX: 1", "ws://h/a%0d%0aX: 1"])
def test_a_path_with_a_line_end_is_dead(url: str) -> None:
    read = read_qt(url)
    assert (read.shown, read.connects) == ("", False)
