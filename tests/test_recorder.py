from __future__ import annotations

from wsfake.model import Entry, Open, Side
from wsfake.recorder import Recorder


def opened(at: int, connection: int) -> Entry:
    return Entry(at, connection, Side.CLIENT, Open("ws://a/"))


def test_connections_that_are_recorded_have_a_timeline_of_their_own() -> None:
    kept: list[Entry] = []
    recorder = Recorder(kept.append)
    recorder.note(*opened(5, 1))
    recorder.admit(3)
    recorder.note(*opened(100, 3))
    recorder.note(*Entry(110, 1, Side.CLIENT, "not recorded"))
    recorder.admit(2)
    recorder.note(*opened(120, 2))
    recorder.note(*Entry(130, 3, Side.SERVER, "a"))
    assert kept == [opened(0, 1), opened(20, 2), Entry(30, 1, Side.SERVER, "a")]


def test_a_recording_goes_on_where_another_ended() -> None:
    kept: list[Entry] = []
    recorder = Recorder(kept.append, first_number=3, first_at=1000)
    recorder.admit(1)
    recorder.note(*opened(7, 1))
    recorder.note(*Entry(9, 1, Side.CLIENT, b""))
    assert kept == [opened(1000, 3), Entry(1002, 3, Side.CLIENT, b"")]
