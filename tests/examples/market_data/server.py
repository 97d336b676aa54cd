"""A feed: every market's ticks in packed frames, with a hole in one and a restart in another."""

import asyncio
import gzip
import json

from websockets.asyncio.server import serve

TICKS = 1200
HOLE = range(301, 311)
RESTART = 700


def tick(market, number):
    mid = 100 + (sum(map(ord, market)) * number * number % 1009) / 100
    return {"n": number, "bid": round(mid - 0.01, 2), "ask": round(mid + 0.01, 2)}


async def send(connection, market, numbers):
    for number in numbers:
        data = json.dumps([tick(market, number)]).encode()
        await connection.send(gzip.compress(data, mtime=0))


async def feed(connection):
    market = connection.request.path.rpartition("/")[2]
    begin = json.loads(await connection.recv())["from"]
    if market == "eth" and begin == 1:
        await send(connection, market, range(1, HOLE.start))
        await send(connection, market, range(HOLE.stop, HOLE.stop + 50))
        begin = json.loads(await connection.recv())["from"]
    elif market == "sol" and begin == 1:
        await send(connection, market, range(1, RESTART))
        await connection.close(1012, "restart")
        return
    await send(connection, market, range(begin, TICKS + 1))
    await connection.wait_closed()


async def main():
    async with serve(feed, "127.0.0.1", 0, compression=None) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()


asyncio.run(main())
