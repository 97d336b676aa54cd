from __future__ import annotations

from wsfake.model import Entries, Entry, Open, Side
from wsfake.recorder import Recorder


def opened(at: int, connection: int) -> Entry:
    return Entry(at, connection, Side.CLIENT, Open("ws://a/"))


def take(recorder: Recorder, *entries: Entry) -> None:
    recorder.take(Entries.of(entries))


def test_connections_that_are_recorded_have_a_timeline_of_their_own() -> None:
    kept: list[Entry] = []
    recorder = Recorder(kept.extend)
    take(recorder, opened(5, 1))
    recorder.admit(3)
    take(recorder, opened(100, 3), Entry(110, 1, Side.CLIENT, "not recorded"))
    recorder.admit(2)
    take(recorder, opened(120, 2), Entry(130, 3, Side.SERVER, "a"))
    assert kept == [opened(0, 1), opened(20, 2), Entry(30, 1, Side.SERVER, "a")]


def test_a_recording_goes_on_where_another_ended() -> None:
    kept: list[Entry] = []
    recorder = Recorder(kept.extend, first_number=3, first_at=1000)
    recorder.admit(1)
    take(recorder, opened(7, 1), Entry(9, 1, Side.CLIENT, b""))
    assert kept == [opened(1000, 3), Entry(1002, 3, Side.CLIENT, b"")]
