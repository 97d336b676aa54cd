"""A profile is data: another interpreter can read it, and another host is another table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.script_api.stories import URL, Story, seen
from wsfake import Transcript
from wsfake.errors import UsageError
from wsfake.script_api.interpreter import compile_profile
from wsfake.script_api.profiles import PROFILES, Profile, profile_named
from wsfake.script_api.profiles.page import draw_states, write_page
from wsfake.script_api.profiles.table import CALLS, STATES

OVERTE = PROFILES["overte"]
DOCS = Path(__file__).parents[2] / "docs"
GIVEN = {"message": "text", "code": 4000, "reason": "enough"}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_a_profile_goes_through_json(profile: Profile) -> None:
    data = json.loads(json.dumps(profile.as_data()))
    assert Profile(**data).as_data() == profile.as_data()


def test_the_page_and_the_drawing_of_the_profiles_are_fresh(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wsfake.script_api.profiles.page", str(tmp_path)]
    subprocess.run(command, check=True)
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert made == {name: (DOCS / name).read_text(encoding="utf-8") for name in made}
    assert made == {
        "profiles.md": write_page(list(PROFILES.values())),
        "profile-states.mmd": f"{draw_states(OVERTE)}\n",
    }


def test_the_drawing_has_every_state_that_the_host_can_be_in() -> None:
    drawn = draw_states(OVERTE)
    assert [state for state in STATES if state not in drawn] == ["closing"]  # Qt is never in it


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_what_was_not_measured_is_a_row_or_a_field(profile: Profile) -> None:
    data = profile.as_data()
    for name in profile.unmeasured:
        field, _, key = name.partition(" ")
        assert field in data
        assert not key or key in data[field]


# Another interpreter, of the rows of calls alone


class Local:
    """Does what a call does in a state, by the table as JSON has it."""

    def __init__(self, table: dict[str, Any], state: str) -> None:
        self.table, self.state = table, state
        self.fired: list[tuple[Any, ...]] = []
        self.sent: list[tuple[Any, ...]] = []
        self.held: list[tuple[Any, ...]] = []

    def call(self, name: str) -> None:
        for verb, what, *rest in self.table[f"{self.state} {name}"]:
            given = [
                GIVEN[("code", "reason")[place]] if item == "given" else item
                for place, item in enumerate(rest)
            ]
            if verb == "goto":
                self.state = what
            elif verb == "fire":
                self.fired.append((what, STATES[self.state], *given))
            elif verb == "hold":
                self.held.append((what, *given))
            elif what == "held":
                self.sent += self.held
            else:
                self.sent.append((what, *given))


class Noted:
    """A socket of the product's interpreter that notes what it is told to do."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.fired: list[tuple[Any, ...]] = []
        self.sent: list[tuple[Any, ...]] = []
        self.held: list[tuple[Any, ...]] = []

    def goto(self, state: str) -> None:
        self.state = state

    def fire(self, event: str, *arguments: Any) -> None:
        self.fired.append((event, STATES[self.state], *arguments))

    def say(self, what: Any) -> None:
        self.sent.append(said(what))

    def hold(self, what: Any) -> None:
        self.held.append(said(what))

    def release(self) -> None:
        self.sent += self.held

    def later(self, fact: str) -> None:
        self.sent.append((fact,))

    def throw(self, name: str, message: str) -> None:
        self.sent.append((name, message))

    def buffer(self, message: Any, *, leaves: bool) -> None:
        self.sent.append(("leaving" if leaves else "lost",))


def said(what: Any) -> tuple[Any, ...]:
    if isinstance(what, str):
        return ("message",)
    kind = type(what).__name__.lower()
    return (kind, what.code, what.reason) if kind == "close" else (kind,)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("state", STATES)
def test_the_rows_of_calls_can_be_read_by_another_interpreter(
    profile: Profile, state: str, call: str
) -> None:
    from wsfake.script_api.facts import Given

    local = Local(json.loads(json.dumps(profile.as_data()))["local"], state)
    local.call(call)
    noted = Noted(state)
    compiled = compile_profile(profile)
    given = Given("text", 4000, "enough", "enough")
    compiled.local[state, call](noted, given)
    assert vars(noted) == {name: value for name, value in vars(local).items() if name != "table"}


# A fifth profile

CHANGES = """
{
  "name": "orderly",
  "host": "a host that there is not",
  "local": {
    "open close": [["wire", "close", "given", "given"], ["goto", "closing"]],
    "closing close": [["fire", "error"]]
  },
  "remote": {
    "connecting refuse": [["goto", "closed"], ["fire", "error"],
                          ["fire", "close", 1006, "nobody there", false]],
    "handshaking refuse": [["goto", "closed"], ["fire", "error"],
                           ["fire", "close", 1006, "nobody there", false]],
    "open ping": [["fire", "message"], ["wire", "pong"]],
    "open close empty": [["wire", "close", 1000, ""], ["goto", "closed"],
                         ["fire", "close", 1005, "", true]],
    "open end ahead": [],
    "open drop": [["goto", "closed"], ["fire", "close", 1006, "", false]],
    "closing text": [["fire", "message"]],
    "closing close": [["goto", "closed"], ["fire", "close", "given", "given", true]],
    "closing drop": [["goto", "closed"], ["fire", "close", 1006, "", false]]
  },
  "close_codes": [[1000, 4999]],
  "violations": {"wrong masking": [4002, "masked"], "text not utf-8": [4007, "no text"]},
  "convert": "string",
  "binary_type": "nodebuffer",
  "class_constants": true,
  "signal_connects_twice": true,
  "largest_frame": 4,
  "frame_timeout": 2.5
}
"""


def orderly() -> Profile:
    data = OVERTE.as_data()
    for name, value in json.loads(CHANGES).items():
        data[name] = data[name] | value if isinstance(value, dict) else value
    return Profile(**data)


def test_another_host_closes_when_the_peer_has_answered() -> None:
    story = Story(Transcript().client_closes(4000, "mine"), orderly())
    story.run()
    story.socket.close(4000, "mine")
    assert story.seen == [("open", 1)]
    assert story.socket.readyState == 2
    story.run()
    assert story.seen == [("open", 1), ("close", 3, 4000, "", True)]


def test_another_host_tells_the_error_of_a_refusal_first() -> None:
    refused = [("error", 3), ("close", 3, 1006, "nobody there", False)]
    assert seen(Transcript().server_refuses(), orderly()) == refused


def test_another_host_has_other_codes_for_a_close() -> None:
    assert seen(Transcript().server_closes(1005, "x"), orderly())[-1] == (
        "close", 3, 1005, "x", True,
    )  # fmt: skip
    assert seen(Transcript().server_closes(empty=True), orderly())[-1] == (
        "close", 3, 1005, "", True,
    )  # fmt: skip


def test_another_host_shows_pings() -> None:
    assert seen(Transcript().server_pings(b"p"), orderly()) == [("open", 1), ("message", 1, b"p")]


@pytest.mark.parametrize(
    ("data", "close"),
    [
        (b"\x81\x81\x01\x02\x03\x04`", (4002, "masked")),
        (b"\x81\x01\xff", (4007, "no text")),
        (b"\x81\x05hello", (1009, "Maximum framesize exceeded.")),
    ],
)
def test_another_host_has_other_violations(data: bytes, close: tuple[int, str]) -> None:
    assert seen(Transcript().server_raw(data), orderly())[-1] == ("close", 3, *close, True)


def test_another_host_has_another_patience() -> None:
    story = Story(Transcript().server_raw(b"\x81"), orderly())
    story.run()
    assert story.ws_fake.now == 2.5


def test_another_host_converts_and_names_otherwise() -> None:
    story = Story(Transcript().client("[object ArrayBuffer]"), orderly())
    story.socket.onopen = lambda: story.socket.send(b"bytes")
    story.run()
    assert story.socket.binaryType == "nodebuffer"
    assert story.ws_fake.WebSocket.OPEN == 1


# What cannot be


def test_a_missing_row_is_named() -> None:
    rows = {name: row for name, row in OVERTE.local.items() if name != "open send"}
    with pytest.raises(UsageError) as caught:
        compile_profile(OVERTE._replace(local=rows | {"open shout": []}))
    assert str(caught.value) == (
        "profile 'overte': the local rows must be complete"
        " (missing: open send; unknown: open shout)"
    )


def test_a_missing_violation_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        compile_profile(OVERTE._replace(violations={}))
    assert str(caught.value).startswith("profile 'overte': no code and reason for reserved bit, ")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"local": dict(OVERTE.local) | {"open send": [["shout", "loud"]]}},
            "expected an operation of a profile's row, got ['shout', 'loud']",
        ),
        (
            {"local": dict(OVERTE.local) | {"open send": [["goto", "bed"]]}},
            f"expected a state, one of {', '.join(STATES)}, got 'bed'",
        ),
        (
            {"urls": "none"},
            "profile 'overte': expected urls to be one of qt, whatwg, got 'none'",
        ),
    ],
)
def test_what_no_interpreter_can_do_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError) as caught:
        compile_profile(OVERTE._replace(**changes))
    assert str(caught.value) == text


def test_a_profile_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        profile_named("netscape")
    known = ", ".join(PROFILES)
    assert str(caught.value) == f"expected a profile, one of {known}, got 'netscape'"


def test_the_url_of_the_stories_is_served() -> None:
    assert Story(Transcript()).socket.url == URL
