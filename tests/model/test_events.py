from __future__ import annotations

import pytest
from attrs.exceptions import FrozenInstanceError

from wsfake.model import Close, Entry, Open, Side


def test_each_side_knows_the_other() -> None:
    assert Side.CLIENT.other is Side.SERVER
    assert Side.SERVER.other is Side.CLIENT


def test_a_side_is_called_as_in_rfc_6455() -> None:
    assert [str(side) for side in Side] == ["client", "server"]


def test_events_are_values() -> None:
    assert Close(1000, "bye") == Close(1000, "bye") != Close(1000, "")
    assert hash(Open("ws://a/")) == hash(Open("ws://a/"))
    with pytest.raises(FrozenInstanceError):
        Close().code = 1  # type: ignore[misc]


def test_an_entry_is_a_tuple_of_who_did_what_when_and_where() -> None:
    assert Entry(5, 1, Side.CLIENT, "x") == (5, 1, Side.CLIENT, "x")
