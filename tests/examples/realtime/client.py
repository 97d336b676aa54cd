"""Speaks with a voice model: says something, and hears it as audio that comes in pieces."""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

URL = "wss://api.voice.example/v1/realtime"


class WrongKeyError(Exception):
    """The service does not know the key."""


class VoiceError(Exception):
    """The service says that it cannot do what was asked for."""


class Voice:
    """A session with the model. It outlives its connection."""

    def __init__(self, key: str, *, url: str = URL, attempts: int = 3) -> None:
        self._key = key
        self._url = url
        self._attempts = attempts
        self._session: str | None = None
        self.resumed = 0
        self.limited = 0

    async def speak(self, text: str) -> bytes:
        """Return the audio of what the model says to a text."""
        audio = bytearray()
        response: str | None = None
        for attempt in range(self._attempts):
            try:
                async with await self._connect() as connection:
                    await self._begin(connection)
                    if response is None:
                        response = await self._ask(connection, text)
                    else:
                        self.resumed += 1
                        await _send(connection, "response.resume", id=response, offset=len(audio))
                    await self._listen(connection, audio)
                    return bytes(audio)
            except ConnectionClosedError as lost:
                if attempt + 1 == self._attempts or lost.rcvd is None or lost.rcvd.code != 1011:
                    raise
        raise AssertionError

    async def _connect(self) -> ClientConnection:
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            return await connect(self._url, additional_headers=headers)
        except InvalidStatus as rejected:
            if rejected.response.status_code == 401:
                raise WrongKeyError(json.loads(rejected.response.body or b"{}")["error"]) from None
            raise

    async def _begin(self, connection: ClientConnection) -> None:
        await _send(connection, "session.begin", session=self._session, voice="alto")
        self._session = (await _receive(connection, "session.begun"))["session"]

    async def _ask(self, connection: ClientConnection, text: str) -> str:
        while True:
            await _send(connection, "response.create", text=text)
            event = json.loads(await connection.recv())
            if event["type"] == "response.created":
                return str(event["id"])
            if event["type"] != "error" or event["code"] != "rate_limit":
                raise VoiceError(event)
            self.limited += 1
            await asyncio.sleep(event["retry_after"])

    async def _listen(self, connection: ClientConnection, audio: bytearray) -> None:
        async for message in connection:
            event = json.loads(message)
            if event["type"] == "audio.delta":
                audio += base64.b64decode(event["audio"])
            elif event["type"] == "audio.done":
                return
            else:
                raise VoiceError(event)


async def _send(connection: ClientConnection, kind: str, **fields: Any) -> None:
    await connection.send(json.dumps({"type": kind, "event_id": uuid.uuid4().hex, **fields}))


async def _receive(connection: ClientConnection, kind: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(await connection.recv())
    if event["type"] != kind:
        raise VoiceError(event)
    return event
