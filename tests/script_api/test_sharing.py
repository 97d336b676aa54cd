"""The documented `new WebSocket(webSocket)`: several objects, one connection."""

from wsfake import Harness, Transcript

URL = "ws://echo.example/"


def test_all_that_share_a_socket_hear_each_message() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server("a").client("b").server("c"))
        one = ws_fake.WebSocket(URL)
        other = ws_fake.WebSocket(one)
        heard: list[tuple[int, object]] = []
        one.onmessage = lambda message: heard.append((1, message.data))
        other.onmessage = lambda message: heard.append((2, message.data))
        one.onopen = lambda: other.send("b")
        ws_fake.run()
        assert heard == [(1, "a"), (2, "a"), (1, "c"), (2, "c")]


def test_one_that_is_made_in_a_handler_hears_from_the_next_event_on() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server("a").server("b"))
        one = ws_fake.WebSocket(URL)
        heard: list[tuple[str, object]] = []

        def share(name: str) -> None:
            other = ws_fake.WebSocket(one)
            other.onopen = lambda: heard.append((name, "open"))
            other.onmessage = lambda message: heard.append((name, message.data))

        one.onopen = lambda: share("made at open")
        ws_fake.run(until=lambda: heard)
        assert heard == [("made at open", "a")]
        one.onmessage = lambda message: share("made at a message")
        ws_fake.run()
        assert heard == [("made at open", "a"), ("made at open", "b")]
