"""An ASGI application under test, with a transcript as its client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from wsfake import Harness, Transcript, UnexpectedMessage
from wsfake.errors import UnexpectedClose, UsageError

left: list[int] = []


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


def test_a_path_that_is_none_is_an_error(ws_fake: Harness) -> None:
    with pytest.raises(UsageError, match="expected a path of the application"):
        ws_fake.play_client(APP, Transcript(), path="echo")
