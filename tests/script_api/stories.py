"""A script that notes what its handlers see, for tests of what a profile does."""

from __future__ import annotations

from typing import Any

from wsfake import Harness, Transcript
from wsfake.script_api.profiles import Profile, profile_named

URL = "ws://peer.example"
Seen = list[tuple[Any, ...]]


class Story:
    """One socket of a script, and what it saw: the event, `readyState` inside it, its arguments."""

    def __init__(self, transcript: Transcript, profile: str | Profile = "overte") -> None:
        self.ws_fake = Harness(profile=profile_named(profile)._replace(lints=()))
        self.ws_fake.serve(URL, transcript)
        self.seen: Seen = []
        self.socket = socket = self.ws_fake.WebSocket(URL)
        socket.onopen = lambda: self.note("open")
        socket.onmessage = lambda message: self.note("message", message.data)
        socket.onerror = lambda: self.note("error")
        socket.onclose = lambda close: self.note("close", close.code, close.reason, close.wasClean)

    def note(self, event: str, *arguments: Any) -> None:
        self.seen.append((event, self.socket.readyState, *arguments))

    def run(self) -> Seen:
        self.ws_fake.run()
        return self.seen

    @property
    def dialogue(self) -> list[str]:
        """What was said, without times."""
        lines = str(self.ws_fake.dialogue).splitlines()
        return [line.split("ms", 1)[-1].strip() for line in lines]


def seen(transcript: Transcript, profile: str | Profile = "overte") -> Seen:
    return Story(transcript, profile).run()
