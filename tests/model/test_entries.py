from __future__ import annotations

import pytest

from wsfake.model import Accept, Entries, Entry, Open, Side

OPENED = Entry(0, 1, Side.CLIENT, Open("ws://a/"))
ACCEPTED = Entry(1, 1, Side.SERVER, Accept())
SAID = Entry(2, 2, Side.CLIENT, "")
ALL = [OPENED, ACCEPTED, SAID]


def test_entries_are_a_sequence_of_entries() -> None:
    entries = Entries.of(ALL)
    assert list(entries) == ALL
    assert len(entries) == 3
    assert entries[-1] == SAID
    assert isinstance(entries[-1], Entry)
    assert entries[1:] == ALL[1:]
    assert SAID in entries
    assert repr(entries) == repr(tuple(ALL))


def test_entries_equal_any_sequence_of_the_same_ones() -> None:
    assert Entries.of(ALL) == Entries.of(iter(ALL)) == tuple(ALL)
    assert Entries.of(ALL) != ALL[:2]
    assert Entries.of(ALL) != 3


def test_no_entries_are_entries() -> None:
    assert list(Entries.of([])) == []
    assert not Entries()


def test_entries_grow_and_are_cut() -> None:
    entries = Entries.of(ALL[:1])
    entries.append(ALL[1])
    entries.extend(*zip(*ALL[2:], strict=True))
    assert entries == ALL
    entries.cut(2)
    assert entries == ALL[:2]
    with pytest.raises(TypeError, match="unhashable"):
        hash(entries)
