from __future__ import annotations

from wsfake.model import Entry, Open, Side
from wsfake.recorder import Recorder

C, S = Side.CLIENT, Side.SERVER


def test_recorded_are_the_admitted_connections_on_a_timeline_of_their_own() -> None:
    entries: list[Entry] = []
    recorder = Recorder(entries.append)
    recorder.note(Entry(0, 1, C, Open("ws://served/")))
    recorder.admit(2)
    recorder.note(Entry(500, 2, C, Open("ws://real/")))
    recorder.note(Entry(600, 1, S, "not recorded"))
    recorder.admit(4)
    recorder.note(Entry(700, 4, C, Open("ws://other/")))
    assert entries == [
        Entry(0, 1, C, Open("ws://real/")),
        Entry(200, 2, C, Open("ws://other/")),
    ]


def test_a_recording_goes_on_where_another_one_ended() -> None:
    entries: list[Entry] = []
    recorder = Recorder(entries.append, first_number=3, first_at=9000)
    recorder.admit(1)
    recorder.note(Entry(10, 1, C, "a"))
    recorder.note(Entry(15, 1, S, "b"))
    assert entries == [Entry(9000, 3, C, "a"), Entry(9005, 3, S, "b")]
