"""A gateway: it asks for heartbeats, and loses the bot in all the ways that gateways do."""

import asyncio
import json

from websockets.asyncio.server import serve

INTERVAL = 0.3
visits = iter(range(3))


async def send(connection, op, data=None, number=None, kind=None):
    await connection.send(json.dumps({"op": op, "d": data, "s": number, "t": kind}))


async def message(connection, number, text):
    await send(connection, 0, text, number, "MESSAGE")


async def receive(connection, *, acknowledge=True):
    """Return the next event that is no heartbeat."""
    while True:
        event = json.loads(await connection.recv())
        if event["op"] != 1:
            return event
        if acknowledge:
            await send(connection, 11)


async def first_visit(connection):
    assert (await receive(connection))["op"] == 2
    await send(connection, 0, {"session": "s-1"}, 1, "READY")
    await message(connection, 2, "ping")
    assert (await receive(connection))["d"] == "pong"
    for _ in range(2):
        await connection.recv()
        await send(connection, 11)
    await send(connection, 7)
    await connection.wait_closed()


async def second_visit(connection):
    """Resume, and fall silent."""
    assert (await receive(connection))["d"]["seq"] == 2
    await message(connection, 3, "while you were away")
    await send(connection, 0, None, 4, "RESUMED")
    await receive(connection, acknowledge=False)


async def third_visit(connection):
    """Know nothing of the session any more."""
    assert (await receive(connection))["op"] == 6
    await send(connection, 9)
    assert (await receive(connection))["op"] == 2
    await send(connection, 0, {"session": "s-2"}, 1, "READY")
    await message(connection, 2, "ping")
    assert (await receive(connection))["d"] == "pong"
    await connection.close(4004, "the key is no longer good")


async def talk(connection):
    visit = next(visits)
    await send(connection, 10, {"interval": INTERVAL * 1000})
    await (first_visit, second_visit, third_visit)[visit](connection)


async def main():
    async with serve(talk, "127.0.0.1", 0, ping_interval=None) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()


asyncio.run(main())
