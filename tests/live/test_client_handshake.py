from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st
from websockets.utils import accept_key

from wsfake.errors import UsageError
from wsfake.live.client_handshake import ClientHandshake
from wsfake.model import Accept, Open, Raw, Reject

REFUSALS = [
    b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone",
    b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\nX: y\r\n\r\n",
    b"HTTP/1.1 304 Not Modified\r\n\r\n",
    b"HTTP/1.1 100 Go On\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
]


@given(st.sampled_from(REFUSALS), st.lists(st.integers(0, 80), max_size=5))
def test_a_refusal_is_the_same_however_it_is_split(answer: bytes, places: list[int]) -> None:
    cuts = sorted({min(place, len(answer)) for place in places})
    handshake, whole = (ClientHandshake(Open("ws://x")) for _ in range(2))
    result = None
    for start, end in zip([0, *cuts], [*cuts, len(answer)], strict=True):
        assert result is None or start == len(answer)
        result = handshake.receive(answer[start:end])
    assert isinstance(result, Reject)
    assert result == whole.receive(answer)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_none(data: bytes) -> None:
    handshake = ClientHandshake(Open("ws://x"))
    assert handshake.receive(data) in (None, Raw(data))
    handshake.receive_end()


def answer_to(handshake: ClientHandshake, **others: str) -> bytes:
    """Return a server's acceptance, with other values of some of its headers."""
    key = re.search(rb"Sec-WebSocket-Key: (\S+)", handshake.request)
    assert key is not None
    lines = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Accept": accept_key(key[1].decode()),
        **{name.replace("_", "-"): value for name, value in others.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 101 Switching Protocols\r\n{head}\r\n".encode()


UNASKED = {"Sec_WebSocket_Protocol": "a"}, {"Sec_WebSocket_Extensions": "x-a; b"}


@pytest.mark.parametrize("unasked", UNASKED)
def test_who_is_tolerant_takes_what_it_did_not_ask_for_and_others_do_not(
    unasked: dict[str, str],
) -> None:
    strict, tolerant = (ClientHandshake(Open("ws://x"), tolerant=each) for each in (False, True))
    assert isinstance(strict.receive(answer_to(strict, **unasked)), Reject)
    answer = tolerant.receive(answer_to(tolerant, **unasked))
    assert isinstance(answer, Accept)
    assert {answer.subprotocol, *answer.extensions} & {"a", "x-a; b"}
    assert tolerant.deflate is None


@pytest.mark.parametrize(
    "extensions",
    ["permessage-deflate, permessage-deflate", "permessage-deflate; x=1", ", ; ,"],
)
def test_nobody_takes_an_extension_that_cannot_be_used(extensions: str) -> None:
    handshake = ClientHandshake(Open("ws://x"), tolerant=True)
    data = answer_to(handshake, Sec_WebSocket_Extensions=extensions)
    assert isinstance(handshake.receive(data), Reject)


def test_of_an_acceptance_that_is_not_valid_the_key_does_not_count() -> None:
    answers = set()
    for _ in range(2):
        handshake = ClientHandshake(Open("ws://x"))
        answers.add(handshake.receive(answer_to(handshake, Sec_WebSocket_Protocol="a, b")))
    (answer,) = answers
    assert isinstance(answer, Reject)
    assert ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") in answer.headers
    handshake = ClientHandshake(Open("ws://x"))
    answer = handshake.receive(answer_to(handshake, Sec_WebSocket_Accept="wrong"))
    assert isinstance(answer, Reject)
    assert ("Sec-WebSocket-Accept", "wrong") in answer.headers


def test_a_chunk_that_is_none_ends_the_body() -> None:
    handshake = ClientHandshake(Open("ws://x"))
    head = b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert handshake.receive(head + b"1\r\na\r\nzz\r\n") == Reject(
        500, (("Transfer-Encoding", "chunked"),), b"a"
    )


@pytest.mark.parametrize(
    ("url", "host", "authority"),
    [
        ("ws://EXAMPLE.com", "example.com", "example.com"),
        ("ws://example.com:8080", "example.com", "example.com:8080"),
        ("wss://example.com:443", "example.com", "example.com"),
        ("ws://[::1]:81/", "::1", "[::1]:81"),
        ("ws://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_the_host_header_is_what_http_wants(url: str, host: str, authority: str) -> None:
    handshake = ClientHandshake(Open(url))
    assert handshake.host == host
    assert handshake.opening_sent.headers[0] == ("Host", authority)


def test_a_host_that_is_no_name_is_refused() -> None:
    with pytest.raises(UsageError, match=r"not the name of a host: 'ü{70}"):
        ClientHandshake(Open("ws://" + "ü" * 70))


@pytest.mark.parametrize(
    "answer",
    [
        b"x" * 10_000,
        b"HTTP/1.1 404 No\r\nX: " + b"x" * 10_000,
        b"HTTP/1.1 404 No\r\n" + b"X: y\r\n" * 200,
    ],
)
def test_a_head_that_is_longer_than_any_is_no_answer(answer: bytes) -> None:
    assert ClientHandshake(Open("ws://x")).receive(answer) == Raw(answer)


def test_interim_answers_are_passed_over_up_to_a_bound() -> None:
    interim, answer = b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 204 No\r\n\r\n"
    assert ClientHandshake(Open("ws://x")).receive(32 * interim + answer) == Reject(204)
    too_many = 33 * interim + answer
    assert ClientHandshake(Open("ws://x")).receive(too_many) == Raw(too_many)
