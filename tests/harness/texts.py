"""What a verdict says, as it stands in a test."""

from textwrap import dedent

URL = "ws://echo.example/"


def says(error: BaseException, text: str) -> None:
    """Assert the whole text of a failure; it has no escape codes and ends without a full stop."""
    told = str(error)
    assert told == dedent(text).strip("\n")
    assert "\x1b" not in told
    assert not told.endswith((".", "\n"))
