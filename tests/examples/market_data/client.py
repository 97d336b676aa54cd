"""A feed handler: the best prices of several markets, each by its own connection."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterable
from typing import Any

import aiohttp

URL = "wss://feed.market.example/v2"


class Book:
    """The prices of one market, without a gap."""

    def __init__(self, market: str) -> None:
        self.market = market
        self.ticks: list[tuple[int, float, float]] = []
        self.gaps = 0
        self.reconnects = 0

    @property
    def next_number(self) -> int:
        return len(self.ticks) + 1

    def take(self, tick: dict[str, Any]) -> bool:
        """Take a tick; tell whether none before it is missing."""
        if tick["n"] > self.next_number:
            return False
        if tick["n"] == self.next_number:
            self.ticks.append((tick["n"], tick["bid"], tick["ask"]))
        return True


async def follow(session: aiohttp.ClientSession, market: str, until: int, url: str = URL) -> Book:
    """Follow a market until so many ticks are there."""
    book = Book(market)
    while len(book.ticks) < until:
        async with session.ws_connect(f"{url}/{market}") as connection:
            await connection.send_json({"op": "subscribe", "from": book.next_number})
            await _read(connection, book, until)
        if len(book.ticks) < until:
            book.reconnects += 1
    return book


async def _read(connection: aiohttp.ClientWebSocketResponse, book: Book, until: int) -> None:
    asked = 0
    async for message in connection:
        if message.type is not aiohttp.WSMsgType.BINARY:
            raise ValueError(f"expected gzip, got {message.type}")
        for tick in json.loads(gzip.decompress(message.data)):
            if not book.take(tick) and asked != book.next_number:
                asked = book.next_number
                book.gaps += 1
                await connection.send_json({"op": "resubscribe", "from": asked})
        if len(book.ticks) >= until:
            return


async def follow_all(markets: Iterable[str], until: int) -> dict[str, Book]:
    """Follow several markets at once."""
    async with aiohttp.ClientSession() as session:
        books = await asyncio.gather(*(follow(session, market, until) for market in markets))
    return {book.market: book for book in books}
