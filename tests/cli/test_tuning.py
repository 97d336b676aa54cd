"""What the process of a proxy asks for, and gives back."""

from __future__ import annotations

import gc

import pytest

from wsfake.cli.tuning import much_passing


def test_garbage_is_looked_for_less_often_until_the_end() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), much_passing():
        assert gc.get_threshold() == (100_000, *before[1:])
        raise KeyError
    assert gc.get_threshold() == before


@pytest.mark.parametrize("error", [AttributeError, OSError, TypeError])
def test_another_c_library_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def refuse(_: None) -> None:
        raise error

    monkeypatch.setattr("ctypes.CDLL", refuse)
    with much_passing():
        pass
