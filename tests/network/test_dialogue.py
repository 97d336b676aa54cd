"""The dialogue as text."""

from wsfake.model import Entry, Open, Side
from wsfake.network import Dialogue, write_dialogue

ENTRIES = (
    Entry(0, 1, Side.CLIENT, Open("ws://a.example/")),
    Entry(1000, 1, Side.CLIENT, "one"),
    Entry(2500, 1, Side.SERVER, "two"),
)


def test_a_dialogue_reads_as_a_transcript_with_remarks_where_they_were_made() -> None:
    assert str(Dialogue(ENTRIES, ((1, "so far"), (3, "the end")))).splitlines() == [
        "connect ws://a.example/",
        "# so far",
        '     1 ms  client  "one"',
        '   2.5 ms  server  "two"',
        "# the end",
    ]


def test_of_a_long_dialogue_the_last_entries_are_shown() -> None:
    assert write_dialogue(ENTRIES, most_entries=1) == [
        "# 2 entries before these",
        '   2.5 ms  server  "two"',
    ]


def test_connections_are_numbered_where_there_are_several() -> None:
    other = Entry(3000, 2, Side.CLIENT, Open("ws://b.example/"))
    lines = write_dialogue([*ENTRIES, other])
    assert lines[0] == "     0 ms  #1  connect ws://a.example/"
    assert lines[3] == "     3 ms  #2  connect ws://b.example/"


def test_a_long_message_is_cut() -> None:
    entry = Entry(0, 1, Side.CLIENT, "x" * 500)
    (line,) = write_dialogue([entry], most=100)
    assert line.endswith("... (502 characters)")
