from __future__ import annotations

from typing import Any

import pytest

from wsfake import Transcript
from wsfake.errors import TranscriptError
from wsfake.model import Drop, Raw, Refuse, Reject, Side, Stall
from wsfake.transcript.steps import EFFECTS, PHASES, check_fault

FAULTS: list[Any] = [Refuse(), Reject(404), Stall(), Drop(), Raw(b"")]
POSSIBLE = {
    ("connect", Refuse),
    ("handshake", Reject),
    *(
        (phase, effect)
        for phase in ("handshake", "message", "close")
        for effect in (Stall, Drop, Raw)
    ),
}


def test_every_effect_is_in_the_table() -> None:
    assert list(EFFECTS) == [type(effect) for effect in FAULTS]
    assert PHASES == ("connect", "handshake", "message", "close")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("effect", FAULTS)
def test_a_phase_and_an_effect_go_together_or_say_why_not(phase: Any, effect: Any) -> None:
    if (phase, type(effect)) in POSSIBLE:
        transcript = Transcript().fault(phase, effect)
        assert Transcript.parse(str(transcript)) == transcript
        return
    with pytest.raises(TranscriptError) as caught:
        Transcript().fault(phase, effect)
    places = " or ".join(EFFECTS[type(effect)])
    assert str(caught.value) == (
        f"{type(effect).__name__} cannot happen in phase {phase!r}, only in {places}"
    )


@pytest.mark.parametrize(("phase", "effect"), [("connect", Refuse()), ("handshake", Stall())])
def test_a_client_answers_no_handshake(phase: str, effect: object) -> None:
    with pytest.raises(TranscriptError) as caught:
        check_fault(phase, effect, Side.CLIENT)
    assert str(caught.value) == f"a fault in phase {phase!r} is the server's, not the client's"


def test_a_phase_that_is_none_is_refused() -> None:
    with pytest.raises(TranscriptError) as caught:
        check_fault("opening", Stall(), Side.SERVER)
    assert str(caught.value) == (
        "expected a phase, one of connect, handshake, message, close, got 'opening'"
    )


def test_an_effect_that_is_none_is_refused() -> None:
    with pytest.raises(TranscriptError) as caught:
        check_fault("close", "drop", Side.SERVER)
    assert str(caught.value) == (
        "expected an effect, one of Refuse(...), Reject(...), Stall(...), Drop(...), Raw(...),"
        " got 'drop'"
    )
