"""Addresses for hosts that are on a test's network alone: of the process, and not of the test."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import pytest
from websockets.sync.client import connect

from wsfake import Harness, Transcript
from wsfake.intercept.names import Names


def test_a_host_is_known_again_by_its_address_in_either_family() -> None:
    names = Names()
    address = names.address_of("Feed.example.")
    assert names.address_of("feed.example") == address
    assert names.host_of(address) == names.host_of(f"::ffff:{address}") == "feed.example"
    assert names.host_of("10.0.0.1") == "10.0.0.1"


def test_where_all_addresses_are_given_the_host_asked_for_longest_ago_gives_its_own() -> None:
    names = Names()
    given = {names.address_of(f"{number}.example") for number in range(2**16 - 2)}
    assert len(given) == 2**16 - 2
    first = names.address_of("0.example")
    assert names.address_of("new.example") in given - {first}
    assert names.host_of(first) == "0.example"
    again = names.address_of("1.example")  # which was the one that gave its own
    assert names.host_of(again) == "1.example"
    assert again != first


def test_threads_that_ask_at_once_are_given_addresses_apart() -> None:
    names = Names()
    hosts = [f"{number % 500}.example" for number in range(5000)]
    with ThreadPoolExecutor(8) as pool:
        addresses = list(pool.map(names.address_of, hosts))
    assert len(set(addresses)) == 500
    assert [names.host_of(address) for address in addresses] == hosts


def test_a_client_that_keeps_what_it_has_looked_up_is_answered_by_each_test() -> None:
    """As a session of aiohttp that a whole suite has."""

    async def hear(session: aiohttp.ClientSession, host: str) -> str:
        async with session.ws_connect(f"ws://{host}.example") as connection:
            return str(await connection.receive_str())

    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            for number, hosts in enumerate((["a"], ["a"], ["b", "a"])):
                with Harness(intercept=True) as ws_fake:
                    for host in hosts:
                        said = Transcript().server(f"{host}{number}")
                        ws_fake.serve(f"ws://{host}.example", said)
                    assert [await hear(session, host) for host in hosts] == [
                        f"{host}{number}" for host in hosts
                    ]

    asyncio.run(main())


@pytest.mark.parametrize("first", ["outer", "inner"])
def test_two_harnesses_at_once_never_give_the_same_address(first: str) -> None:
    with Harness(intercept=True) as outer, Harness(intercept=True) as inner:
        for name, harness in (("outer", outer), ("inner", inner)):
            harness.serve(f"ws://{name}.example", Transcript().server(name))
        for name in sorted(("outer", "inner"), key=lambda each: each != first):
            with connect(f"ws://{name}.example") as connection:
                assert connection.recv() == name


def test_an_address_is_the_same_in_memory_and_at_real_ports(ws_fake: Harness) -> None:
    ws_fake.serve("ws://feed.example", connections=None)

    async def look_up() -> object:
        return await asyncio.get_running_loop().getaddrinfo("feed.example", 80)

    with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
        in_memory = runner.run(look_up())
    with ws_fake.intercept():
        assert socket.getaddrinfo("feed.example", 80) == in_memory
