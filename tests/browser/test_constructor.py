from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.servers import echo, listen
from wsfake import ConnectionNotAnswered, Harness, Transcript, UsageError
from wsfake.script_api.browser import DOMException

Connect = Callable[..., Any]


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(DOMException) as raised:
        call()
    return raised.value.name


def test_the_constructor_without_a_url_raises_a_type_error(page: Harness) -> None:
    with pytest.raises(TypeError, match=r"expected a URL, as in: WebSocket\('ws://host/path'\)"):
        page.WebSocket()


def test_an_argument_too_many_is_ignored(page: Harness, connect: Connect) -> None:
    socket = connect("ws://h.test/echo", "echo", "stray")

    assert isinstance(socket, page.WebSocket)


def test_the_class_that_is_imported_is_the_one_of_the_active_harness(page: Harness) -> None:
    from wsfake import WebSocket

    kind: Any = WebSocket
    socket = kind("ws://h.test/echo")

    assert isinstance(socket, WebSocket)
    assert WebSocket.OPEN == 1


@pytest.mark.parametrize(
    "url",
    [
        "ws://foo bar.com/",
        "wss://foo bar.com/",
        "ws://web platform.test:80/echo",
        "ftp://h.test/",
        "mailto:example@example.org",
        "about:blank",
        "http://page.test/#",
        "http://page.test/#test",
        "#test",
        "ws://h.test:99999/",
    ],
)
def test_a_url_that_cannot_be_raises_a_syntax_error(page: Harness, url: str) -> None:
    assert refused(lambda: page.WebSocket(url)) == "SyntaxError"
    assert not page.dialogue.entries


def test_the_syntax_error_says_what_was_expected(page: Harness) -> None:
    with pytest.raises(DOMException) as raised:
        page.WebSocket("ftp://h.test/")

    assert str(raised.value) == (
        "SyntaxError: expected a ws, wss, http or https URL, got 'ftp://h.test/'"
    )
    assert raised.value.code == 12
    assert raised.value.message == "expected a ws, wss, http or https URL, got 'ftp://h.test/'"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("http://h.test/", "ws://h.test/"),
        ("https://h.test/", "wss://h.test/"),
        ("WS://h.test/echo", "ws://h.test/echo"),
        ("ws://H.TEST/echo", "ws://h.test/echo"),
        ("ws://h.test", "ws://h.test/"),
        ("ws:h.test/echo", "ws://h.test/echo"),
        ("ws:/h.test/echo", "ws://h.test/echo"),
        ("ws://h.test:80/", "ws://h.test/"),
        ("ws://h.test:443/", "ws://h.test:443/"),
        ("wss://h.test:443/", "wss://h.test/"),
        ("wss://h.test:80/", "wss://h.test:80/"),
        ("ws://h.test/echo?foo%20bar baz", "ws://h.test/echo?foo%20bar%20baz"),
        ("ws://h.test/echo?x\0y\0", "ws://h.test/echo?x%00y"),
        ("ws://h.test/echo?åäö", "ws://h.test/echo?%C3%A5%C3%A4%C3%B6"),
        ("ws://天気.h.test/", "ws://xn--rss835b.h.test/"),
        ("ws://user:secret@h.test/", "ws://user:secret@h.test/"),
        ("ws://h.test/\ud800", "ws://h.test/%EF%BF%BD"),
    ],
)
def test_a_url_is_shown_and_asked_for_as_the_standard_writes_it(
    page: Harness, given: str, shown: str
) -> None:
    page.serve(shown, Transcript(), connections=None)

    assert page.WebSocket(given).url == shown
    page.run()
    assert page.dialogue.entries[0].what.url == shown  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("test", "ws://page.test/folder/test"),
        ("?", "ws://page.test/folder/page.html?"),
        (None, "ws://page.test/folder/null"),
        (123, "ws://page.test/folder/123"),
        ("/x", "ws://page.test/x"),
        ("//h.test/y", "ws://h.test/y"),
    ],
)
def test_a_relative_url_is_relative_to_the_page(page: Harness, given: object, shown: str) -> None:
    page.serve(shown, Transcript(), connections=None)

    assert page.WebSocket(given).url == shown


def test_without_a_page_a_relative_url_is_a_syntax_error() -> None:
    with Harness(profile="browser") as ws_fake, pytest.raises(DOMException) as raised:
        ws_fake.WebSocket("/feed")

    assert raised.value.message == (
        "expected a URL, got '/feed' (for a relative one, set base_url)"
    )


@pytest.mark.parametrize("url", ["/feed", "h.test"])
def test_a_page_must_have_an_absolute_url(url: str) -> None:
    with (
        Harness(profile="browser", base_url=url) as ws_fake,
        pytest.raises(UsageError, match="expected base_url to be an absolute URL, got"),
    ):
        ws_fake.WebSocket("ws://h.test/")


def test_a_base_url_is_a_text() -> None:
    with pytest.raises(UsageError, match="expected base_url to be a URL, got 5"):
        Harness(profile="browser", base_url=5)


def test_an_object_that_is_a_url_counts_by_its_text(page: Harness) -> None:
    class Link:
        def __str__(self) -> str:
            return "ws://h.test/echo"

    socket: Any = page.WebSocket(Link())
    socket.onopen = lambda: socket.send("test")
    log = listen(socket)
    page.run()

    assert socket.url == "ws://h.test/echo"
    assert log == ["open at 1", "message 'test' at 1"]


def test_an_insecure_socket_on_a_secure_page_raises_a_security_error() -> None:
    with Harness(profile="browser", base_url="https://page.test/") as ws_fake:
        assert refused(lambda: ws_fake.WebSocket("ws://h.test/")) == "SecurityError"
        ws_fake.serve("ws://localhost:8080/", Transcript())
        assert ws_fake.WebSocket("ws://localhost:8080/").readyState == 0
        ws_fake.run()


PORTS = [
    *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101),
    *(102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389),
    *(427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636),
    *(989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665),
    *(6666, 6667, 6668, 6669, 6679, 6697, 10080),
]


@pytest.mark.parametrize("port", PORTS)
def test_nobody_is_connected_to_a_port_that_is_blocked(page: Harness, port: int) -> None:
    log = listen(page.WebSocket(f"ws://h.test:{port}/echo"))

    page.run()

    assert log == ["error at 3", "close 1006 at 3"]
    assert not page.dialogue.entries


def test_a_port_that_is_not_blocked_is_connected_to(page: Harness) -> None:
    page.serve("ws://h.test:8080/echo", echo)
    log = listen(page.WebSocket("ws://h.test:8080/echo"))

    page.run()

    assert log == ["open at 1"]


def test_a_url_that_nothing_answers_fails_the_test_in_its_line(page: Harness) -> None:
    with pytest.raises(ConnectionNotAnswered, match=r"nothing answers ws://nowhere\.test/"):
        page.WebSocket("ws://nowhere.test/")
    with pytest.raises(ConnectionNotAnswered):
        page.finish()


# Subprotocols

OUTSIDE = [chr(i) for i in (*range(0x21), *range(0x7F, 0x100))]


@pytest.mark.parametrize("character", [*OUTSIDE, *'"(),/:;<=>?@[\\]{}', "\u3042"])
def test_a_subprotocol_is_a_token(page: Harness, character: str) -> None:
    url = "ws://h.test/echo"

    assert refused(lambda: page.WebSocket(url, f"a{character}b")) == "SyntaxError"
    assert refused(lambda: page.WebSocket(url, [character])) == "SyntaxError"


@pytest.mark.parametrize(
    "protocols",
    ["", "/echo", "\u0080echo", "ec ho", ["echo", "echo"], ["echo", "eCho"], ["foobar, foobar"]],
)
def test_subprotocols_that_cannot_be_raise_a_syntax_error(page: Harness, protocols: Any) -> None:
    assert refused(lambda: page.WebSocket("ws://h.test/echo", protocols)) == "SyntaxError"


def test_what_is_wrong_with_a_subprotocol_is_said(page: Harness) -> None:
    with pytest.raises(DOMException) as raised:
        page.WebSocket("ws://h.test/echo", "a b")
    assert raised.value.message == "expected a subprotocol, a token, got 'a b'"

    with pytest.raises(DOMException) as raised:
        page.WebSocket("ws://h.test/echo", ("a", "A"))
    assert raised.value.message == "expected every subprotocol once, got a, A"


@pytest.mark.parametrize(
    ("protocols", "asked", "chosen"),
    [
        ("foobar", ("foobar",), "foobar"),
        (["foobar", "foobar2"], ("foobar", "foobar2"), "foobar"),
        (("echo", "chat"), ("echo", "chat"), "echo"),
        ([1], ("1",), "1"),
        ([], (), ""),
        (None, (), ""),
    ],
)
def test_the_subprotocol_that_the_server_chose_is_shown_once_it_is_open(
    page: Harness, connect: Connect, protocols: Any, asked: tuple[str, ...], chosen: str
) -> None:
    socket = connect("ws://h.test/echo", protocols)
    log = listen(socket)
    assert socket.protocol == ""

    page.run()

    assert page.dialogue.entries[0].what.subprotocols == asked  # type: ignore[union-attr]
    assert socket.protocol == chosen
    assert log == ["open at 1"]


@pytest.mark.parametrize(
    ("protocols", "chosen"),
    [(None, "foobar"), ("FOOBAR", "foobar"), (["a", "b"], "c")],
)
def test_a_subprotocol_that_was_not_asked_for_fails_the_connection(
    page: Harness, protocols: Any, chosen: str
) -> None:
    page.serve("ws://h.test/", Transcript(subprotocol=chosen))
    socket = page.WebSocket("ws://h.test/", protocols)
    log = listen(socket)

    page.run()

    assert log == ["error at 3", "close 1006 at 3"]
    assert socket.protocol == ""


def test_a_server_that_chooses_none_of_the_subprotocols_fails_the_connection(
    page: Harness,
) -> None:
    page.serve("ws://h.test/", Transcript())
    log = listen(page.WebSocket("ws://h.test/", "foobar"))

    page.run()

    assert log == ["error at 3", "close 1006 at 3"]


# The handshake's headers


def test_the_origin_is_that_of_the_page(page: Harness, connect: Connect) -> None:
    connect()

    assert page.dialogue.entries[0].what.headers == (("Origin", "http://page.test"),)  # type: ignore[union-attr]


def test_no_referer_and_no_cookie_is_sent(page: Harness, connect: Connect) -> None:
    connect()

    names = [name.lower() for name, _ in page.dialogue.entries[0].what.headers]  # type: ignore[union-attr]
    assert "referer" not in names
    assert "cookie" not in names


def test_without_ada_url_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ada_url", None)
    with Harness(profile="browser") as ws_fake, pytest.raises(UsageError) as raised:
        ws_fake.WebSocket("ws://h.test/")

    assert str(raised.value) == (
        "the browser profile reads URLs with ada-url, which is not installed:"
        " pip install wsfake[browser]"
    )


def test_scripts_of_browsers_cannot_listen(page: Harness) -> None:
    with pytest.raises(UsageError, match="scripts of browsers cannot listen: no WebSocketServer"):
        page.WebSocketServer  # noqa: B018
