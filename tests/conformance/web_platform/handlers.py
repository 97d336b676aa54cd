"""What the handlers of the suite (`websockets/handlers/*_wsh.py`) do, each told once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from wsfake import Harness, Transcript
from wsfake.model import Close, Raw
from wsfake.network import Peer

__all__ = ["H2_PORT", "HOST", "HTTPS_PORT", "HTTP_PORT", "WSS_PORT", "WS_PORT", "serve_all"]

HOST = "web-platform.test"
HTTP_PORT, HTTPS_PORT, WS_PORT, WSS_PORT, H2_PORT = 8000, 8443, 8666, 8667, 9000

Message = str | bytes


def _answer(close: Any) -> object:
    """Say a Close back, with its reason."""
    return close if isinstance(close, Close) else None


def _close_with(peer: Peer, code: int = 1000, reason: str = "") -> None:
    if peer.closed is None:
        peer.close(code, reason)


def echo(peer: Peer) -> None:
    if "echo" in peer.subprotocols:
        peer.accept("echo")

    def say_back(message: Message) -> None:
        if peer.closed is None:
            peer.send(message)
        if message == "Goodbye":
            _close_with(peer)

    peer.on_message(say_back)
    peer.on_close(_answer)


def echo_exit(peer: Peer) -> None:
    def judge(message: Message) -> None:
        if message == "Goodbye":
            _close_with(peer)

    peer.on_message(judge)


def echo_raw(peer: Peer) -> None:
    peer.on_message(lambda message: peer._say(Raw(_as_bytes(message))))


def _as_bytes(message: Message) -> bytes:
    return message.encode() if isinstance(message, str) else message


def query(peer: Peer) -> None:
    peer.send(peer.url.partition("?")[2])
    _close_with(peer)


def empty_message(peer: Peer) -> None:
    def judge(message: Message) -> None:
        peer.send("pass" if message == "" else "fail")
        _close_with(peer)

    peer.on_message(judge)


def close_at_once(peer: Peer) -> None:
    _close_with(peer)


def protocol(peer: Peer) -> None:
    chosen = peer.subprotocols[0]
    peer.accept(chosen)
    peer.send(chosen)
    _close_with(peer)


def handshake_protocol(peer: Peer) -> None:
    peer.accept("foobar")
    _close_with(peer)


def header(name: str, otherwise: str) -> Callable[[Peer], None]:
    def handler(peer: Peer) -> None:
        told = {key.lower(): value for key, value in peer.headers}
        peer.send(told.get(name, otherwise))
        _close_with(peer)

    return handler


def receive_slowly(ws_fake: Harness) -> Callable[[Peer], None]:
    """Take a message every 0.1 s, and say how long it is."""

    def handler(peer: Peer) -> None:
        taken = 0.0

        def take(message: Message) -> None:
            nonlocal taken
            taken = max(taken, ws_fake.now) + 0.1
            ws_fake.call_later(taken - ws_fake.now, lambda: peer.send(str(len(message))))

        peer.on_message(take)
        peer.on_close(_answer)

    return handler


def _wrong_accept_key() -> Transcript:
    reply = (
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n"
        b"Sec-WebSocket-Accept: thisisawrongacceptkey\r\n\r\n"
    )
    return Transcript().fault("handshake", Raw(reply))


Plan = Transcript | Callable[[Peer], None]


def plans(ws_fake: Harness) -> dict[str, Plan]:
    """Return what answers at each path."""
    slow_echo = Transcript().pause(10).server_accepts()
    return {
        "/echo": echo,
        "/echo_exit": echo_exit,
        "/echo_raw": echo_raw,
        "/echo_close_data": echo_exit,
        "/echo-query": query,
        "/echo-query_v13": query,
        "/echo-cookie": header("cookie", "(none)"),
        "/empty-message": empty_message,
        "/handshake_no_extensions": close_at_once,
        "/handshake_no_protocol": close_at_once,
        "/handshake_protocol": handshake_protocol,
        "/handshake_sleep_2": Transcript().pause(2).server_accepts().server_closes(1000),
        "/invalid": Transcript().fault("handshake", Raw(b"FOO BAR BAZ\r\n\r\n")),
        "/origin": header("origin", ""),
        "/protocol": protocol,
        "/protocol_array": protocol,
        "/receive-many-with-backpressure": receive_slowly(ws_fake),
        "/referrer": header("referer", "MISSING AS PER FETCH"),
        "/simple_handshake": Transcript().server_accepts().server_closes(1001, "PASS"),
        "/sleep_10_v13": slow_echo.repeat(None, Transcript().client("Goodbye").server("Goodbye")),
        "/wrong_accept_key": _wrong_accept_key(),
        "/delayed-passive-close": Transcript().client_closes().pause(1).server_closes(1000),
        "/basic_auth": Transcript().server_rejects(401),
    }


def serve_all(ws_fake: Harness) -> None:
    """Serve every handler at the ports of the suite.

    Other paths are not found there, and other hosts are not there.
    """
    ports = f"(?:{WS_PORT}|{WSS_PORT}|{H2_PORT})"
    place = rf"wss?://(?:[\w-]+\.)*{re.escape(HOST)}:"
    known = plans(ws_fake)
    for path, plan in known.items():
        url = re.compile(rf"{place}{ports}{re.escape(path)}(?:\?.*)?")
        ws_fake.serve(url, plan, connections=None)
    login = re.compile(rf"wss?://foo:bar@{re.escape(HOST)}:{ports}/basic_auth")
    ws_fake.serve(login, close_at_once, connections=None)
    moved = Transcript().server_rejects(301, headers={"Location": "/echo"})
    web = f"(?:{HTTP_PORT}|{HTTPS_PORT})"
    redirect = r"/websockets/opening-handshake/resources/redirect_response\.py"
    ws_fake.serve(re.compile(place + web + redirect), moved, connections=None)
    paths = "|".join(re.escape(path) for path in known)
    other = re.compile(rf"{place}(?!{ports}(?:{paths})(?:\?.*)?$|{web}{redirect}$).*")
    ws_fake.serve(other, Transcript().server_rejects(404), connections=None)
    elsewhere = re.compile(rf"wss?://(?!(?:foo:bar@)?(?:[\w-]+\.)*{re.escape(HOST)}:).*")
    ws_fake.serve(elsewhere, Transcript().server_refuses("not found"), connections=None)
