"""A service that speaks: one key, a limit of its rate, and a crash in the middle of long texts."""

import asyncio
import base64
import json
from http import HTTPStatus
from itertools import count

from websockets.asyncio.server import serve

PIECE = 480
numbers = count(1)
audios: dict[str, bytes] = {}
texts: list[str] = []


def audio_of(text):
    """Return what a text sounds like: a saw tooth for each of its letters."""
    return b"".join(bytes((ord(letter) * step) % 256 for step in range(PIECE)) for letter in text)


def check_key(connection, request):
    if request.headers.get("Authorization") == "Bearer a-good-key":
        return None
    response = connection.respond(HTTPStatus.UNAUTHORIZED, '{"error": "wrong key"}')
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    return response


async def say(connection, kind, **fields):
    event = {"type": kind, "event_id": f"event-{next(numbers)}", **fields}
    await connection.send(json.dumps(event))


async def play(connection, audio, offset, until):
    for begin in range(offset, until, PIECE):
        piece = base64.b64encode(audio[begin : begin + PIECE]).decode()
        await say(connection, "audio.delta", audio=piece)
    if until < len(audio):
        await connection.close(1011, "the model has crashed")
    else:
        await say(connection, "audio.done")


async def talk(connection):
    async for message in connection:
        event = json.loads(message)
        if event["type"] == "session.begin":
            session = event["session"] or f"session-{next(numbers)}"
            await say(connection, "session.begun", session=session)
        elif event["type"] == "response.resume":
            audio = audios[event["id"]]
            await play(connection, audio, event["offset"], len(audio))
        elif event["text"].startswith("quickly") and event["text"] not in texts:
            texts.append(event["text"])
            await say(connection, "error", code="rate_limit", retry_after=0.05)
        else:
            response = f"response-{next(numbers)}"
            audio = audios[response] = audio_of(event["text"])
            await say(connection, "response.created", id=response)
            crash = len(audio) > 20 * PIECE
            await play(connection, audio, 0, 10 * PIECE if crash else len(audio))


async def main():
    async with serve(talk, "127.0.0.1", 0, process_request=check_key) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()


asyncio.run(main())
