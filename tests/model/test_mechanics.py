from __future__ import annotations

from wsfake.model import without_mechanics


def test_only_the_headers_that_tell_one_handshake_from_another_are_left() -> None:
    headers = (
        ("Host", "a"),
        ("UPGRADE", "WebSocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "x"),
        ("Sec-WebSocket-Accept", "y"),
        ("Sec-WebSocket-Protocol", "chat"),
        ("Sec-WebSocket-Extensions", "permessage-deflate"),
        ("Origin", "b"),
    )
    assert without_mechanics(headers) == (("Host", "a"), ("Origin", "b"))


def test_a_header_that_says_more_than_it_must_is_left() -> None:
    headers = (("Connection", "keep-alive, Upgrade"), ("Sec-WebSocket-Version", "8"))
    assert without_mechanics(headers) == headers
