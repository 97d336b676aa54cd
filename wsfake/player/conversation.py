"""What was said so far, as a reply that is made on the spot sees it."""

from __future__ import annotations

from typing import Any, Final

from wsfake.errors import UsageError
from wsfake.model import Message, Side
from wsfake.transcript.arity import count_arguments, count_required
from wsfake.transcript.checks import as_message
from wsfake.transcript.matchers import Json, Reply, decode_json
from wsfake.values import Value

__all__ = ["Conversation", "Heard", "make_reply"]


class Heard(Value):
    """A message that came."""

    __slots__ = ("message",)

    def __init__(self, message: Message) -> None:
        self.message: Final = message

    @property
    def text(self) -> str:
        """The text; `UsageError` for a binary message."""
        if not isinstance(self.message, str):
            raise UsageError(f"expected a text message to reply to, got {self.message!r}")
        return self.message

    @property
    def bytes(self) -> bytes:
        """The bytes; `UsageError` for a text message."""
        if not isinstance(self.message, bytes):
            raise UsageError(f"expected a binary message to reply to, got {self.message!r}")
        return self.message

    @property
    def json(self) -> Any:
        """The value of a JSON text; `UsageError` for any other message."""
        found = decode_json(self.message)
        if found is None:
            raise UsageError(f"expected a JSON message to reply to, got {self.message!r}")
        return found[0]


class Conversation:
    """The messages of each side, in order."""

    __slots__ = ("_by_client", "_by_server")

    def __init__(self, side: Side, spoken: list[Message], heard: list[Message]) -> None:
        """Show what a side has spoken and heard: lists that grow."""
        by_client = side is Side.CLIENT
        self._by_client = spoken if by_client else heard
        self._by_server = heard if by_client else spoken

    @property
    def client(self) -> tuple[Heard, ...]:
        return tuple(map(Heard, self._by_client))

    @property
    def server(self) -> tuple[Heard, ...]:
        return tuple(map(Heard, self._by_server))


def _arguments(
    reply: Reply, heard: list[Message], conversation: Conversation
) -> tuple[Heard | Conversation, ...]:
    most = count_arguments(reply.make)
    if most == 0:
        return ()
    if reply.last is None and not heard:
        raise UsageError(f"expected a message before the reply {reply!r}, which is made from it")
    last = Heard(heard[-1] if reply.last is None else reply.last)
    # an argument with a default is the test's own, as in: lambda last, n=n: ...
    both = most is None or count_required(reply.make) >= 2
    return (last, conversation) if both else (last,)


def make_reply(reply: Reply, heard: list[Message], conversation: Conversation) -> Message:
    """Call what makes a reply, with the last message heard and, if it takes two, all of them.

    Raises `UsageError` where nothing was said yet, or where it returns what is no message; what
    the callable raises comes out as it is.
    """
    made = reply.make(*_arguments(reply, heard, conversation))
    if not isinstance(made, str | bytes | bytearray | memoryview | dict | list):
        raise UsageError(
            f"expected the reply {reply!r} to return a str, bytes, dict or list,"
            f" got {type(made).__name__}: {made!r}"
        )
    message: Message | Json = as_message(made)
    return message.text if isinstance(message, Json) else message
