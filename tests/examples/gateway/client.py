"""A chat bot at a gateway: heartbeats, and a session that is resumed when a connection is lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

URL = "wss://gateway.chat.example/?v=10"

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
_FOR_GOOD = {1000, 4004}


class Bot:
    """Answers what is said to it, for as long as the gateway wants it."""

    def __init__(self, key: str, answer: Callable[[str], str | None], *, url: str = URL) -> None:
        self._key = key
        self._answer = answer
        self._url = url
        self._session: str | None = None
        self._number: int | None = None
        self._acknowledged = True
        self.heard: list[str] = []
        self.log: list[str] = []

    async def run(self) -> int:
        """Stay connected; return the code with which the gateway has ended it for good."""
        while True:
            async with connect(self._url) as connection:
                try:
                    await self._talk(connection)
                except ConnectionClosed as closed:
                    code = closed.rcvd.code if closed.rcvd is not None else 1006
                    self.log.append(f"closed {code}")
                    if code in _FOR_GOOD:
                        return code

    async def _talk(self, connection: ClientConnection) -> None:
        hello = json.loads(await connection.recv())
        beating = asyncio.create_task(self._beat(connection, hello["d"]["interval"] / 1000))
        try:
            await self._introduce(connection)
            while True:
                if not await self._take(connection, json.loads(await connection.recv())):
                    return
        finally:
            beating.cancel()

    async def _introduce(self, connection: ClientConnection) -> None:
        if self._session is None:
            await _send(connection, IDENTIFY, {"token": self._key})
        else:
            resume = {"token": self._key, "session": self._session, "seq": self._number}
            await _send(connection, RESUME, resume)

    async def _beat(self, connection: ClientConnection, seconds: float) -> None:
        self._acknowledged = True
        while True:
            await asyncio.sleep(seconds)
            if not self._acknowledged:
                self.log.append("no heart-beat")
                await connection.close(4000, "no heart-beat")
                return
            self._acknowledged = False
            await _send(connection, HEARTBEAT, self._number)

    async def _take(self, connection: ClientConnection, event: dict[str, Any]) -> bool:
        """Take an event; tell whether to go on with this connection."""
        if event["op"] == ACK:
            self._acknowledged = True
        elif event["op"] == RECONNECT:
            self.log.append("asked to reconnect")
            return False
        elif event["op"] == INVALID:
            self.log.append("invalid session")
            self._session = self._number = None
            await self._introduce(connection)
        else:
            self._number = event["s"]
            await self._dispatch(connection, event["t"], event["d"])
        return True

    async def _dispatch(self, connection: ClientConnection, kind: str, data: Any) -> None:
        self.log.append(kind.lower())
        if kind == "READY":
            self._session = data["session"]
        elif kind == "MESSAGE":
            self.heard.append(data)
            answer = self._answer(data)
            if answer is not None:
                await _send(connection, DISPATCH, answer)


async def _send(connection: ClientConnection, op: int, data: Any) -> None:
    await connection.send(json.dumps({"op": op, "d": data}))
