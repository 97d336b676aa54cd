"""What passes at a host that is let through, and what is served there all the same."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
import websockets

from tests.intercept.test_closed_network import Real, authority, real, real_tls
from wsfake import Harness, Transcript

__all__ = ["authority", "real", "real_tls"]


def play(ws_fake: Harness, main: Coroutine[Any, Any, Any], *, virtual: bool) -> Any:
    """Run a coroutine on the loop of a harness, or on another one that is intercepted."""
    factory = ws_fake.loop_factory if virtual else None
    with ws_fake.intercept(), asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


async def greet(url: str, **more: Any) -> str | bytes:
    async with websockets.connect(url, **more) as connection:
        await connection.send("hi")
        return await connection.recv()


async def greet_at(url: str, *paths: str, **more: Any) -> list[str | bytes]:
    return [await greet(f"{url}/{path}", **more) for path in paths]


def hello() -> Transcript:
    return Transcript().client("hi").server("hello")


@pytest.mark.parametrize("virtual", [False, True], ids=["real", "virtual"])
@pytest.mark.parametrize("mode", ["none", "live", "rewrite"])
def test_what_is_served_there_is_the_tests_and_another_path_is_nobodys(
    real: Real, tmp_path: Path, mode: str, virtual: bool
) -> None:
    cassette = tmp_path / "nothing.msgpack" if mode == "rewrite" else None
    with Harness(cassette, mode=mode, passthrough=["localhost"]) as ws_fake:
        ws_fake.serve(f"{real.url}/served", hello(), hello())
        said = play(ws_fake, greet_at(real.url, "served", "real", "served"), virtual=virtual)
        assert said == ["hello", "hi", "hello"]
        assert {entry.connection for entry in ws_fake.dialogue.entries} == {1, 2}
    assert real.asked == ["/real"]
    assert ws_fake.summary.recorded == 0


@pytest.mark.parametrize("virtual", [False, True], ids=["real", "virtual"])
@pytest.mark.parametrize("mode", ["none", "live"])
def test_so_it_is_by_tls_where_the_real_server_is_verified_by_the_clients_context(
    real_tls: Real, authority: trustme.CA, mode: str, virtual: bool
) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with Harness(mode=mode, passthrough=["localhost"]) as ws_fake:
        ws_fake.serve(f"{real_tls.url}/served", hello())
        main = greet_at(real_tls.url, "served", "real", ssl=context)
        assert play(ws_fake, main, virtual=virtual) == ["hello", "hi"]
    assert real_tls.asked == ["/real"]


@pytest.mark.parametrize("virtual", [False, True], ids=["real", "virtual"])
@pytest.mark.parametrize("mode", ["none", "live"])
def test_a_page_beside_what_is_served_passes(mode: str, virtual: bool) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\na page")

    async def main() -> bytes:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            ws_fake.serve(f"ws://{place}", connections=None)
            async with aiohttp.ClientSession() as session, session.get(f"http://{place}/") as page:
                return await page.read()

    with Harness(mode=mode, passthrough=["127.0.0.1"]) as ws_fake:
        assert play(ws_fake, main(), virtual=virtual) == b"a page"


def test_a_name_of_this_machine_lets_the_others_through(real: Real, tmp_path: Path) -> None:
    url = real.url.replace("localhost", "127.0.0.1")
    with Harness(tmp_path / "none.msgpack", mode="rewrite", passthrough=["localhost"]) as ws_fake:
        assert play(ws_fake, greet(url), virtual=False) == "hi"
    assert ws_fake.summary.recorded == 0
