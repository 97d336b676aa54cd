"""The end of a script's socket at a peer that speaks in bytes, and not in events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsfake.clock import Timer, microseconds
from wsfake.model import Close, Drop, Event, Ping, Pong, Raw, Side
from wsfake.script_api.profiles.table import STATES, Profile
from wsfake.wire.frames import FrameReader, Violation, encode
from wsfake.wire.replies import ReplyReader

if TYPE_CHECKING:
    from wsfake.script_api.socket import ScriptSocket

__all__ = ["BytesEnd"]


class BytesEnd:
    """Sits before a socket from the first `Raw` on, and tells it what the bytes mean to its host.

    What comes as an event in between is bytes as well, where it falls into an incomplete frame.
    """

    def __init__(self, socket: ScriptSocket, profile: Profile) -> None:
        self._socket = socket
        self._masked = socket.side is Side.SERVER
        self._replies = ReplyReader()
        self._frames = FrameReader(
            masked=self._masked,
            tolerated=[name for name, answer in profile.violations.items() if answer is None],
            largest=profile.largest_frame,
        )
        self._patience = profile.frame_timeout
        self._timer: Timer | None = None

    def arrive(self, what: Event) -> None:
        if isinstance(what, Raw):
            self._hear(what.data)
        elif self._frames.pending and isinstance(what, _SAID_BY_FRAMES):
            self._hear(encode(what, masked=self._masked))
        else:
            if isinstance(what, Drop):
                self._stop_waiting()
            self._socket.arrive(what)

    def _hear(self, data: bytes) -> None:
        self._stop_waiting()
        if self._socket.ready_state == STATES["connecting"]:
            data = self._hear_replies(data)
        if data:
            self._hear_frames(data)
        if self._frames.pending and self._socket.state == "open":
            self._wait()

    def _hear_replies(self, data: bytes) -> bytes:
        """Tell what a server answers to the handshake; return what is behind its acceptance."""
        for answer in self._replies.feed(data):
            self._socket.arrive(answer)
        return self._replies.rest if self._replies.accepted else b""

    def _hear_frames(self, data: bytes) -> None:
        for heard in self._frames.feed(data):
            if isinstance(heard, Violation):
                self._socket.violated(heard.name)
            else:
                self._socket.arrive(heard)

    # Hosts that do not wait for ever

    def _wait(self) -> None:
        if self._patience is not None:
            clock = self._socket.host.network.clock
            due = clock.now + microseconds(self._patience)
            self._timer = clock.call_at(due, lambda: self._socket.happen("frame timeout"))

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._socket.host.network.clock.cancel(self._timer)
            self._timer = None


_SAID_BY_FRAMES = (str, bytes, Ping, Pong, Close)
