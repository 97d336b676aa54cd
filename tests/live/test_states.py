from __future__ import annotations

import pytest

from wsfake.live.states import TABLE, Happening, State


def test_every_state_is_reached_from_the_first_and_reaches_the_last() -> None:
    def reached(start: State) -> set[State]:
        seen = {start}
        while more := {s.state for (at, _), s in TABLE.items() if at in seen} - seen:
            seen |= more
        return seen

    assert reached(State.CONNECTING) == set(State)
    assert all(State.FINISHED in reached(state) for state in State)


def test_every_happening_has_its_place() -> None:
    assert {what for _, what in TABLE} == set(Happening)


def test_nothing_happens_to_a_finished_connection_but_that_it_is_left() -> None:
    assert {what for at, what in TABLE if at is State.FINISHED} == {Happening.ABANDONED}


@pytest.mark.parametrize("state", [s for s in State if s not in {State.CONNECTING, State.FINISHED}])
def test_tcp_may_be_reset_in_every_state_that_has_it(state: State) -> None:
    assert TABLE[state, Happening.PEER_RESET].state is State.FINISHED


def test_a_drop_is_the_end() -> None:
    assert all(step.state is State.FINISHED for step in TABLE.values() if step.drop)
