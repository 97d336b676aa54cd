from __future__ import annotations

import pytest
from websockets.datastructures import Headers as HttpHeaders
from websockets.exceptions import InvalidHandshake

from wsfake.errors import UsageError
from wsfake.live.http import (
    check_upgrade,
    deflate_of,
    extensions_in,
    header_block,
    headers_of,
    subprotocols_in,
    without,
)
from wsfake.model import Side


def test_headers_keep_their_order_and_their_names_as_written() -> None:
    came = HttpHeaders([("X-b", "1"), ("x-A", "2"), ("X-b", "3")])
    assert headers_of(came) == (("X-b", "1"), ("x-A", "2"), ("X-b", "3"))


def test_headers_are_left_out_without_regard_to_case() -> None:
    assert without((("Host", "a"), ("HOST", "b"), ("X", "c")), {"host"}) == (("X", "c"),)


def test_a_header_block_ends_with_an_empty_line() -> None:
    assert header_block((("A", "1"), ("B", "\xe4"))) == b"A: 1\r\nB: \xe4\r\n\r\n"
    assert header_block(()) == b"\r\n"


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("A B", "1"), "not the name of a header: 'A B'"),
        (("", "1"), "not the name of a header: ''"),
        (("A", "1\r\nB: 2"), "not a value for the header A: '1\\r\\nB: 2'"),
        (("A", "\u20ac"), "not a value for the header A: '\u20ac'"),
    ],
)
def test_what_would_be_no_header_or_two_is_refused(pair: tuple[str, str], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        header_block((pair,))
    assert str(caught.value) == words


def test_an_upgrade_may_be_one_of_several_options_in_any_case() -> None:
    check_upgrade(HttpHeaders([("connection", "keep-alive, UPGRADE"), ("upgrade", "WebSocket")]))


@pytest.mark.parametrize(
    "came",
    [
        [],
        [("Connection", "Upgrade")],
        [("Upgrade", "websocket")],
        [("Connection", "close"), ("Upgrade", "websocket")],
        [("Connection", "Upgrade"), ("Upgrade", "h2c")],
        [("Connection", "Upgrade"), ("Upgrade", "websocket, h2c")],
    ],
)
def test_anything_else_is_no_upgrade_to_a_websocket(came: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidHandshake):
        check_upgrade(HttpHeaders(came))


def test_lists_may_be_spread_over_headers() -> None:
    came = HttpHeaders(
        [
            ("Sec-WebSocket-Protocol", "a, b"),
            ("Sec-WebSocket-Protocol", "c"),
            ("Sec-WebSocket-Extensions", "x;y=1 ; z"),
            ("Sec-WebSocket-Extensions", "w, v"),
        ]
    )
    assert subprotocols_in(came) == ("a", "b", "c")
    assert extensions_in(came) == ("x; y=1; z", "w", "v")


def test_what_one_side_keeps_small_the_other_side_reads_small() -> None:
    agreed = ("permessage-deflate; server_no_context_takeover; client_max_window_bits=10",)
    client, server = deflate_of(agreed, Side.CLIENT), deflate_of(agreed, Side.SERVER)
    assert client is not None
    assert server is not None
    assert (client.remote_no_context_takeover, client.local_no_context_takeover) == (True, False)
    assert (client.remote_max_window_bits, client.local_max_window_bits) == (15, 10)
    assert (server.remote_no_context_takeover, server.local_no_context_takeover) == (False, True)
    assert (server.remote_max_window_bits, server.local_max_window_bits) == (10, 15)


def test_no_extension_is_no_compression() -> None:
    assert deflate_of((), Side.CLIENT) is None


@pytest.mark.parametrize(
    "extensions",
    [
        ("x-other",),
        ("permessage-deflate", "permessage-deflate"),
        ("permessage-deflate; unknown",),
        ("permessage-deflate; server_max_window_bits=8",),
        ("permessage-deflate; server_max_window_bits=16",),
        ("permessage-deflate; client_max_window_bits=7",),
        ("permessage-deflate; client_max_window_bits=x",),
        ("=",),
    ],
)
def test_an_extension_that_cannot_be_used_is_refused(extensions: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        deflate_of(extensions, Side.SERVER)
    assert str(caught.value) == f"not an extension that can be used: {', '.join(extensions)}"
