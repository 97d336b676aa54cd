"""The proxies of the environment, which are not asked for what a test answers."""

import os
from threading import Event, RLock, Thread

import pytest

from wsfake.intercept import bypass

PATIENCE = 10.0


def test_a_test_is_asked_for_its_hosts_while_another_thread_of_it_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    of_the_test, asked = RLock(), Event()
    served = ["one.example"]

    def hosts() -> list[str]:
        asked.set()
        with of_the_test:
            return [*served]

    def serve_more() -> None:  # as a handler does, which runs with the lock of the test
        with of_the_test:
            assert asked.wait(PATIENCE)
            served.append("two.example")
            bypass.add(two)

    def two() -> list[str]:
        return ["two.example"]

    handler = Thread(target=serve_more, daemon=True)
    handler.start()
    other = Thread(target=bypass.add, args=[hosts], daemon=True)
    other.start()
    try:
        handler.join(PATIENCE)
        other.join(PATIENCE)
        assert not handler.is_alive()
        assert not other.is_alive()
        assert os.environ["no_proxy"] == "one.example,two.example"
    finally:
        bypass.remove(hosts)
        bypass.remove(two)
    assert "no_proxy" not in os.environ
