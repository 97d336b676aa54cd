"""What each library shows its users of a connection: all of it, in words that can be compared.

Each function connects to `url`, says what `story` asks for, hears until the end, and returns what
was to be seen. None of them knows of wsfake.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from typing import Any, Literal

from attrs import frozen

__all__ = ["OBSERVERS", "STORIES", "Observer"]

STORIES = ("close", "fail", "leave", "empty", "drop", "chat", "reject")

OFFERED = ["v1", "v2"]

Lines = list[str]


def parts(story: str) -> bool:
    """Whether it is the client that closes the connection, once its message has come back."""
    return story in {"chat", "number"}


def error(raised: BaseException, *more: object) -> str:
    return f"{type(raised).__name__}: {raised} {more}"


@frozen
class Observer:
    name: str
    observe: Callable[[str, str], Any]
    kind: Literal["sync", "asyncio", "trio"] = "asyncio"


# websockets


def shown_headers(headers: Any) -> str:
    return f"server {headers['Server']}, retry {headers.get('Retry-After')}"


def shown_close(closed: Any) -> str:
    return error(closed, closed.rcvd, closed.sent, closed.rcvd_then_sent)


async def websockets_asyncio(url: str, story: str) -> Lines:
    import websockets

    try:
        connection = await websockets.connect(url, subprotocols=OFFERED)  # type: ignore[arg-type]
    except websockets.InvalidStatus as rejected:
        response = rejected.response
        return [error(rejected, response.body, shown_headers(response.headers))]
    assert connection.response is not None
    seen = [f"subprotocol {connection.subprotocol}", shown_headers(connection.response.headers)]
    await connection.send("hi")
    if story == "chat":
        await (await connection.ping(b"are you there"))
        seen.append(f"latency {connection.latency > 0}")
    try:
        while True:
            seen.append(repr(await connection.recv()))
            if parts(story) and seen[-1] == "'hi'":
                await connection.close(4001, "enough")
    except websockets.ConnectionClosed as closed:
        seen.append(shown_close(closed))
    await connection.close()
    return [*seen, f"{connection.close_code} {connection.close_reason}"]


async def websockets_iterating(url: str, story: str) -> Lines:
    """By iteration, which ends or raises, and by the iterator that connects again."""
    import websockets

    seen: Lines = []
    try:
        async for connection in websockets.connect(url):
            try:
                await connection.send("hi")
                async for message in connection:
                    seen.append(repr(message))
                    if parts(story):
                        break
                seen.append("ended")
            except websockets.ConnectionClosed as closed:
                seen.append(shown_close(closed))
            await connection.close()
            if seen.count(seen[-1]) == 2:
                return seen
    except websockets.InvalidStatus as rejected:
        seen.append(error(rejected))
    return seen


def websockets_sync(url: str, story: str) -> Lines:
    import websockets
    from websockets.sync.client import connect

    try:
        with connect(url, subprotocols=OFFERED) as connection:  # type: ignore[arg-type]
            return _websockets_sync(connection, story)
    except websockets.InvalidStatus as rejected:
        response = rejected.response
        return [error(rejected, response.body, shown_headers(response.headers))]


def _websockets_sync(connection: Any, story: str) -> Lines:
    import websockets

    headers = connection.response.headers
    seen = [f"subprotocol {connection.subprotocol}", shown_headers(headers)]
    connection.send("hi")
    if story == "chat":
        seen.append(f"pong {connection.ping(b'are you there').wait(60)}")
        seen.append(f"latency {connection.latency > 0}")
    try:
        while True:
            seen.append(repr(connection.recv()))
            if parts(story) and seen[-1] == "'hi'":
                connection.close(4001, "enough")
    except websockets.ConnectionClosed as closed:
        seen.append(shown_close(closed))
    connection.close()
    return [*seen, f"{connection.close_code} {connection.close_reason}"]


async def websockets_legacy(url: str, story: str) -> Lines:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from websockets.legacy import client, exceptions
    import websockets

    try:
        connection = await client.connect(url, subprotocols=OFFERED)  # type: ignore[arg-type]
    except exceptions.InvalidStatusCode as rejected:
        return [error(rejected, shown_headers(rejected.headers))]
    seen = [f"subprotocol {connection.subprotocol}", shown_headers(connection.response_headers)]
    await connection.send("hi")
    if story == "chat":
        await (await connection.ping(b"are you there"))
        seen.append(f"latency {connection.latency > 0}")
    try:
        while True:
            seen.append(repr(await connection.recv()))
            if parts(story) and seen[-1] == "'hi'":
                await connection.close(4001, "enough")
    except websockets.ConnectionClosed as closed:
        seen.append(shown_close(closed))
    await connection.close()
    return [*seen, f"{connection.close_code} {connection.close_reason}"]


async def websockets_trio(url: str, story: str) -> Lines:
    import websockets
    from websockets.trio.client import connect

    seen: Lines = []
    try:
        async with connect(url, subprotocols=OFFERED) as connection:  # type: ignore[arg-type]
            response = connection.response
            assert response is not None
            seen = [f"subprotocol {connection.subprotocol}", shown_headers(response.headers)]
            await connection.send("hi")
            if story == "chat":
                await connection.ping(b"are you there", ack_on_close=True)
            try:
                while True:
                    seen.append(repr(await connection.recv()))
                    if parts(story) and seen[-1] == "'hi'":
                        await connection.aclose(4001, "enough")
            except websockets.ConnectionClosed as closed:
                seen.append(shown_close(closed))
    except websockets.InvalidStatus as rejected:
        response = rejected.response
        return [error(rejected, response.body, shown_headers(response.headers))]
    return [*seen, f"{connection.close_code} {connection.close_reason}"]


# aiohttp


async def aiohttp_client(url: str, story: str) -> Lines:
    import aiohttp

    async with aiohttp.ClientSession() as session:
        try:
            connection = await session.ws_connect(url, protocols=OFFERED, autoping=False)
        except aiohttp.WSServerHandshakeError as rejected:
            headers = rejected.headers
            assert headers is not None
            told = error(rejected, rejected.status, shown_headers(headers))
            return [told.replace(url, "URL")]
        headers = connection._response.headers
        seen = [f"subprotocol {connection.protocol}", shown_headers(headers)]
        await connection.send_str("hi")
        while True:
            message = await connection.receive()
            seen.append(f"{message.type.name} {message.data!r} {message.extra!r}")
            if message.type is aiohttp.WSMsgType.PING:
                await connection.pong(message.data)
            elif message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
                if parts(story) and message.data == "hi":
                    await connection.close(code=4001, message=b"enough")
            else:
                break
        raised = connection.exception()
        await connection.close()
        return [*seen, f"{connection.close_code} {raised!r}"]


# websocket-client


def websocket_client(url: str, story: str) -> Lines:
    import websocket

    try:
        connection: Any = websocket.create_connection(url, subprotocols=OFFERED)
    except websocket.WebSocketBadStatusException as rejected:
        headers = rejected.resp_headers
        assert headers is not None
        more = (rejected.status_code, headers.get("retry-after"), rejected.resp_body)
        return [type(rejected).__name__, str(more)]
    seen = [f"subprotocol {connection.getsubprotocol()}", connection.getheaders()["server"]]
    connection.send("hi")
    try:
        while True:
            opcode, data = connection.recv_data(control_frame=True)
            seen.append(f"{opcode} {data!r}")
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                break
            if parts(story) and data == b"hi":
                connection.send_close(4001, b"enough")
    except websocket.WebSocketException as raised:
        seen.append(error(raised))
    except OSError as raised:
        seen.append(error(raised))
    connection.close()
    return seen


def websocket_app(url: str, story: str) -> Lines:
    import websocket

    seen: Lines = []

    def on_open(app: Any) -> None:
        seen.append(f"open {app.sock.getsubprotocol()} {app.sock.getheaders()['server']}")
        app.send("hi")

    def on_message(app: Any, message: object) -> None:
        seen.append(f"message {message!r}")
        if parts(story) and message == "hi":
            app.close(status=4001, reason=b"enough")

    def on_error(app: Any, raised: Any) -> None:
        if isinstance(raised, websocket.WebSocketBadStatusException):
            more = (raised.status_code, raised.resp_body)
            seen.append(f"error {type(raised).__name__} {more}")
        else:
            seen.append(f"error {error(raised)}")

    app = websocket.WebSocketApp(
        url,
        subprotocols=OFFERED,
        on_open=on_open,
        on_message=on_message,
        on_error=on_error,
        on_ping=lambda app, data: seen.append(f"ping {data!r}"),
        on_close=lambda app, code, reason: seen.append(f"close {code} {reason}"),
    )
    seen.append(f"failed {app.run_forever()}")
    return seen


# httpx-ws


def _http(url: str) -> str:
    return url.replace("ws", "http", 1)


def httpx_ws_sync(url: str, story: str) -> Lines:
    import httpx_ws

    connection: Any
    seen: Lines = []
    try:
        with httpx_ws.connect_ws(_http(url), subprotocols=OFFERED) as connection:
            headers = connection.response.headers
            seen = [f"subprotocol {connection.subprotocol}", headers["server"]]
            connection.send_text("hi")
            if story == "chat":
                seen.append(f"pong {connection.ping(b'are you there').wait(60)}")
            try:
                while True:
                    event = connection.receive()
                    seen.append(f"{type(event).__name__} {event.data!r}")
                    if parts(story) and event.data == "hi":
                        connection.close(4001, "enough")
                        break
            except (httpx_ws.WebSocketDisconnect, httpx_ws.WebSocketNetworkError) as closed:
                seen.append(httpx_close(closed))
    except httpx_ws.WebSocketUpgradeError as rejected:
        response = rejected.response
        return [
            type(rejected).__name__,
            str((response.status_code, shown_headers(response.headers))),
        ]
    except httpx_ws.WebSocketInvalidTypeReceived as raised:
        seen.append(error(raised))
    return seen


def httpx_close(closed: Any) -> str:
    more = (getattr(closed, "code", None), getattr(closed, "reason", None))
    return f"{type(closed).__name__} {more}"


async def httpx_ws_async(url: str, story: str) -> Lines:
    import httpx_ws

    connection: Any
    seen: Lines = []
    try:
        async with httpx_ws.aconnect_ws(_http(url), subprotocols=OFFERED) as connection:
            headers = connection.response.headers
            seen = [f"subprotocol {connection.subprotocol}", headers["server"]]
            await connection.send_text("hi")
            try:
                while True:
                    event = await connection.receive()
                    seen.append(f"{type(event).__name__} {event.data!r}")
                    if story == "chat":  # sooner, it loses what comes together with a ping
                        await (await connection.ping(b"are you there")).wait()
                    if parts(story) and event.data == "hi":
                        await connection.close(4001, "enough")
                        break
            except (httpx_ws.WebSocketDisconnect, httpx_ws.WebSocketNetworkError) as closed:
                seen.append(httpx_close(closed))
    except httpx_ws.WebSocketUpgradeError as rejected:
        response = rejected.response
        return [
            type(rejected).__name__,
            str((response.status_code, shown_headers(response.headers))),
        ]
    return seen


# picows


async def picows_client(url: str, story: str) -> Lines:
    import picows

    seen: Lines = []
    done = asyncio.get_running_loop().create_future()

    class Listener(picows.WSListener):
        def on_ws_connected(self, transport: picows.WSTransport) -> None:
            transport.send(picows.WSMsgType.TEXT, b"hi")

        def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
            payload = frame.get_payload_as_bytes()
            seen.append(f"{frame.msg_type.name} {payload!r}")
            if frame.msg_type == picows.WSMsgType.PING:
                transport.send_pong(payload)
            elif frame.msg_type == picows.WSMsgType.CLOSE:
                if not parts(story):
                    transport.send_close(frame.get_close_code())
                transport.disconnect()
            elif parts(story) and payload == b"hi":
                transport.send_close(picows.WSCloseCode(1000), b"enough")

        def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
            handshake = transport.close_handshake
            sides = () if handshake is None else (handshake.recv, handshake.sent)
            told = [side and (side.code, side.reason) for side in sides]
            seen.append(f"disconnected {told}")
            done.set_result(None)

    def make(request: picows.WSUpgradeRequest, response: picows.WSUpgradeResponse) -> Listener:
        headers = response.headers
        seen.append(f"{headers.get('Sec-WebSocket-Protocol')} {headers.get('Server')}")
        return Listener()

    offer = [("Sec-WebSocket-Protocol", ", ".join(OFFERED))]
    try:
        await picows.ws_connect(make, url, extra_headers=offer, enable_auto_pong=False)
    except picows.WSInvalidStatusError as rejected:
        answer = rejected.response
        assert answer is not None
        more = (int(answer.status), shown_headers(answer.headers), rejected.raw_body)
        return [type(rejected).__name__, str(more)]
    await done
    return seen


# tornado


async def tornado_client(url: str, story: str) -> Lines:
    from tornado.httpclient import HTTPClientError
    from tornado.websocket import websocket_connect

    try:
        connection = await websocket_connect(url, subprotocols=OFFERED)
    except HTTPClientError as rejected:
        response = rejected.response
        assert response is not None
        return [error(rejected, shown_headers(response.headers), response.body)]
    headers = connection.headers
    assert headers is not None
    seen = [f"subprotocol {connection.selected_subprotocol}", str(headers["Server"])]
    await connection.write_message("hi")
    while (message := await connection.read_message()) is not None:
        seen.append(repr(message))
        if parts(story) and message == "hi":
            connection.close(4001, "enough")
    connection.close()
    return [*seen, f"{connection.close_code} {connection.close_reason}"]


# autobahn


async def autobahn_client(url: str, story: str) -> Lines:
    from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol

    seen: Lines = []
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    class Protocol(WebSocketClientProtocol):
        def onConnect(self, response: Any) -> None:  # noqa: N802
            seen.append(f"{response.protocol} {response.headers['server']}")

        def onOpen(self) -> None:  # noqa: N802
            self.sendMessage(b"hi", False)

        def onPing(self, payload: bytes) -> None:  # noqa: N802
            seen.append(f"ping {payload!r}")
            self.sendPong(payload)

        def onMessage(self, payload: bytes, is_binary: bool) -> None:  # noqa: N802
            seen.append(f"{payload!r} {is_binary}")
            if parts(story) and payload == b"hi":
                self.sendClose(4001, "enough")

        def onClose(self, was_clean: bool, code: int, reason: str) -> None:  # noqa: N802
            seen.append(f"close {was_clean} {code} {reason}")
            if not done.done():
                done.set_result(None)

    factory = WebSocketClientFactory(url, protocols=OFFERED, loop=loop)
    factory.protocol = Protocol
    await loop.create_connection(factory, factory.host, factory.port)
    await done
    return seen


# trio-websocket


async def trio_websocket_client(url: str, story: str) -> Lines:
    import trio_websocket

    seen: Lines = []
    try:
        async with trio_websocket.open_websocket_url(url, subprotocols=OFFERED) as connection:
            headers = dict(connection.handshake_headers)
            seen = [f"subprotocol {connection.subprotocol}", str(headers[b"server"])]
            await connection.send_message("hi")
            if story == "chat":
                await connection.ping(b"are you there")
            try:
                while True:
                    seen.append(repr(await connection.get_message()))
                    if parts(story) and seen[-1] == "'hi'":
                        await connection.aclose(4001, "enough")
            except trio_websocket.ConnectionClosed as closed:
                reason = closed.reason
                seen.append(error(closed, reason and (reason.code, reason.name, reason.reason)))
    except trio_websocket.ConnectionRejected as rejected:
        headers = dict(rejected.headers or ())
        more = (rejected.status_code, headers[b"retry-after"], rejected.body)
        return [type(rejected).__name__, str(more)]
    return seen


# simple-websocket


def simple_websocket_client(url: str, story: str) -> Lines:
    import simple_websocket  # type: ignore[import-untyped]

    try:
        connection = simple_websocket.Client(url, subprotocols=OFFERED)
    except simple_websocket.ConnectionError as rejected:
        return [error(rejected, rejected.status_code)]
    seen = [f"subprotocol {connection.subprotocol}"]
    connection.send("hi")
    try:
        while True:
            seen.append(repr(connection.receive()))
            if parts(story) and seen[-1] == "'hi'":
                connection.close(4001, "enough")
                break
    except simple_websocket.ConnectionClosed as closed:
        seen.append(error(closed, closed.reason, closed.message))
        connection.thread.join()
    return seen


OBSERVERS: tuple[Observer, ...] = (
    Observer("websockets (asyncio)", websockets_asyncio),
    Observer("websockets (iterating)", websockets_iterating),
    Observer("websockets (sync)", websockets_sync, "sync"),
    Observer("websockets (legacy)", websockets_legacy),
    Observer("websockets (trio)", websockets_trio, "trio"),
    Observer("aiohttp", aiohttp_client),
    Observer("websocket-client", websocket_client, "sync"),
    Observer("websocket-client (WebSocketApp)", websocket_app, "sync"),
    Observer("httpx-ws (sync)", httpx_ws_sync, "sync"),
    Observer("httpx-ws (async)", httpx_ws_async),
    Observer("picows", picows_client),
    Observer("tornado", tornado_client),
    Observer("autobahn (asyncio)", autobahn_client),
    Observer("trio-websocket", trio_websocket_client, "trio"),
    Observer("simple-websocket", simple_websocket_client, "sync"),
)
