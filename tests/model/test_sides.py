from __future__ import annotations

from wsfake.model import Side


def test_each_side_has_another() -> None:
    assert Side.CLIENT.other is Side.SERVER
    assert Side.SERVER.other is Side.CLIENT


def test_a_side_is_shown_as_who_speaks() -> None:
    assert [str(side) for side in Side] == ["client", "server"]
