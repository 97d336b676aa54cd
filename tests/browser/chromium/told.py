"""The scenarios, told to wsfake."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.browser.chromium.peer import brief
from tests.browser.chromium.scenarios import Scenario
from wsfake import Harness, Transcript
from wsfake.model import Close, Drop, Pong, Raw, Side
from wsfake.script_api import Profile
from wsfake.script_api.browser import Blob, DOMException, Event
from wsfake.script_api.conversions import to_string

__all__ = ["PAGE", "URL", "construct", "orders", "seen_by_peer", "tell", "transcript_of"]

PAGE = "http://127.0.0.1:8000/folder/page.html"
URL = "ws://127.0.0.1:8000/"


def tell(scenario: Scenario, profile: Profile) -> dict[str, Any]:
    """Return what the script logs and what the peer sees."""
    with Harness(profile=profile, base_url=PAGE, unplayed="ignore") as ws_fake:
        ws_fake.serve(URL, transcript_of(scenario))
        log = _Script(ws_fake.WebSocket, scenario).run(ws_fake)
        return {"log": log, "saw": seen_by_peer(ws_fake)}


def seen_by_peer(ws_fake: Harness) -> list[list[Any]]:
    """Return what the script has said on the wire."""
    said = (_said(e.what) for e in ws_fake.dialogue.entries if e.side is Side.CLIENT)
    return [each for each in said if each]


def _said(what: Any) -> list[Any] | None:
    if isinstance(what, str):
        return ["text", brief(what)]
    if isinstance(what, bytes):
        return ["binary", what.hex()]
    if isinstance(what, Close):
        return ["close", what.code, what.reason]
    return ["pong", what.payload.hex()] if isinstance(what, Pong) else None


def transcript_of(scenario: Scenario) -> Transcript:
    """Return what the peer of a scenario does."""
    transcript = Transcript()
    for i, (verb, *values) in enumerate(scenario.peer):
        said = next(iter(scenario.script.values()))[0] if verb == "wait message" else values
        transcript = _STEPS[verb](transcript, i, *said)
    return transcript


def _drop(transcript: Transcript, i: int, *, reset: bool = False) -> Transcript:
    if i == 0:
        return transcript.fault("handshake", Drop(reset))
    return transcript.server_drops(reset=reset)


def _hears(transcript: Transcript, i: int, verb: str, value: str) -> Transcript:
    return transcript.client(bytes.fromhex(value) if verb == "send bytes" else value)


_STEPS: dict[str, Any] = {
    "accept": lambda t, i, subprotocol: t.server_accepts(subprotocol),
    "reject": lambda t, i, status: t.server_rejects(status, keep_open=True),
    "http": lambda t, i, text: t.fault("handshake", Raw(text.encode())),
    "raw": lambda t, i, data: t.server_raw(bytes.fromhex(data)),
    "text": lambda t, i, text: t.server(text),
    "binary": lambda t, i, data: t.server(bytes.fromhex(data)),
    "ping": lambda t, i, data: t.server_pings(bytes.fromhex(data)),
    "close": lambda t, i, code, reason: (
        t.server_closes(empty=True) if code is None else t.server_closes(code, reason)
    ),
    "wait message": _hears,
    "wait close": lambda t, i: t.client_closes(),
    "end": _drop,
    "reset": lambda t, i: _drop(t, i, reset=True),
    "hold": lambda t, i: t,
}


class _Script:
    """Does in Python what `script.js` does in a browser."""

    def __init__(self, web_socket: Any, scenario: Scenario) -> None:
        self._scenario = scenario
        self._log: list[list[Any]] = []
        self._socket = web_socket(URL, list(scenario.protocols))
        for name in ("open", "message", "error", "close"):
            self._socket.addEventListener(name, self._note)

    def run(self, ws_fake: Harness) -> list[list[Any]]:
        self._act("start")
        ws_fake.run()
        return self._log

    def _act(self, place: str) -> None:
        for verb, *values in self._scenario.script.get(place, ()):
            try:
                self._do(verb, *values)
            except DOMException as error:
                self._log.append(["throws", verb, error.name, error.code])

    def _do(self, verb: str, *values: Any) -> None:
        socket = self._socket
        if verb == "show":
            self._log.append([values[0], getattr(socket, values[0])])
        elif verb == "binaryType":
            socket.binaryType = values[0]
        elif verb == "send bytes":
            socket.send(bytes.fromhex(values[0]))
        else:
            getattr(socket, verb)(*values)

    def _note(self, event: Any) -> None:
        entry = [event.type, self._socket.readyState]
        self._log.append(entry)
        if event.type == "close":
            entry += [event.code, event.reason, event.wasClean]
        elif event.type == "message":
            entry += _data(event.data)
        self._act(event.type)


def _data(data: Any) -> list[str]:
    if isinstance(data, str):
        return [f"{len(data.encode('utf-16-le')) // 2} characters" if len(data) > 100 else data]
    return [type(data).__name__, (data.bytes() if isinstance(data, Blob) else data).hex()]


def construct(ws_fake: Harness, *given: Any) -> str:
    """Return the `url` of a socket that is made with these, or what is thrown."""
    ws_fake.serve(re.compile("wss?://.*"), lambda peer: None)
    try:
        socket: Any = ws_fake.WebSocket(*given)
    except DOMException as error:
        return f"throws {error.name}"
    return str(socket.url)


def orders(ws_fake: Harness) -> list[str]:
    """Return in which order listeners are called, as `orders` of `script.js`."""
    ws_fake.serve("ws://h.invalid/", lambda peer: None)
    socket: Any = ws_fake.WebSocket("ws://h.invalid/")
    log: list[str] = []

    def note(text: str) -> Callable[[], None]:
        return lambda: log.append(text)

    socket.onopen = note("handler")
    socket.addEventListener("open", note("listener"))
    socket.addEventListener("open", note("capturing"), True)
    socket.addEventListener("open", note("once"), {"once": True})
    socket.onopen = note("handler, changed")
    socket.dispatchEvent(Event("open"))
    log.append("again")
    socket.onopen = None
    socket.onopen = note("handler, set anew")
    socket.dispatchEvent(Event("open"))
    log.append("stopped")
    socket.addEventListener("message", lambda event: event.stopPropagation(), True)
    socket.addEventListener("message", note("not capturing"))
    socket.addEventListener("message", note("capturing too"), True)
    socket.dispatchEvent(Event("message"))
    socket.onmessage = 5
    log.append(f"5 is {to_string(socket.onmessage)}")
    socket.onmessage = {"handleEvent": note("handleEvent")}
    log.append(f"an object is {'object' if socket.onmessage else 'null'}")
    socket.dispatchEvent(Event("close", cancelable=True))
    socket.onclose = lambda: False
    log.append(f"prevented: {to_string(not socket.dispatchEvent(Event('close', cancelable=True)))}")
    return log
