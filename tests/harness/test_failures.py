"""Every verdict, word for word: what was expected, what came, where, and what to do."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from tests.harness.texts import URL, says
from wsfake import Harness, Transcript, UsageError, partial_json
from wsfake.errors import (
    ConnectionNotAnswered,
    NeverIdle,
    NotHappened,
    OutOfOrder,
    UnexpectedClose,
    UnexpectedHandshake,
    UnexpectedMessage,
    Unplayed,
)
from wsfake.model import Accept, Open, Side


def tell(
    ws_fake: Harness, *messages: Any, url: str = URL, close: tuple[Any, ...] | None = None
) -> Any:
    """Connect, say these messages once the connection is open, and perhaps close."""
    socket = ws_fake.WebSocket(url)

    def on_open() -> None:
        for message in messages:
            socket.send(message)
        if close is not None:
            socket.close(*close)

    socket.onopen = on_open
    return socket


# Another message than the transcript has


def test_a_wrong_text_is_told_with_the_dialogue_and_a_mark_at_what_was_expected() -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server("hello").client("one").client("two"))
        tell(ws_fake, "one", "2")
        ws_fake.run()
    says(
        caught.value,
        """
        client message #2 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  "two"
          actual    "2"
          differs   at character 0: "two" expected, "2" came

          connect ws://echo.example/
               0 ms  server  accepts
               0 ms  client  "one"
        >      0 ms  client  "two"

          correct the script, or this .client(...) of the transcript
        """,
    )


def test_what_cannot_be_printed_of_a_url_is_escaped_in_a_verdict() -> None:
    url = "ws://echo.example/\x1b[31m\u202e"
    with pytest.raises(ConnectionNotAnswered) as nobody, Harness() as ws_fake:
        ws_fake.WebSocket(url)
    with pytest.raises(UnexpectedMessage) as wrong, Harness() as ws_fake:
        ws_fake.serve(url, Transcript().client("one"))
        tell(ws_fake, "2", url=url)
        ws_fake.run()
    for caught in (nobody, wrong):
        assert r"/\u001b[31m\u202e" in str(caught.value)
        assert str(caught.value).replace("\n", "").isprintable()


def test_a_wrong_json_is_told_with_the_place_where_it_differs() -> None:
    expected = {"op": "subscribe", "symbols": ["ETH", "BTC"]}
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client(expected))
        tell(ws_fake, '{"op": "subscribe", "symbols": ["ETH"]}')
        ws_fake.run()
    says(
        caught.value,
        """
        client message #1 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  json {"op": "subscribe", "symbols": ["ETH", "BTC"]}
          actual    {"op": "subscribe", "symbols": ["ETH"]}
          differs   $.symbols: 2 items expected, 1 came (missing "BTC")

          connect ws://echo.example/
               0 ms  server  accepts
        >      0 ms  client  json {"op": "subscribe", "symbols": ["ETH", "BTC"]}

          correct the script, or this .client(...) of the transcript
        """,
    )


def test_a_wrong_binary_message_is_told_in_its_text_form() -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client(b"\x00\x01\x02"))
        tell(ws_fake, b"\x00\x01\xff")
        ws_fake.run()
    says(
        caught.value,
        """
        client message #1 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  b"\\x00\\x01\\x02"
          actual    b"\\x00\\x01\\xff"
          differs   at byte 2: b"\\x02" expected, b"\\xff" came

          connect ws://echo.example/
               0 ms  server  accepts
        >      0 ms  client  b"\\x00\\x01\\x02"

          correct the script, or this .client(...) of the transcript
        """,
    )


def test_text_is_never_binary_even_with_the_same_characters() -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client(b"abc"))
        tell(ws_fake, "abc")
        ws_fake.run()
    says(
        caught.value,
        """
        client message #1 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  b"abc"
          actual    "abc"
          differs   binary expected, text came

          connect ws://echo.example/
               0 ms  server  accepts
        >      0 ms  client  b"abc"

          correct the script, or this .client(...) of the transcript
        """,
    )


def test_a_matcher_that_does_not_fit_is_told_as_it_shows_itself() -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client(partial_json({"op": "ping"})))
        tell(ws_fake, '{"op": "pong", "id": 1}')
        ws_fake.run()
    says(
        caught.value,
        """
        client message #1 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  <PartialJson(value={"op": "ping"})>
          actual    {"op": "pong", "id": 1}
          differs   $.op: "ping" expected, "pong" came

          connect ws://echo.example/
               0 ms  server  accepts
        >      0 ms  client  <PartialJson(value={"op": "ping"})>

          correct the script, or this .client(...) of the transcript
        """,
    )


def test_a_function_that_stands_for_what_the_script_says_is_told_what_it_is_for() -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client(len))
        tell(ws_fake, "ping")
        ws_fake.run()
    says(
        caught.value,
        """
        client message #1 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  <len>
          actual    "ping"

          connect ws://echo.example/
               0 ms  server  accepts
        >      0 ms  client  <len>

          a function makes what the player says: .client(...) takes a message or a matcher
        """,
    )


def test_a_matcher_that_the_player_is_to_say_fails_the_run() -> None:
    with pytest.raises(UsageError, match="got a matcher"), Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server(re.compile("a.*")))
        tell(ws_fake)
        ws_fake.run()


def test_where_several_messages_might_have_come_all_of_them_are_told() -> None:
    either = Transcript().any_order(Transcript().client("left"), Transcript().client("right"))
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, either)
        tell(ws_fake, "up")
        ws_fake.run()
    says(
        caught.value,
        """
        client message #1 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  "left"
                    "right"
          actual    "up"

          connect ws://echo.example/
               0 ms  server  accepts
        >      0 ms  client  "left"
        >      0 ms  client  "right"

          correct the script, or this .client(...) of the transcript
        """,
    )


def test_a_long_message_is_cut_in_the_middle_of_a_verdict() -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("x" * 2000))
        tell(ws_fake, "y" * 2000)
        ws_fake.run()
    assert all(len(line) < 500 for line in str(caught.value).splitlines())


# More, or less, than the transcript has


def test_a_message_after_the_end_of_the_transcript_is_one_too_many() -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("one").server("1"))
        tell(ws_fake, "one", "two")
        ws_fake.run()
    says(
        caught.value,
        """
        client message #2 is one more than the transcript has (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  no more messages
          actual    "two"

          connect ws://echo.example/
               0 ms  server  accepts
               0 ms  client  "one"

          correct the script, or add .client("two") to the transcript
        """,
    )


def test_what_the_script_did_not_say_is_unplayed_with_what_stands_before_it() -> None:
    with pytest.raises(Unplayed) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("one").client("two").server("2").client("three"))
        tell(ws_fake, "one")
        ws_fake.run()
    says(
        caught.value,
        """
        the test ended before everything was played
          url       ws://echo.example/ (connection 1)
          unplayed  client  "two"
                    server  "2"
                    client  "three"

          connect ws://echo.example/
               0 ms  server  accepts
               0 ms  client  "one"
               0 ms  client  ends

          to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript
        """,
    )


def test_a_connection_that_was_never_opened_is_unplayed() -> None:
    with pytest.raises(Unplayed) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("one"))
        ws_fake.run()
    says(
        caught.value,
        """
        the test ended before everything was played
          url       ws://echo.example/
          unplayed  1 connection never opened

          to play it: connect by ws_fake.WebSocket, ws_fake.intercept() or ws_fake.url_for(...)
          to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript
        """,
    )


def test_where_nothing_has_run_that_is_told() -> None:
    with pytest.raises(Unplayed) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("one"))
        tell(ws_fake, "one")
    says(
        caught.value,
        """
        the test ended before everything was played
          url       ws://echo.example/ (connection 1)
          unplayed  server  accepts
                    client  "one"

          connect ws://echo.example/
               0 ms  client  ends

          to play it: ws_fake.run(), before the test ends
          to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript
        """,
    )


def test_what_is_unplayed_is_told_url_by_url() -> None:
    with pytest.raises(Unplayed) as caught, Harness() as ws_fake:
        ws_fake.serve("ws://one.example/", Transcript().client("one"))
        ws_fake.serve("ws://two.example/", Transcript().client("two"), Transcript())
        tell(ws_fake, url="ws://two.example/")
        ws_fake.run()
    says(
        caught.value,
        """
        the test ended before everything was played
          url       ws://one.example/
          unplayed  1 connection never opened
          url       ws://two.example/ (connection 1)
          unplayed  client  "two"
          url       ws://two.example/
          unplayed  1 connection never opened

          connect ws://two.example/
               0 ms  server  accepts
               0 ms  client  ends

          to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript
        """,
    )


def test_of_many_unplayed_steps_the_first_ten_are_told() -> None:
    transcript = Transcript()
    for n in range(14):
        transcript = transcript.client(str(n))
    with pytest.raises(Unplayed, match=r"(?m)^ +and 4 more$"), Harness() as ws_fake:
        ws_fake.serve(URL, transcript)
        tell(ws_fake)
        ws_fake.run()


def test_of_many_connections_the_first_are_told(tmp_path: Path) -> None:
    path = save(
        tmp_path / "many.msgpack",
        *((0, number, CLIENT, Open(f"{URL}{number}")) for number in range(1, 51)),
    )
    with pytest.raises(Unplayed) as caught, Harness(path):
        pass
    assert str(caught.value).count("never opened") == 10
    assert "\n  and of 40 connections more\n" in str(caught.value)
    ws_fake = Harness(path)
    with pytest.raises(ConnectionNotAnswered, match=r"(?m)^ +and 20 more$"):
        ws_fake.WebSocket("ws://elsewhere.example/")


def test_what_a_played_client_still_waits_for_is_unplayed() -> None:
    with pytest.raises(Unplayed) as caught, Harness() as ws_fake:
        server = ws_fake.WebSocketServer({"port": 8080})
        ws_fake.play_client(server.url, Transcript().client("Hello").server("Hello back!"))
        ws_fake.run()
    says(
        caught.value,
        """
        the test ended before everything was played
          url       ws://127.0.0.1:8080 (client)
          unplayed  server  "Hello back!"

          connect ws://127.0.0.1:8080
               0 ms  server  accepts
               0 ms  client  "Hello"
               0 ms  server  ends

          to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript
        """,
    )


# Closing


def test_a_close_before_the_messages_that_were_expected_is_told_at_the_close() -> None:
    with pytest.raises(UnexpectedClose) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("one").client("two"))
        tell(ws_fake, "one", close=())
        ws_fake.run()
    says(
        caught.value,
        """
        the client closed before it had said what the transcript has (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  "two"
          actual    close 1000

          connect ws://echo.example/
               0 ms  server  accepts
               0 ms  client  "one"
        >      0 ms  client  "two"

          correct the script, or put into .optional(...) what it need not say
        """,
    )


def test_a_close_with_another_code_is_told() -> None:
    with pytest.raises(UnexpectedClose) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client_closes(4000, "bye"))
        tell(ws_fake, close=(4001, "bye"))
        ws_fake.run()
    says(
        caught.value,
        """
        the client's close does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  close 4000 "bye"
          actual    close 4001 "bye"

          connect ws://echo.example/
               0 ms  server  accepts
        >      0 ms  client  close 4000 "bye"

          correct the script, or this .client_closes(...) of the transcript
        """,
    )


# The opening handshake


class Client:
    """A client in a test's own words: the script API cannot set headers."""

    def arrive(self, what: object) -> None:
        pass


def test_a_header_that_the_handshake_lacks_is_told() -> None:
    with pytest.raises(UnexpectedHandshake) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().expects_handshake(headers={"Origin": "https://a.example"}))
        ws_fake.WebSocket(URL)
    says(
        caught.value,
        """
        the client's opening handshake does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  header Origin: "https://a.example"
          actual    no such header

          connect ws://echo.example/

          correct the script, or .expects_handshake(...) of the transcript
        """,
    )


def test_a_header_with_another_value_is_told() -> None:
    transcript = Transcript().expects_handshake(
        headers={"Origin": re.compile("https://a[.]example")}
    )
    with pytest.raises(UnexpectedHandshake) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, transcript)
        ws_fake._network.connect(Open(URL, (("origin", "https://b.example"),)), Client())
    says(
        caught.value,
        """
        the client's opening handshake does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  header Origin: <re.compile('https://a[.]example')>
          actual    header Origin: "https://b.example"

          connect ws://echo.example/
                     header origin: "https://b.example"

          correct the script, or .expects_handshake(...) of the transcript
        """,
    )


def test_a_secret_header_is_told_by_its_name_alone() -> None:
    transcript = Transcript().expects_handshake(headers={"Authorization": "Bearer s3cr3t"})
    opening = Open(URL, (("authorization", "Bearer 0ther-s3cr3t"),))
    with pytest.raises(UnexpectedHandshake) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, transcript)
        ws_fake._network.connect(opening, Client())
    says(
        caught.value,
        """
        the client's opening handshake does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  header Authorization: "<redacted>"
          actual    header Authorization: "<redacted>"

          connect ws://echo.example/
                     header authorization: "<redacted>"

          correct the script, or .expects_handshake(...) of the transcript
        """,
    )


def test_a_client_that_nobody_let_go_is_unplayed() -> None:
    with pytest.raises(Unplayed) as caught, Harness() as ws_fake:
        server = ws_fake.WebSocketServer({"port": 8080})
        ws_fake.play_client(server.url, Transcript().client("hello"))
    says(
        caught.value,
        """
        the test ended before everything was played
          url       ws://127.0.0.1:8080 (client)
          unplayed  never opened

          to play it: ws_fake.run(), before the test ends
          to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript
        """,
    )


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        (
            Transcript(subprotocol="chat"),
            '  expected  accepts, subprotocol "chat"\n  actual    accepts, no subprotocol\n',
        ),
        (
            Transcript().server_accepts(headers={"Server": "x"}),
            '  expected  header Server: "x"\n  actual    no such header\n',
        ),
    ],
)
def test_an_answer_that_differs_in_a_part_of_it_is_told_by_that(
    expected: Transcript, told: str
) -> None:
    with pytest.raises(UnexpectedHandshake) as caught, Harness() as ws_fake:
        ws_fake.play_client(ws_fake.WebSocketServer({"port": 8080}).url, expected)
        ws_fake.run()
    assert told in str(caught.value)


def test_a_rejection_with_another_body_is_told_by_that() -> None:
    with pytest.raises(UnexpectedHandshake) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server_rejects(403, body="no"))
        ws_fake.play_client(URL, Transcript().server_rejects(403, body="go"))
        ws_fake.run()
    told = '  expected  rejects 403, body b"go"\n  actual    rejects 403, body b"no"\n'
    assert told in str(caught.value)


def test_an_answer_that_a_played_client_does_not_expect_is_told() -> None:
    with pytest.raises(UnexpectedHandshake) as caught, Harness() as ws_fake:
        server = ws_fake.WebSocketServer({"port": 8080})
        ws_fake.play_client(server.url, Transcript().server_rejects(403))
        ws_fake.run()
    says(
        caught.value,
        """
        the server's opening handshake does not match the transcript (connection 1, t=0.000 s)
          url       ws://127.0.0.1:8080
          expected  rejects 403
          actual    accepts

          connect ws://127.0.0.1:8080

          correct the script, or the answer in the transcript
        """,
    )


# Nobody answers


def test_a_url_that_nothing_answers_is_told_with_what_to_type() -> None:
    with pytest.raises(ConnectionNotAnswered) as caught, Harness() as ws_fake:
        ws_fake.serve("ws://other.example/", Transcript())
        ws_fake.WebSocket(URL)
    says(
        caught.value,
        """
        nothing answers ws://echo.example/
          mode      none (the network is closed)
          served    ws://other.example/
          cassette  none

          to record it: Harness(cassette=..., mode='rewrite')
          to script it: ws_fake.serve('ws://echo.example/', Transcript()...)
        """,
    )


def test_with_nothing_served_and_no_cassette_it_says_that_there_is_nothing() -> None:
    with pytest.raises(ConnectionNotAnswered) as caught, Harness() as ws_fake:
        ws_fake.WebSocket(URL)
    says(
        caught.value,
        """
        nothing answers ws://echo.example/
          mode      none (the network is closed)
          served    nothing
          cassette  none

          to record it: Harness(cassette=..., mode='rewrite')
          to script it: ws_fake.serve('ws://echo.example/', Transcript()...)
        """,
    )


def test_one_connection_more_than_is_served_is_told_with_serve_and_connections() -> None:
    with pytest.raises(ConnectionNotAnswered) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript())
        tell(ws_fake)
        tell(ws_fake)
        ws_fake.run()
    says(
        caught.value,
        """
        connection 2 to ws://echo.example/ is one more than is served
          expected  one connection
          actual    one more; the script saw it refused

          serve a transcript for it too, with another serve('ws://echo.example/', ...),
          or any number alike, with serve(..., connections=None)
        """,
    )


def test_of_several_connections_that_are_served_their_number_is_told() -> None:
    with pytest.raises(ConnectionNotAnswered) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript(), Transcript())
        for _ in range(3):
            tell(ws_fake)
        ws_fake.run()
    says(
        caught.value,
        """
        connection 3 to ws://echo.example/ is one more than is served
          expected  2 connections
          actual    one more; the script saw it refused

          serve a transcript for it too, with another serve('ws://echo.example/', ...),
          or any number alike, with serve(..., connections=None)
        """,
    )


# Time


def test_a_condition_that_cannot_come_true_is_told_when_nothing_more_can_happen() -> None:
    received: list[str] = []

    def has_received() -> bool:
        return len(received) > 0

    with pytest.raises(NotHappened) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("one"))
        tell(ws_fake, "one")
        ws_fake.run(until=has_received)
    says(
        caught.value,
        """
        run(until=has_received) ended before it was true: nothing more can happen
          expected  has_received to be true
          actual    not true after 0.000 s

          connect ws://echo.example/
               0 ms  server  accepts
               0 ms  client  "one"

          to make it happen: a transcript that says more, or call_later(...)
        """,
    )


def test_a_condition_that_does_not_come_true_in_time_is_told_with_the_time() -> None:
    with pytest.raises(NotHappened) as caught, Harness() as ws_fake:
        ws_fake.call_every(1, lambda: None)
        ws_fake.run(until=lambda: False, timeout=2.5)
    says(
        caught.value,
        """
        run(until=condition) ended before it was true: 2.5 s have passed
          expected  condition to be true
          actual    not true after 2.500 s

          to wait longer: timeout=seconds
        """,
    )


def test_a_time_in_which_not_everything_has_happened_is_told() -> None:
    with pytest.raises(NotHappened) as caught, Harness() as ws_fake:
        ws_fake.call_later(10, lambda: None)
        ws_fake.run(timeout=3)
    says(
        caught.value,
        """
        run(timeout=3) ended before everything had happened: 3 s have passed
          expected  that nothing more is due
          actual    more is due after 3.000 s

          to wait longer: timeout=seconds
        """,
    )


def test_two_handlers_that_answer_each_other_for_ever_are_told_with_their_last_words() -> None:
    with pytest.raises(NeverIdle) as caught, Harness() as ws_fake:

        def echo(peer: Any) -> None:
            peer.on_message(peer.send)

        ws_fake.serve(URL, echo)
        socket = tell(ws_fake, "again")
        socket.onmessage = lambda message: socket.send(message.data)
        ws_fake.run()
    says(
        caught.value,
        """
        the script never becomes idle: 100000 callbacks at t=0.000 s
          expected  an end of what is said, or a pause in it
          actual    an endless exchange

          # 99991 entries before these
               0 ms  server  "again"
               0 ms  client  "again"
               0 ms  server  "again"
               0 ms  client  "again"
               0 ms  server  "again"
               0 ms  client  "again"
               0 ms  server  "again"
               0 ms  client  "again"
               0 ms  server  "again"
               0 ms  client  "again"

          to stop it in time: run(until=...), or a transcript that ends
        """,
    )


# What handlers raise


def test_one_error_of_a_handler_comes_out_as_itself() -> None:
    with pytest.raises(ZeroDivisionError) as caught, Harness() as ws_fake:
        ws_fake.call_later(1, lambda: 1 / 0)
        ws_fake.run()
    assert "__notes__" not in vars(caught.value)


def test_several_errors_of_one_instant_come_out_as_a_group() -> None:
    def fail(error: Exception) -> Callable[[], None]:
        def handler() -> None:
            raise error

        return handler

    errors = [ValueError("first"), KeyError("second")]
    with pytest.raises(ExceptionGroup) as caught, Harness() as ws_fake:
        for error in errors:
            ws_fake.call_later(1, fail(error))
        ws_fake.run()
    assert list(caught.value.exceptions) == errors
    assert caught.value.message == "several handlers raised"


def test_a_reply_that_returns_no_message_is_told_with_its_name() -> None:
    def answer(last: Any) -> Any:
        return 42

    with pytest.raises(UsageError) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("one").server(answer))
        tell(ws_fake, "one")
        ws_fake.run()
    says(
        caught.value,
        """
        expected the reply answer to return a str, bytes, dict or list, got int: 42
        """,
    )


# Secrets


def test_a_secret_in_the_url_is_in_no_text() -> None:
    url = "ws://echo.example/feed?token=s3cr3t-t0ken"
    with pytest.raises(ConnectionNotAnswered) as caught, Harness() as ws_fake:
        ws_fake.WebSocket(url)
    says(
        caught.value,
        """
        nothing answers ws://echo.example/feed?token=<redacted>
          mode      none (the network is closed)
          served    nothing
          cassette  none

          to record it: Harness(cassette=..., mode='rewrite')
          to script it: ws_fake.serve('ws://echo.example/feed?token=<redacted>', Transcript()...)
        """,
    )

    with pytest.raises(UnexpectedMessage) as wrong, Harness() as ws_fake:
        ws_fake.serve(url, Transcript().client("one"))
        tell(ws_fake, "two", url=url)
        ws_fake.run()
    says(
        wrong.value,
        """
        client message #1 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/feed?token=<redacted>
          expected  "one"
          actual    "two"
          differs   at character 0: "one" expected, "two" came

          connect ws://echo.example/feed?token=<redacted>
               0 ms  server  accepts
        >      0 ms  client  "one"

          correct the script, or this .client(...) of the transcript
        """,
    )

    with pytest.raises(Unplayed) as left, Harness() as ws_fake:
        ws_fake.serve(url, Transcript().client("one"))
    says(
        left.value,
        """
        the test ended before everything was played
          url       ws://echo.example/feed?token=<redacted>
          unplayed  1 connection never opened

          to play it: connect by ws_fake.WebSocket, ws_fake.intercept() or ws_fake.url_for(...)
          to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript
        """,
    )

    with pytest.raises(ConnectionNotAnswered) as more, Harness() as ws_fake:
        ws_fake.serve(url, Transcript())
        tell(ws_fake, url=url)
        tell(ws_fake, url=url)
        ws_fake.run()
    assert "s3cr3t-t0ken" not in str(more.value)

    with pytest.raises(NotHappened) as never, Harness() as ws_fake:
        ws_fake.serve(url, Transcript())
        tell(ws_fake, url=url)
        ws_fake.run(until=lambda: False)
    assert "s3cr3t-t0ken" not in str(never.value)


def test_a_secret_under_a_key_of_json_is_in_no_text() -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client({"op": "auth", "password": "s3cr3t"}).client("x"))
        tell(ws_fake, '{"op": "auth", "password": "s3cr3t"}', '{"password": "0ther-s3cr3t"}')
        ws_fake.run()
    says(
        caught.value,
        """
        client message #2 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  "x"
          actual    {"password": "<redacted>"}

          connect ws://echo.example/
               0 ms  server  accepts
               0 ms  client  {"op": "auth", "password": "<redacted>"}
        >      0 ms  client  "x"

          correct the script, or this .client(...) of the transcript
        """,
    )


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (Transcript().client_json({"password": "s3cr3t"}), 'json {"password": "<redacted>"}'),
        (
            Transcript().client_json({"password": "s3cr3t", "n": ANY}),
            '<DecodedJson(value={"password": "<redacted>", "n": <ANY>})>',
        ),
        (
            Transcript().client(partial_json({"password": "s3cr3t"})),
            '<PartialJson(value={"password": "<redacted>"})>',
        ),
    ],
)
def test_a_secret_under_a_key_of_a_matcher_is_in_no_text(said: Transcript, shown: str) -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, said)
        tell(ws_fake, "x")
        ws_fake.run()
    assert f"  expected  {shown}\n" in str(caught.value)
    assert f"client  {shown}\n" in str(caught.value)


def test_a_secret_behind_which_a_matcher_is_cut_takes_nothing_else_with_it() -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client({"text": "x" * 330, "password": "s3cr3t" * 20}))
        tell(ws_fake, "x")
        ws_fake.run()
    assert "s3cr3t" not in str(caught.value)
    assert str(caught.value).endswith(
        "\n\n  correct the script, or this .client(...) of the transcript"
    )


def test_where_only_a_secret_differs_that_is_all_that_is_told() -> None:
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client({"password": "s3cr3t"}))
        tell(ws_fake, '{"password": "0ther-s3cr3t"}')
        ws_fake.run()
    says(
        caught.value,
        """
        client message #1 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example/
          expected  json {"password": "<redacted>"}
          actual    {"password": "<redacted>"}
          differs   only in a secret, which is not shown

          connect ws://echo.example/
               0 ms  server  accepts
        >      0 ms  client  json {"password": "<redacted>"}

          correct the script, or this .client(...) of the transcript
        """,
    )


# Recordings


def save(path: Path, *said: tuple[int, int, Side, Any]) -> Path:
    with Harness() as ws_fake:
        ws_fake._network.noted += [(at, n, side is CLIENT, what) for at, n, side, what in said]
        return ws_fake.save(path)


CLIENT, SERVER = Side.CLIENT, Side.SERVER


def test_a_message_that_a_recording_does_not_have_is_told_with_the_entry_and_how_to_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = save(
        tmp_path / "feed.msgpack",
        (0, 1, CLIENT, Open(URL)),
        (1000, 1, SERVER, Accept()),
        (2000, 1, CLIENT, "one"),
    )
    with pytest.raises(UnexpectedMessage) as caught, Harness(path) as ws_fake:
        tell(ws_fake, "two")
        ws_fake.run()
    says(
        caught.value,
        """
        client message #1 does not match the recording (connection 1, t=0.001 s)
          cassette  feed.msgpack, entry 3
          url       ws://echo.example/
          expected  "one"
          actual    "two"
          differs   at character 0: "one" expected, "two" came

          connect ws://echo.example/
               1 ms  server  accepts
        >      1 ms  client  "one"

          to accept it: Harness(cassette=..., mode='rewrite')
        """,
    )


def test_a_message_after_the_end_of_a_recording_is_one_too_many(tmp_path: Path) -> None:
    path = save(tmp_path / "feed.msgpack", (0, 1, CLIENT, Open(URL)), (1000, 1, SERVER, Accept()))
    with pytest.raises(UnexpectedMessage) as caught, Harness(path) as ws_fake:
        tell(ws_fake, "two")
        ws_fake.run()
    assert "cassette  " + str(path) + "\n" in str(caught.value)


def test_a_recorded_connection_that_is_never_opened_is_unplayed_with_its_cassette(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = save(
        tmp_path / "feed.msgpack",
        (0, 1, CLIENT, Open(URL)),
        (1000, 1, SERVER, Accept()),
        (2000, 2, CLIENT, Open(URL)),
    )
    with pytest.raises(Unplayed) as caught, Harness(path) as ws_fake:
        tell(ws_fake)
        ws_fake.run()
    says(
        caught.value,
        """
        the test ended before everything was played
          cassette  feed.msgpack
          url       ws://echo.example/ (connection 2)
          unplayed  never opened

          connect ws://echo.example/
               1 ms  server  accepts
               1 ms  client  ends

          to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript
        """,
    )


def test_an_order_that_gives_way_is_a_failure_where_it_is_strict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = save(
        tmp_path / "two.msgpack",
        (0, 1, CLIENT, Open("ws://one.example/")),
        (0, 2, CLIENT, Open("ws://two.example/")),
        (1000, 1, SERVER, Accept()),
        (2000, 2, SERVER, Accept()),
        (3000, 2, CLIENT, "first"),
        (4000, 1, SERVER, "second"),
    )
    with (
        pytest.raises(OutOfOrder) as caught,
        Harness(path, order="strict", unplayed="ignore") as ws_fake,
    ):
        tell(ws_fake, url="ws://one.example/")
        tell(ws_fake, url="ws://two.example/")
        ws_fake.run()
    says(
        caught.value,
        """
        the order across connections is not that of the recording: nothing else could happen
          cassette  two.msgpack
          expected  what was recorded before entry 6
          actual    nothing more before it, at t=0.002 s

               0 ms  #1  connect ws://one.example/
               0 ms  #2  connect ws://two.example/
               1 ms  #1  server  accepts
               2 ms  #2  server  accepts

          to let the order give way: order='relaxed'
        """,
    )
