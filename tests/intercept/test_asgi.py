"""An ASGI application under test, with a transcript as its client."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from wsfake import Harness, Transcript, UnexpectedMessage
from wsfake.errors import NotHappened, UnexpectedClose, UsageError
from wsfake.intercept.passing import Work
from wsfake.model import Open

InThread = Callable[..., Awaitable[Any]]

left: list[int] = []
beats: list[float] = []


async def echo(socket: WebSocket) -> None:
    await socket.accept(subprotocol="chat")
    try:
        while True:
            await socket.send_json({"said": await socket.receive_json(), **socket.query_params})
    except WebSocketDisconnect as gone:
        left.append(gone.code)


async def slow(socket: WebSocket) -> None:
    await socket.accept()
    await asyncio.sleep(3600)
    await socket.send_bytes(b"an hour later")
    await socket.close(4000, "enough")


async def closed(socket: WebSocket) -> None:
    raise HTTPException(403)


async def broken(socket: WebSocket) -> None:
    await socket.accept()
    raise ZeroDivisionError


async def broken_at_once(socket: WebSocket) -> None:
    raise ZeroDivisionError


def at_root(endpoint: Callable[[WebSocket], Awaitable[None]]) -> Starlette:
    return Starlette(routes=[WebSocketRoute("/", endpoint)])


APP = Starlette(
    routes=[
        WebSocketRoute("/echo", echo),
        WebSocketRoute("/slow", slow),
        WebSocketRoute("/closed", closed),
        WebSocketRoute("/broken", broken),
        WebSocketRoute("/broken-at-once", broken_at_once),
    ]
)


def test_it_answers_as_the_transcript_says(ws_fake: Harness) -> None:
    talk = Transcript().server_accepts(subprotocol="chat")
    talk = talk.client({"op": "hi"}).server({"said": {"op": "hi"}, "room": "1"})
    ws_fake.play_client(APP, talk.client_closes(1000), path="/echo?room=1")
    assert left.pop() == 1000


def test_a_client_that_has_no_more_to_say_goes_away(ws_fake: Harness) -> None:
    ws_fake.play_client(
        APP,
        Transcript().server_accepts(subprotocol="chat").client("1").server({"said": 1}),
        path="/echo",
    )
    assert left.pop() == 1001


async def echo_with_heartbeat(socket: WebSocket) -> None:
    async def beat() -> None:
        while True:
            await asyncio.sleep(20)
            beats.append(asyncio.get_running_loop().time())

    heartbeat = asyncio.create_task(beat())
    try:
        await echo(socket)
    finally:
        heartbeat.cancel()


def test_a_client_does_not_stay_for_timers_alone_for_ever(ws_fake: Harness) -> None:
    said = Transcript().server_accepts(subprotocol="chat").client("1").server({"said": 1})
    ws_fake.play_client(at_root(echo_with_heartbeat), said)
    assert left.pop() == 1001
    assert ws_fake.now == beats[-1] == 300
    beats.clear()


def test_a_client_that_is_to_hear_more_stays_for_as_long_as_there_are_timers(
    ws_fake: Harness,
) -> None:
    async def much_later(socket: WebSocket) -> None:
        await socket.accept()
        for _ in range(100):
            await asyncio.sleep(20)
        await socket.send_text("done")

    ws_fake.play_client(at_root(much_later), Transcript().server("done"))
    assert ws_fake.now == 2000


@pytest.fixture
def _no_foreign_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pass over threads that other tests have left: some libraries keep theirs for ever."""
    enumerate_all, foreign = threading.enumerate, set(threading.enumerate())
    monkeypatch.setattr(threading, "enumerate", lambda: set(enumerate_all()) - foreign)


@pytest.mark.usefixtures("_no_foreign_threads")
@pytest.mark.parametrize("in_thread", [run_in_threadpool, asyncio.to_thread])
def test_threads_that_wait_for_a_job_hold_nobody_up(ws_fake: Harness, in_thread: InThread) -> None:
    async def looks_up(socket: WebSocket) -> None:
        await in_thread(socket.headers.get, "host")
        await echo(socket)

    said = Transcript().server_accepts(subprotocol="chat").client("1").server({"said": 1})
    ws_fake.play_client(at_root(looks_up), said)
    assert left.pop() == 1001
    assert ws_fake.now < 5


@pytest.mark.usefixtures("_no_foreign_threads")
@pytest.mark.parametrize("in_thread", [run_in_threadpool, asyncio.to_thread])
def test_a_client_stays_as_long_as_a_thread_is_at_work(
    ws_fake: Harness, in_thread: InThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = threading.Event()
    stayed = []

    def patience(*args: Any, **keywords: Any) -> float:
        seconds = plain(*args, **keywords)
        looked.set()
        return seconds

    plain = Work.patience
    monkeypatch.setattr(Work, "patience", patience)

    async def looks_up(socket: WebSocket) -> None:
        await socket.accept()
        message = asyncio.create_task(socket.receive_text())
        await in_thread(looked.wait)
        stayed.append(not message.done())
        with pytest.raises(WebSocketDisconnect):
            await message

    ws_fake.play_client(at_root(looks_up), Transcript())
    assert stayed == [True]


def test_its_time_is_virtual(ws_fake: Harness) -> None:
    ws_fake.play_client(
        APP, Transcript().server(b"an hour later").server_closes(4000, "enough"), path="/slow"
    )
    assert ws_fake.now >= 3600


def test_it_may_reject(ws_fake: Harness) -> None:
    ws_fake.play_client(APP, Transcript().server_rejects(403), path="/closed", match=None)


def test_what_it_says_otherwise_fails_the_test() -> None:
    with pytest.raises(UnexpectedMessage, match="server message #1"), Harness() as ws_fake:
        ws_fake.play_client(
            APP,
            Transcript().server_accepts(subprotocol="chat").client("1").server("2"),
            path="/echo",
        )
    left.clear()


def test_a_close_before_all_is_said_fails_the_test() -> None:
    with pytest.raises(UnexpectedClose), Harness() as ws_fake:
        ws_fake.play_client(APP, Transcript().server(b"an hour later").server("more"), path="/slow")


def test_what_it_raises_is_raised(ws_fake: Harness) -> None:
    with pytest.raises(ZeroDivisionError):
        ws_fake.play_client(APP, Transcript().server_closes(1011), path="/broken")


@pytest.mark.parametrize("path", ["/broken", "/broken-at-once"])
def test_what_it_raises_is_raised_whatever_the_client_expected_then(path: str) -> None:
    with Harness() as ws_fake:
        with pytest.raises(ZeroDivisionError) as caught:
            ws_fake.play_client(APP, Transcript().client("a").server("b"), path=path)
        assert ws_fake.untold(caught.value) == []


def test_an_application_of_another_kind_is_pythons_own_error(ws_fake: Harness) -> None:
    def wsgi(environ: Any, start_response: Any) -> Any:
        raise AssertionError

    with pytest.raises(TypeError, match="takes 2 positional arguments but 3 were given"):
        ws_fake.play_client(wsgi, Transcript().client("a"))  # type: ignore[arg-type]


def test_a_verdict_that_it_hides_behind_an_error_of_its_own_is_told_at_the_end() -> None:
    async def hides(socket: WebSocket) -> None:
        await socket.accept()
        try:
            await socket.send_text("wrong")
        except AssertionError as error:
            raise LookupError from error

    with pytest.raises(UnexpectedMessage), Harness() as ws_fake, pytest.raises(LookupError):
        ws_fake.play_client(at_root(hides), Transcript().server("right"))


# At its end


def test_what_it_leaves_running_is_cancelled_and_has_ended(ws_fake: Harness) -> None:
    ended = []

    async def beat() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(1)
            ended.append("heartbeat")

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            ended.append("numbers")

    kept: list[Any] = []

    async def leaves_them(socket: WebSocket) -> None:
        kept.append(asyncio.create_task(beat()))
        kept.append(numbers())
        await anext(kept[-1])
        await socket.accept()
        await socket.close()

    ws_fake.play_client(at_root(leaves_them), Transcript().server_closes(1000))
    assert ended == ["heartbeat", "numbers"]
    assert ws_fake.now == 1


def test_one_that_waits_for_ever_is_told_and_cancelled(ws_fake: Harness) -> None:
    ended = []

    async def waits(socket: WebSocket) -> None:
        await socket.accept()
        try:
            await asyncio.Event().wait()
        finally:
            with pytest.raises(WebSocketDisconnect):
                await socket.close()
            ended.append("application")

    with pytest.raises(NotHappened, match="the event loop waits for ever"):
        ws_fake.play_client(at_root(waits), Transcript())
    assert ended == ["application"]
    assert ws_fake.failures == ()


# When the client has gone


async def push(socket: WebSocket) -> None:
    await socket.accept()
    while True:
        await socket.send_text("tick")
        await asyncio.sleep(1)


async def push_by_asgi(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.accept"})
    while True:
        await send({"type": "websocket.send", "text": "tick"})
        await asyncio.sleep(1)


TWO_TICKS = Transcript().server("tick").server("tick")
GOES = [TWO_TICKS.client_closes(1000), TWO_TICKS.client_drops()]


@pytest.mark.parametrize("goes", GOES)
def test_an_application_that_only_pushes_is_told_that_the_client_has_gone(
    ws_fake: Harness, goes: Transcript
) -> None:
    with pytest.raises(WebSocketDisconnect) as caught:
        ws_fake.play_client(at_root(push), goes)
    assert caught.value.code == 1006
    assert ws_fake.now == 2


@pytest.mark.parametrize("goes", GOES)
def test_an_application_that_ends_by_that_has_not_failed(
    ws_fake: Harness, goes: Transcript
) -> None:
    ws_fake.play_client(push_by_asgi, goes)
    assert ws_fake.now == 2


def test_what_is_said_to_a_client_that_has_gone_is_an_error_of_the_system(
    ws_fake: Harness,
) -> None:
    async def says_more(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        for kind in ("websocket.send", "websocket.close"):
            with pytest.raises(OSError, match="the client has gone, and hears nothing"):
                await send({"type": kind, "text": "more"})

    ws_fake.play_client(says_more, Transcript().client("a").client_closes(1000))
    assert "more" not in [entry.what for entry in ws_fake.dialogue.entries]


# What an application is not to say

ACCEPT = {"type": "websocket.accept"}
START = {"type": "websocket.http.response.start", "status": 401}
BODY = {"type": "websocket.http.response.body"}


@pytest.mark.parametrize(
    ("said", "error", "text"),
    [
        (
            [{"type": "websocket.send", "text": "early"}],
            RuntimeError,
            "expected 'websocket.accept' or 'websocket.close' or 'websocket.http.response.start',"
            " got 'websocket.send'",
        ),
        (
            [ACCEPT, ACCEPT],
            RuntimeError,
            "expected 'websocket.send' or 'websocket.close', got 'websocket.accept'",
        ),
        (
            [ACCEPT, {"text": "of no type"}],
            RuntimeError,
            "expected 'websocket.send' or 'websocket.close', got None",
        ),
        (
            [ACCEPT, {"type": "websocket.close"}, {"type": "websocket.send", "text": "late"}],
            RuntimeError,
            "expected nothing more on a connection that has ended, got 'websocket.send'",
        ),
        (
            [START, {"type": "websocket.close"}],
            RuntimeError,
            "expected 'websocket.http.response.body', got 'websocket.close'",
        ),
        (
            [ACCEPT, {"type": "websocket.send"}],
            TypeError,
            "expected either 'text' or 'bytes' in 'websocket.send', got neither",
        ),
        (
            [ACCEPT, {"type": "websocket.send", "text": "", "bytes": b""}],
            TypeError,
            "expected either 'text' or 'bytes' in 'websocket.send', got both",
        ),
        (
            [ACCEPT, {"type": "websocket.send", "bytes": bytearray(b"x")}],
            TypeError,
            "expected bytes as 'bytes' of 'websocket.send', got bytearray(b'x')",
        ),
        (
            [ACCEPT, {"type": "websocket.close", "code": None}],
            TypeError,
            "expected int as 'code' of 'websocket.close', got None",
        ),
        (
            [{"type": "websocket.accept", "headers": [("server", b"mine")]}],
            TypeError,
            "expected bytes in 'headers' of 'websocket.accept', got 'server'",
        ),
        (
            [{"type": "websocket.http.response.start"}],
            TypeError,
            "expected int as 'status' of 'websocket.http.response.start', got None",
        ),
        (
            [START, BODY | {"body": "text"}],
            TypeError,
            "expected bytes as 'body' of 'websocket.http.response.body', got 'text'",
        ),
    ],
)
def test_a_message_that_asgi_does_not_have_is_an_error_in_the_application(
    ws_fake: Harness, said: list[dict[str, Any]], error: type[Exception], text: str
) -> None:
    sent = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        for message in said:
            await send(message)
            sent.append(message)

    with pytest.raises(error) as caught:
        ws_fake.play_client(application, Transcript())
    assert str(caught.value) == text
    assert sent == said[:-1]


def test_what_may_be_left_out_may_be_none(ws_fake: Harness) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send(ACCEPT | {"subprotocol": None})
        await send({"type": "websocket.send", "text": None, "bytes": b"", "of": "another version"})
        await send({"type": "websocket.close", "code": 4000, "reason": None})

    ws_fake.play_client(application, Transcript().server(b"").server_closes(4000, ""))


def test_it_may_reject_with_a_page(ws_fake: Harness) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send(START | {"headers": [(b"retry-after", b"5")]})
        await send(BODY | {"body": b"wait", "more_body": True})
        await send(BODY | {"body": b" a little"})

    rejects = Transcript().server_rejects(401, headers=[("retry-after", "5")], body="wait a little")
    ws_fake.play_client(application, rejects)


# Where it is called


def test_inside_a_running_event_loop_it_is_an_error_that_says_what_to_do() -> None:
    async def main() -> None:
        ws_fake.play_client(APP, Transcript().client("never"), path="/echo")

    with Harness() as ws_fake, pytest.raises(UsageError) as caught:
        asyncio.run(main())
    assert str(caught.value) == (
        "play_client(application) would block the running event loop: call it in a test that is no"
        " coroutine, or await asyncio.to_thread(ws_fake.play_client, ...)"
    )


def test_a_coroutine_plays_it_in_a_thread(ws_fake: Harness) -> None:
    async def main() -> None:
        said = Transcript().server(b"an hour later").server_closes(4000, "enough")
        await asyncio.to_thread(ws_fake.play_client, APP, said, path="/slow")

    asyncio.run(main())
    assert ws_fake.now >= 3600


def test_it_is_told_the_bytes_that_a_server_reads(ws_fake: Harness) -> None:
    """As uvicorn tells them: headers in Latin-1, and a URL as clients escape it."""
    scopes: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await receive()
        await send({"type": "websocket.accept", "headers": [(b"x-name", b"Zo\xeb")]})
        await send({"type": "websocket.close"})

    opening = Open("ws://testserver/", (("X-Name", "Zo\xeb"),))
    heard = Transcript(headers={"x-name": "Zo\xeb"}, opening=opening).server_closes(1000)
    ws_fake.play_client(app, heard, path="/\xfc?q=\xf6 x")
    scope = scopes[0]
    assert scope["headers"] == [(b"host", b"testserver"), (b"x-name", b"Zo\xeb")]
    assert (scope["path"], scope["raw_path"]) == ("/\xfc", b"/%C3%BC")
    assert scope["query_string"] == b"q=%C3%B6%20x"


def test_a_header_that_cannot_be_sent_is_an_error(ws_fake: Harness) -> None:
    opening = Open("ws://testserver/", (("X-Name", "\u2192"),))
    with pytest.raises(UsageError, match="not a value for the header X-Name: '→'"):
        ws_fake.play_client(APP, Transcript(opening=opening), path="/echo")


def test_a_path_that_is_none_is_an_error(ws_fake: Harness) -> None:
    with pytest.raises(UsageError, match="expected a path of the application"):
        ws_fake.play_client(APP, Transcript(), path="echo")
