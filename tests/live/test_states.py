from __future__ import annotations

import pytest

from wsfake.live.states import TABLE, Happening, State


def reachable(start: State) -> set[State]:
    seen = {start}
    while True:
        more = {step.state for (state, _), step in TABLE.items() if state in seen} | seen
        if more == seen:
            return seen
        seen = more


@pytest.mark.parametrize("state", State)
def test_every_state_can_be_reached_and_every_connection_can_end(state: State) -> None:
    assert state in reachable(State.CONNECTING)
    assert State.FINISHED in reachable(state)


@pytest.mark.parametrize("state", State)
def test_a_connection_can_be_abandoned_in_every_state_and_that_is_no_drop_of_the_peer(
    state: State,
) -> None:
    assert TABLE[state, Happening.ABANDONED] == (State.FINISHED, False)


def test_after_the_end_nothing_happens() -> None:
    assert {what for state, what in TABLE if state is State.FINISHED} == {Happening.ABANDONED}


def test_a_drop_is_the_end() -> None:
    assert {step.state for step in TABLE.values() if step.drop} == {State.FINISHED}


@pytest.mark.parametrize("state", set(State) - {State.CONNECTING, State.FINISHED})
def test_a_peer_may_reset_whenever_there_is_a_stream(state: State) -> None:
    assert TABLE[state, Happening.PEER_RESET].state is State.FINISHED


@pytest.mark.parametrize("state", [State.CLOSED, State.LAST_WORD])
def test_an_end_of_tcp_is_no_drop_once_the_close_frames_have_passed(state: State) -> None:
    assert not TABLE[state, Happening.PEER_RESET].drop


def test_both_sides_close_in_either_order() -> None:
    sent, received = Happening.CLOSE_SENT, Happening.CLOSE_RECEIVED
    for first, second in [(sent, received), (received, sent)]:
        assert TABLE[TABLE[State.OPEN, first].state, second].state is State.CLOSED
