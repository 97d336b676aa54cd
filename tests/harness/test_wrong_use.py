"""What a test cannot ask for is refused where it asks, in wsfake's own words."""

# ruff: noqa: E501 - one line for each

from collections.abc import Callable
from typing import Any

import pytest

from wsfake import Faults, Harness, Transcript, UsageError, regex

T: Any = Transcript()
NO_TIMER = "expected what call_later or call_every returned, got "
NO_URL = "expected a ws or wss URL with a host, got "


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda ws_fake: ws_fake.url_for(5), NO_URL + "5"),
        (lambda ws_fake: ws_fake.url_for(b"ws://a"), NO_URL + "b'ws://a'"),
        (lambda ws_fake: ws_fake.url_for("ws://a", port="80"), "expected a host (str) and a port (int), got '127.0.0.1' and '80'"),
        (lambda ws_fake: ws_fake.play_client(5, T), "expected a URL, or an application, to act the transcript against, got 5"),
        (lambda ws_fake: ws_fake.serve("ws://a", T, connections=True), "expected a number of connections, or None for any, got True"),
        (lambda ws_fake: ws_fake.serve("ws://a", T, connections=-1), "expected a number of connections, or None for any, got -1"),
        (lambda ws_fake: ws_fake.cancel(None), NO_TIMER + "None"),
        (lambda ws_fake: ws_fake.save(5), "expected the path of a cassette to write, got 5"),
        (lambda ws_fake: ws_fake.save("/"), "expected the path of a cassette to write, got '/'"),
        (lambda ws_fake: ws_fake.load_script(None), "expected the path of a script, got None"),
    ],
)  # fmt: skip
def test_what_a_harness_cannot_do_is_refused(ask: Callable[[Any], object], error: str) -> None:
    with Harness() as ws_fake:
        with pytest.raises(UsageError) as caught:
            ask(ws_fake)
        assert str(caught.value) == error


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda: T.parse(5), "expected a text (str), got int: 5"),
        (lambda: T.parse(""), "line 1: expected a text\n  "),
        (lambda: Transcript(headers=5), "expected headers, as in {'Origin': '...'}, got 5"),  # type: ignore[arg-type]
        (lambda: T.expects_handshake(headers=5), "expected headers, as in {'Origin': '...'}, got 5"),
        (lambda: regex("("), "expected a regular expression, got '(': missing ), unterminated subpattern at position 0"),
        (lambda: Faults(latency=-1), "expected latency in seconds, 0 or more, got -1"),
        (lambda: Faults(jitter="1"), "expected jitter in seconds, 0 or more, got '1'"),  # type: ignore[arg-type]
        (lambda: Faults(bandwidth=0), "expected bandwidth in bytes per second, got 0"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused(ask: Callable[[], object], error: str) -> None:
    with pytest.raises(UsageError) as caught:
        ask()
    assert str(caught.value) == error
