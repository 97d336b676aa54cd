"""Every client library, each used as its users use it, by one small function.

A function connects to `call.url`, says and hears what `call` asks for, and returns what it has
seen. None of them knows of wsfake.
"""

from __future__ import annotations

import asyncio
import json
import re
import struct
import warnings
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Literal

from attrs import field, frozen

__all__ = ["APART", "CLIENTS", "Call", "Client", "Seen", "Turn"]

Turn = tuple[Any, tuple[Any, ...]]
"""What the client says, and what the server answers."""

PLAIN: tuple[Turn, ...] = (("hi", ("hello",)),)


@frozen
class Call:
    """What a client is to do."""

    url: str
    until_closed: bool = False
    subprotocols: tuple[str, ...] = ()


@frozen
class Seen:
    """What a client has seen."""

    heard: str | None = None
    subprotocol: str | None = None
    close: tuple[int | None, str] | None = None
    status: int | None = None


@frozen
class Client:
    """A library, or one of its interfaces. `lacks` says why a capability is not to be had."""

    name: str
    package: str
    talk: Callable[[Call], Any]
    kind: Literal["sync", "asyncio", "trio"] = "asyncio"
    lacks: dict[str, str] = field(factory=dict)
    turns: tuple[Turn, ...] = PLAIN
    path: str = "/v1"
    subprotocol: str = "chat"
    needs_subprotocol: bool = False
    forgets: bool = False
    """Whether it leaves sockets or sessions to the garbage collector, when it is rejected."""

    tried: str = ""
    """The version of what needs an environment of its own (`./dev apart`), as it was tried last."""

    @property
    def installed(self) -> bool:
        return find_spec(self.package) is not None if self.tried else True

    @property
    def version(self) -> str:
        return version(self.package) if self.installed else self.tried


NO_DEFLATE = "the library has none"
NO_PONG = "the library shows no pings"
NOT_ASYNCIO = "not asyncio: use `intercept()`"
OWN_SOCKETS = "makes its own sockets: use `intercept()`"


async def websockets_asyncio(call: Call) -> Seen:
    import websockets

    try:
        async with websockets.connect(
            call.url, subprotocols=[websockets.Subprotocol(n) for n in call.subprotocols] or None
        ) as connection:
            await connection.send("hi")
            heard = await connection.recv()
            close = None
            if call.until_closed:
                try:
                    await connection.recv()
                except websockets.ConnectionClosed as closed:
                    assert closed.rcvd is not None
                    close = closed.rcvd.code, closed.rcvd.reason
            return Seen(str(heard), connection.subprotocol, close)
    except websockets.InvalidStatus as rejected:
        return Seen(status=rejected.response.status_code)


def websockets_sync(call: Call) -> Seen:
    import websockets
    from websockets.sync.client import connect

    try:
        with connect(
            call.url, subprotocols=[websockets.Subprotocol(n) for n in call.subprotocols] or None
        ) as connection:
            connection.send("hi")
            heard = connection.recv()
            close = None
            if call.until_closed:
                try:
                    connection.recv()
                except websockets.ConnectionClosed as closed:
                    assert closed.rcvd is not None
                    close = closed.rcvd.code, closed.rcvd.reason
            return Seen(str(heard), connection.subprotocol, close)
    except websockets.InvalidStatus as rejected:
        return Seen(status=rejected.response.status_code)


async def websockets_legacy(call: Call) -> Seen:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from websockets.legacy import client, exceptions
    import websockets

    try:
        async with client.connect(
            call.url, subprotocols=[websockets.Subprotocol(n) for n in call.subprotocols] or None
        ) as connection:
            await connection.send("hi")
            heard = await connection.recv()
            close = None
            if call.until_closed:
                try:
                    await connection.recv()
                except websockets.ConnectionClosed as closed:
                    assert closed.rcvd is not None
                    close = closed.rcvd.code, closed.rcvd.reason
            return Seen(str(heard), connection.subprotocol, close)
    except exceptions.InvalidStatusCode as rejected:
        return Seen(status=rejected.status_code)


async def websockets_trio(call: Call) -> Seen:
    import websockets
    from websockets.trio.client import connect

    try:
        async with connect(
            call.url, subprotocols=[websockets.Subprotocol(n) for n in call.subprotocols] or None
        ) as connection:
            await connection.send("hi")
            heard = await connection.recv()
            close = None
            if call.until_closed:
                try:
                    await connection.recv()
                except websockets.ConnectionClosed as closed:
                    assert closed.rcvd is not None
                    close = closed.rcvd.code, closed.rcvd.reason
            return Seen(str(heard), connection.subprotocol, close)
    except websockets.InvalidStatus as rejected:
        return Seen(status=rejected.response.status_code)


async def aiohttp_client(call: Call) -> Seen:
    import aiohttp

    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(
                call.url, protocols=call.subprotocols, compress=15
            ) as connection:
                await connection.send_str("hi")
                heard = await connection.receive_str()
                close = None
                if call.until_closed:
                    last = await connection.receive()
                    assert last.type is aiohttp.WSMsgType.CLOSE
                    close = last.data, last.extra or ""
                return Seen(heard, connection.protocol, close)
        except aiohttp.WSServerHandshakeError as rejected:
            return Seen(status=rejected.status)


def websocket_client(call: Call) -> Seen:
    import websocket

    try:
        connection = websocket.create_connection(
            call.url, subprotocols=list(call.subprotocols) or None
        )
    except websocket.WebSocketBadStatusException as rejected:
        return Seen(status=rejected.status_code)
    connection.send("hi")
    heard = connection.recv()
    close = None
    if call.until_closed:
        opcode, data = connection.recv_data()
        assert opcode == websocket.ABNF.OPCODE_CLOSE
        close = struct.unpack("!H", data[:2])[0], data[2:].decode()
    connection.close()
    return Seen(str(heard), connection.getsubprotocol(), close)


def websocket_app(call: Call) -> Seen:
    import websocket

    seen: dict[str, Any] = {}

    def on_message(app: Any, message: str) -> None:
        seen["heard"] = message
        seen["subprotocol"] = app.sock.getsubprotocol()
        if not call.until_closed:
            app.close()

    def on_close(app: Any, code: int | None, reason: str | None) -> None:
        if call.until_closed:
            seen["close"] = code, reason

    def on_error(app: Any, error: Exception) -> None:
        if isinstance(error, websocket.WebSocketBadStatusException):
            seen["status"] = error.status_code

    app = websocket.WebSocketApp(
        call.url,
        on_open=lambda app: app.send("hi"),
        on_message=on_message,
        on_close=on_close,
        on_error=on_error,
        subprotocols=list(call.subprotocols) or None,
    )
    app.run_forever()
    return Seen(**seen)


def _http(url: str) -> str:
    return url.replace("ws", "http", 1)


def httpx_ws_sync(call: Call) -> Seen:
    import httpx_ws

    try:
        connection: Any
        with httpx_ws.connect_ws(
            _http(call.url), subprotocols=list(call.subprotocols) or None
        ) as connection:
            connection.send_text("hi")
            heard = connection.receive_text()
            close = None
            if call.until_closed:
                try:
                    connection.receive_text()
                except httpx_ws.WebSocketDisconnect as closed:
                    close = closed.code, closed.reason or ""
            return Seen(heard, connection.subprotocol, close)
    except httpx_ws.WebSocketUpgradeError as rejected:
        return Seen(status=rejected.response.status_code)


async def httpx_ws_async(call: Call) -> Seen:
    import httpx_ws

    try:
        connection: Any
        async with httpx_ws.aconnect_ws(
            _http(call.url), subprotocols=list(call.subprotocols) or None
        ) as connection:
            await connection.send_text("hi")
            heard = await connection.receive_text()
            close = None
            if call.until_closed:
                try:
                    await connection.receive_text()
                except httpx_ws.WebSocketDisconnect as closed:
                    close = closed.code, closed.reason or ""
            return Seen(heard, connection.subprotocol, close)
    except httpx_ws.WebSocketUpgradeError as rejected:
        return Seen(status=rejected.response.status_code)


async def picows_client(call: Call) -> Seen:
    import picows

    seen: dict[str, Any] = {}
    done = asyncio.get_running_loop().create_future()

    class Listener(picows.WSListener):
        def on_ws_connected(self, transport: picows.WSTransport) -> None:
            transport.send(picows.WSMsgType.TEXT, b"hi")

        def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
            if frame.msg_type == picows.WSMsgType.TEXT:
                seen["heard"] = frame.get_payload_as_utf8_text()
                if not call.until_closed:
                    transport.send_close(picows.WSCloseCode.OK)
            elif frame.msg_type == picows.WSMsgType.CLOSE:
                if call.until_closed:
                    reason = frame.get_close_message()
                    text = reason.decode() if isinstance(reason, bytes) else reason
                    seen["close"] = frame.get_close_code(), text or ""
                    transport.send_close(frame.get_close_code())
                transport.disconnect()

        def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
            done.set_result(None)

    def make(request: picows.WSUpgradeRequest, response: picows.WSUpgradeResponse) -> Listener:
        seen["subprotocol"] = response.headers.get("Sec-WebSocket-Protocol")
        return Listener()

    headers = [("Sec-WebSocket-Protocol", ", ".join(call.subprotocols))]
    try:
        await picows.ws_connect(
            make, call.url, extra_headers=headers if call.subprotocols else None
        )
    except picows.WSInvalidStatusError as rejected:
        assert rejected.response is not None
        return Seen(status=int(rejected.response.status))
    await done
    return Seen(**seen)


async def tornado_client(call: Call) -> Seen:
    from tornado.httpclient import HTTPClientError
    from tornado.websocket import websocket_connect

    try:
        connection = await websocket_connect(
            call.url, subprotocols=list(call.subprotocols) or None, compression_options={}
        )
    except HTTPClientError as rejected:
        return Seen(status=rejected.code)
    subprotocol = connection.selected_subprotocol
    await connection.write_message("hi")
    heard = await connection.read_message()
    close = None
    if call.until_closed:
        assert await connection.read_message() is None
        close = connection.close_code, connection.close_reason or ""
    connection.close()
    if not call.until_closed:
        assert await connection.read_message() is None
    return Seen(str(heard), subprotocol, close)


async def autobahn_client(call: Call) -> Seen:
    from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
    from autobahn.websocket.compress import (
        PerMessageDeflateOffer,
        PerMessageDeflateResponseAccept,
    )

    seen: dict[str, Any] = {}
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    class Protocol(WebSocketClientProtocol):
        def onConnect(self, response: Any) -> None:  # noqa: N802
            seen["subprotocol"] = response.protocol

        def onOpen(self) -> None:  # noqa: N802
            self.sendMessage(b"hi", False)

        def onMessage(self, payload: bytes, is_binary: bool) -> None:  # noqa: N802
            seen["heard"] = payload.decode()
            if not call.until_closed:
                self.sendClose(1000)

        def onClose(self, was_clean: bool, code: int, reason: str) -> None:  # noqa: N802
            if "heard" not in seen:
                found = re.search(r"[(\[](\d{3})\b", str(reason))
                seen["status"] = int(found[1]) if found else str(reason)
            elif call.until_closed:
                seen["close"] = code, reason
            if not done.done():
                done.set_result(None)

    factory = WebSocketClientFactory(call.url, protocols=list(call.subprotocols), loop=loop)
    factory.protocol = Protocol
    factory.setProtocolOptions(
        perMessageCompressionOffers=[PerMessageDeflateOffer()],
        perMessageCompressionAccept=PerMessageDeflateResponseAccept,
    )
    await loop.create_connection(
        factory, factory.host, factory.port, ssl=True if factory.isSecure else None
    )
    await done
    return Seen(**seen)


async def trio_websocket_client(call: Call) -> Seen:
    import trio_websocket

    try:
        async with trio_websocket.open_websocket_url(
            call.url, subprotocols=call.subprotocols or None
        ) as connection:
            await connection.send_message("hi")
            heard = await connection.get_message()
            close = None
            if call.until_closed:
                try:
                    await connection.get_message()
                except trio_websocket.ConnectionClosed as closed:
                    assert closed.reason is not None
                    close = closed.reason.code, closed.reason.reason or ""
            return Seen(str(heard), connection.subprotocol, close)
    except trio_websocket.ConnectionRejected as rejected:
        return Seen(status=rejected.status_code)


def simple_websocket_client(call: Call) -> Seen:
    import simple_websocket  # type: ignore[import-untyped]

    try:
        connection = simple_websocket.Client(call.url, subprotocols=list(call.subprotocols) or None)
    except simple_websocket.ConnectionError as rejected:
        return Seen(status=rejected.status_code)
    connection.send("hi")
    heard = connection.receive()
    close = None
    if call.until_closed:
        try:
            connection.receive()
        except simple_websocket.ConnectionClosed as closed:
            close = closed.reason, closed.message or ""
    else:
        connection.close()
    connection.thread.join()
    return Seen(str(heard), connection.subprotocol, close)


GRAPHQL: tuple[Turn, ...] = (
    ({"type": "connection_init", "payload": {}}, ('{"type": "connection_ack"}',)),
    (
        {
            "id": "1",
            "type": "subscribe",
            "payload": {"query": "subscription {\n  greeting\n}"},
        },
        ('{"id": "1", "type": "next", "payload": {"data": {"greeting": "hello"}}}',),
    ),
)


async def gql_client(call: Call) -> Seen:
    from gql import Client as GraphQl, gql
    from gql.transport.exceptions import TransportConnectionFailed
    from gql.transport.websockets import WebsocketsTransport
    from websockets import ConnectionClosed, InvalidStatus

    transport = WebsocketsTransport(url=call.url, keep_alive_timeout=None)
    try:
        async with GraphQl(transport=transport) as session:
            stream = session.subscribe(gql("subscription { greeting }"))
            heard = await anext(aiter(stream))
            subprotocol = transport.response_headers.get("Sec-WebSocket-Protocol")
            close = None
            if call.until_closed:
                try:
                    await anext(aiter(stream))
                except (TransportConnectionFailed, StopAsyncIteration) as closed:
                    cause = closed.__cause__
                    while cause is not None and not isinstance(cause, ConnectionClosed):
                        cause = cause.__cause__
                    if cause is not None and cause.rcvd is not None:
                        close = cause.rcvd.code, cause.rcvd.reason
            await stream.aclose()
            return Seen(heard["greeting"], subprotocol, close)
    except InvalidStatus as rejected:
        return Seen(status=rejected.response.status_code)
    except TransportConnectionFailed as failed:
        assert isinstance(failed.__cause__, InvalidStatus)
        return Seen(status=failed.__cause__.response.status_code)


SOCKET_IO: tuple[Turn, ...] = (
    (
        None,
        (
            "0"
            + json.dumps({"sid": "a", "upgrades": [], "pingTimeout": 20000, "pingInterval": 25000}),
        ),
    ),
    ("40{}", ('40{"sid":"b"}',)),
    ('42["hi"]', ('42["message","hello"]',)),
)


async def socket_io_client(call: Call) -> Seen:
    import socketio  # type: ignore[import-untyped]

    heard = asyncio.get_running_loop().create_future()
    gone = asyncio.get_running_loop().create_future()
    client = socketio.AsyncClient(reconnection=False, timestamp_requests=False)
    client.on("message", heard.set_result)
    client.on("disconnect", gone.set_result)
    base = call.url.partition("/socket.io")[0]
    try:
        await client.connect(_http(base), transports=["websocket"])
    except socketio.exceptions.ConnectionError as refused:
        cause: BaseException | None = refused
        while cause is not None and not hasattr(cause, "status"):
            cause = cause.__cause__ or cause.__context__
        return Seen(status=getattr(cause, "status", None))
    await client.emit("hi")
    text = await heard
    if call.until_closed:
        await gone
    else:
        await client.disconnect()
    return Seen(text)


REALTIME: tuple[Turn, ...] = (
    (
        {"type": "session.update", "session": {"type": "realtime"}},
        ('{"type": "response.output_text.delta", "delta": "hello"}',),
    ),
)


async def openai_async(call: Call) -> Seen:
    from openai import AsyncOpenAI  # type: ignore[import-not-found,unused-ignore]
    from websockets import ConnectionClosed, InvalidStatus

    base = call.url.partition("/realtime")[0]
    client = AsyncOpenAI(api_key="none", websocket_base_url=base)
    close = None
    try:
        async with client.realtime.connect(model="m") as connection:
            await connection.session.update(session={"type": "realtime"})
            heard = await connection.recv()
            if call.until_closed:
                try:
                    await connection.recv()
                except ConnectionClosed as closed:
                    assert closed.rcvd is not None
                    close = closed.rcvd.code, closed.rcvd.reason
            return Seen(heard.delta, None, close)
    except InvalidStatus as rejected:
        return Seen(status=rejected.response.status_code)
    finally:
        await client.close()


def openai_sync(call: Call) -> Seen:
    from openai import OpenAI
    from websockets import ConnectionClosed, InvalidStatus

    base = call.url.partition("/realtime")[0]
    close = None
    with OpenAI(api_key="none", websocket_base_url=base) as client:
        try:
            with client.realtime.connect(model="m") as connection:
                connection.session.update(session={"type": "realtime"})
                heard = connection.recv()
                if call.until_closed:
                    try:
                        connection.recv()
                    except ConnectionClosed as closed:
                        assert closed.rcvd is not None
                        close = closed.rcvd.code, closed.rcvd.reason
                return Seen(heard.delta, None, close)
        except InvalidStatus as rejected:
            return Seen(status=rejected.response.status_code)


CLIENTS: tuple[Client, ...] = (
    Client("websockets (asyncio)", "websockets", websockets_asyncio),
    Client(
        "websockets (sync)",
        "websockets",
        websockets_sync,
        "sync",
        {"virtual time": NOT_ASYNCIO},
    ),
    Client("websockets (legacy)", "websockets", websockets_legacy),
    Client(
        "websockets (trio)", "websockets", websockets_trio, "trio", {"virtual time": NOT_ASYNCIO}
    ),
    Client("aiohttp", "aiohttp", aiohttp_client),
    Client(
        "websocket-client",
        "websocket-client",
        websocket_client,
        "sync",
        {"compression": NO_DEFLATE, "virtual time": NOT_ASYNCIO},
    ),
    Client(
        "websocket-client (WebSocketApp)",
        "websocket-client",
        websocket_app,
        "sync",
        {"compression": NO_DEFLATE, "virtual time": NOT_ASYNCIO},
    ),
    Client(
        "httpx-ws (sync)",
        "httpx-ws",
        httpx_ws_sync,
        "sync",
        {"compression": NO_DEFLATE, "virtual time": NOT_ASYNCIO},
    ),
    Client("httpx-ws (async)", "httpx-ws", httpx_ws_async, lacks={"compression": NO_DEFLATE}),
    Client(
        "picows",
        "picows",
        picows_client,
        lacks={"compression": NO_DEFLATE, "virtual time": OWN_SOCKETS},
    ),
    Client("tornado", "tornado", tornado_client, lacks={"virtual time": OWN_SOCKETS}),
    Client("autobahn (asyncio)", "autobahn", autobahn_client),
    Client(
        "trio-websocket",
        "trio-websocket",
        trio_websocket_client,
        "trio",
        {"compression": NO_DEFLATE, "virtual time": NOT_ASYNCIO},
    ),
    Client(
        "simple-websocket",
        "simple-websocket",
        simple_websocket_client,
        "sync",
        {"compression": NO_DEFLATE, "virtual time": NOT_ASYNCIO},
        forgets=True,
    ),
    Client(
        "gql (websockets)",
        "gql",
        gql_client,
        turns=GRAPHQL,
        subprotocol="graphql-transport-ws",
        needs_subprotocol=True,
    ),
    Client(
        "python-socketio",
        "python-socketio",
        socket_io_client,
        turns=SOCKET_IO,
        forgets=True,
        path="/socket.io/?transport=websocket&EIO=4",
        lacks={
            "close codes": "the library hides them",
            "subprotocol": NO_DEFLATE,
            "compression": NO_DEFLATE,
        },
    ),
)

NO_SUBPROTOCOL = "the library has none"

APART: tuple[Client, ...] = (
    Client(
        "openai (async)",
        "openai",
        openai_async,
        lacks={"subprotocol": NO_SUBPROTOCOL, "compression": NO_DEFLATE},
        turns=REALTIME,
        path="/v1/realtime?model=m",
        tried="3.54.0",
    ),
    Client(
        "openai (sync)",
        "openai",
        openai_sync,
        "sync",
        lacks={
            "subprotocol": NO_SUBPROTOCOL,
            "compression": NO_DEFLATE,
            "virtual time": NOT_ASYNCIO,
        },
        turns=REALTIME,
        path="/v1/realtime?model=m",
        tried="3.54.0",
    ),
)
"""What wants other versions of the libraries than the others do."""

Talk = Callable[[Call], Awaitable[Seen]]
