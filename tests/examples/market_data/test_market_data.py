"""The feed handler, against what a real feed has sent once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples.market_data.client import Book, follow_all
from tests.processes import running
from wsfake import Harness

SERVER = Path(__file__).with_name("server.py")
TICKS = 1200

pytestmark = pytest.mark.ws_fake(intercept=True)


@pytest.fixture(autouse=True)
def feed(ws_fake: Harness) -> Iterator[None]:
    if not ws_fake.is_live:
        yield
        return
    with running(SERVER.read_text("utf-8")) as url:
        ws_fake.alias("wss://feed.market.example", to=url)
        yield


def check(book: Book) -> None:
    assert [number for number, _, _ in book.ticks] == list(range(1, TICKS + 1))
    assert all(bid < ask for _, bid, ask in book.ticks)


def test_a_gap_is_filled() -> None:
    book = asyncio.run(follow_all(["eth"], TICKS))["eth"]
    check(book)
    assert (book.gaps, book.reconnects) == (1, 0)


def test_several_markets_at_once_each_in_its_order(ws_fake: Harness) -> None:
    books = asyncio.run(follow_all(["btc", "eth", "sol"], TICKS))
    for book in books.values():
        check(book)
    assert [books[name].reconnects for name in ("btc", "eth", "sol")] == [0, 0, 1]
    assert len({tuple(book.ticks) for book in books.values()}) == 3
    assert len(ws_fake.dialogue.entries) > 3 * TICKS
