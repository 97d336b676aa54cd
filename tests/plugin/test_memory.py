"""What a run keeps of tests that are over."""

import pytest

from tests.plugin.reports import run


def test_what_a_test_said_is_freed_when_it_is_over(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import gc, weakref
from wsfake import Transcript

harnesses = []

def talk(ws_fake):
    harnesses.append(weakref.ref(ws_fake))
    ws_fake.serve("ws://a.test", Transcript().client("a").server("b"))
    socket = ws_fake.WebSocket("ws://a.test")
    socket.onopen = lambda: socket.send("a")
    ws_fake.run()

def test_one(ws_fake):
    talk(ws_fake)

def test_another(ws_fake):
    talk(ws_fake)

def test_nothing_is_left():
    gc.collect()
    assert [harness() for harness in harnesses] == [None, None]
"""
    )
    run(pytester).assert_outcomes(passed=3)
