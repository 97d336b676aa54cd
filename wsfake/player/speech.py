"""What a step of a transcript comes to when the player says it."""

from __future__ import annotations

from typing import Any, cast

from wsfake.errors import UsageError
from wsfake.model import Event, Message, Side
from wsfake.player.answers import NO_MESSAGE
from wsfake.player.conversation import Conversation, make_reply
from wsfake.player.correlation import Correlation
from wsfake.transcript import Fault, Matching
from wsfake.transcript.matchers import AnyClose, Json, Reply

__all__ = ["Speech"]


class Speech:
    """Says the steps of one player, and knows what was said before."""

    def __init__(self, side: Side, matching: Matching) -> None:
        self._side = side
        self.heard: list[Message] = []
        """The messages of the other side, to be appended to."""
        self.spoken: list[Message] = []
        self._matching = matching
        self._correlation = Correlation(matching.volatile)
        self.instead = self._correlation.instead
        """What is said in place of recorded values; mostly nothing is."""

    def learn(self, expected: Any, message: Message) -> None:
        """Take note of how the volatile values of a message differ from the recorded ones."""
        if self._matching.volatile:
            self._correlation.learn(self._matching, expected, message)

    def correct(self, message: Message) -> Message:
        """Return a message with the volatile values of this run."""
        return self._correlation.apply(message) if isinstance(message, str) else message

    def say(self, what: Any) -> Event:
        """Return the event that a step is.

        Raises `UsageError` for a matcher, which can only be met, and for a reply that is no
        message; and whatever the reply raises.
        """
        if isinstance(what, Json):
            what = what.text
        if isinstance(what, str | bytes):
            return self.correct(what)
        if isinstance(what, Reply):
            return make_reply(what, self.heard, Conversation(self._side, self.spoken, self.heard))
        if isinstance(what, AnyClose):
            return what.said
        if isinstance(what, Fault):
            return what.effect
        if not isinstance(what, NO_MESSAGE):
            raise self._only_met(what)
        return cast("Event", what)

    def _only_met(self, matcher: object) -> UsageError:
        name = self._side.value
        return UsageError(
            f"expected a message for the {name} to say: a str, bytes, dict, list or function in"
            f" .{name}(...), got a matcher, which only the other side can meet: {matcher!r}"
        )
