"""Every exception that wsfake raises.

Two families. A `Failure` is the verdict on a test (the script, or the server it talks to, did not
do what was expected), and is an `AssertionError`, so that test runners show it as a failed
assertion. Everything else says that wsfake was asked for something that cannot be.
"""

from __future__ import annotations

__all__ = [
    "CassetteError",
    "ConnectionNotAnswered",
    "DamagedCassette",
    "Drift",
    "Failure",
    "ForeignFileError",
    "LintWarning",
    "LiveConnectionError",
    "NeverIdle",
    "NewerCassette",
    "NoCassette",
    "NoHarness",
    "NotHappened",
    "OutOfOrder",
    "RunawayScript",
    "ScriptError",
    "TranscriptError",
    "TranscriptSyntaxError",
    "UnexpectedClose",
    "UnexpectedHandshake",
    "UnexpectedMessage",
    "Unplayed",
    "UnsafeCassette",
    "UsageError",
    "WsfakeError",
    "WsfakeWarning",
]


class WsfakeError(Exception):
    """The root of all errors of wsfake."""


class WsfakeWarning(UserWarning):
    """Something a user should know of that does not make a test fail."""


class LintWarning(WsfakeWarning):
    """A mistake in a script that its host passes over in silence."""


class UsageError(WsfakeError, ValueError):
    """An argument, an option or a call that cannot be."""


class TranscriptError(UsageError):
    """A step that a transcript cannot hold."""


class TranscriptSyntaxError(TranscriptError):
    """A text that is not a transcript; `line` counts from 1."""

    def __init__(self, message: str, line: int, text: str) -> None:
        super().__init__(f"line {line}: {message}\n  {text.strip()}")
        self.line = line
        self._arguments = message, line, text

    def __reduce__(self) -> tuple[type[TranscriptSyntaxError], tuple[str, int, str]]:
        """Be made again of what it was made of, as in another process."""
        return type(self), self._arguments


class NoHarness(WsfakeError, RuntimeError):
    """`wsfake.WebSocket` was used where no harness is active, or where several are."""


class CassetteError(WsfakeError):
    """A cassette that cannot be read or written. The text begins with its path."""


class DamagedCassette(CassetteError):
    """Bytes that are not a whole cassette."""


class NoCassette(DamagedCassette):
    """A file of something else, or with nothing whole that a cassette has."""


class NewerCassette(CassetteError):
    """A cassette in a format that a later version of wsfake writes."""


class UnsafeCassette(CassetteError):
    """A cassette that would hold a secret, or replace one that another test wrote."""


class ForeignFileError(CassetteError):
    """A file of another tool that is not as it should be. The text says where, and what is."""


class LiveConnectionError(WsfakeError):
    """A real connection was needed and could not be made."""


class Failure(WsfakeError, AssertionError):
    """A verdict on the test: what happened is not what was expected."""


class UnexpectedMessage(Failure):
    """The script said something else than the transcript, or more than it."""


class UnexpectedClose(Failure):
    """The script closed too early, or with another code or reason than the transcript."""


class UnexpectedHandshake(Failure):
    """The script's opening handshake is not the one that the transcript expects."""


class ConnectionNotAnswered(Failure):
    """The script connected to a URL that no transcript, cassette or server answers."""


class Unplayed(Failure):
    """The test ended before everything that it promised was said."""


class NeverIdle(Failure):
    """The script and its peers go on for ever."""


class NotHappened(Failure):
    """`run(until=...)` became idle, or ran out of time, before the condition was true."""


class OutOfOrder(Failure):
    """With `order = "strict"`: connections did not speak in the order of the recording."""


class ScriptError(Failure):
    """A script in JavaScript threw what it did not catch, or left a rejected promise unhandled."""


class RunawayScript(ScriptError):
    """A script in JavaScript was stopped, as it ran for longer than it may."""


class Drift(Failure):
    """In `verify` mode: the real server no longer says what the cassette says."""
