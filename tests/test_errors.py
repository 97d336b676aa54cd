from __future__ import annotations

import pickle

import pytest

from wsfake import errors


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_one_of_wsfake(name: str) -> None:
    kind = getattr(errors, name)
    if isinstance(kind, type):
        root = errors.WsfakeWarning if issubclass(kind, Warning) else errors.WsfakeError
        assert issubclass(kind, root)


def test_a_verdict_is_a_failed_assertion_and_nothing_else_is() -> None:
    verdicts = {
        name
        for name in errors.__all__
        if isinstance(kind := getattr(errors, name), type) and issubclass(kind, AssertionError)
    }
    assert verdicts == {
        *("ConnectionNotAnswered", "Drift", "Failure", "NeverIdle", "NotHappened", "OutOfOrder"),
        *("RunawayScript", "ScriptError"),
        *("UnexpectedClose", "UnexpectedHandshake", "UnexpectedMessage", "Unplayed"),
    }


def test_a_syntax_error_names_its_line() -> None:
    error = errors.TranscriptSyntaxError("expected a step", 3, "  hello ")
    assert str(error) == "line 3: expected a step\n  hello"
    assert error.line == 3
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.line) == (str(error), 3)
