"""Handlers set late, replaced, removed, set to what is no function; and more than one socket."""

from typing import Any

from scenarios.model import (
    ACCEPT,
    END,
    FIN,
    HANDLERS,
    HANDSHAKE,
    SETTLE,
    URL,
    Action,
    Scenario,
    Step,
    accepted,
    all_of,
    close,
    do,
    get,
    listen,
    open_socket,
    scripted,
    send,
    write,
)

NOT_FUNCTIONS: dict[str, Any] = {
    "null": None,
    "undefined": {"js": "undefined"},
    "a text": "onmessage",
    "a number": 42,
    "an object": {"js": "object"},
}
STORY: list[Step] = accepted(write(["text", "one"]), SETTLE, FIN, END)


def without() -> list[Scenario]:
    """One handler is missing; the others are called as if it were there."""
    return [
        Scenario(
            f"no {missing}",
            [
                ["new", "socket", URL],
                *[handler for handler in listen("socket") if handler[2] != missing],
            ],
            [STORY],
        )
        for missing in HANDLERS
    ]


def not_functions() -> list[Scenario]:
    return [
        Scenario(
            f"{handler} is set to {name} later",
            [*open_socket(), ["set", "socket", handler, value]],
            [STORY],
        )
        for handler in HANDLERS
        for name, value in NOT_FUNCTIONS.items()
        if handler == "onmessage" or name == "null"
    ]


def set_late() -> list[Scenario]:
    bare: list[Action] = [["new", "socket", URL]]
    return [
        Scenario("no handler at all", bare, [STORY]),
        Scenario(
            "handlers set when the socket is open",
            bare,
            [accepted(do(*listen("socket")), write(["text", "one"]), SETTLE, FIN, END)],
        ),
        Scenario(
            "handlers set when messages have come",
            bare,
            [
                accepted(
                    write(["text", "lost"]),
                    SETTLE,
                    do(*listen("socket")),
                    write(["text", "seen"]),
                    SETTLE,
                )
            ],
        ),
        Scenario(
            "handlers set when the socket is closed",
            bare,
            [accepted(FIN, END, SETTLE, do(*listen("socket"), get("readyState")), SETTLE)],
        ),
        Scenario(
            "the other handlers set in onopen",
            [["new", "socket", URL], ["on", "socket", "onopen", listen("it")[1:]]],
            [STORY],
        ),
        Scenario(
            "onmessage set in onopen, with a message in the segment that accepts",
            [["new", "socket", URL], ["on", "socket", "onopen", [["on", "it", "onmessage", []]]]],
            [[HANDSHAKE, write(["accept"], ["text", "hello"]), SETTLE]],
        ),
        Scenario(
            "onclose set in onerror",
            [["new", "socket", URL], ["on", "socket", "onerror", [["on", "it", "onclose", []]]]],
            [accepted(FIN, END)],
        ),
    ]


def replaced() -> list[Scenario]:
    texts = write(["text", "one"], ["text", "two"], ["text", "three"])
    return [
        Scenario(
            "onmessage replaced before anything comes",
            [*open_socket(), ["on", "socket", "onmessage", [], "second"]],
            [accepted(texts, SETTLE)],
        ),
        scripted(
            "onmessage replaces itself",
            *accepted(texts, SETTLE),
            onmessage=[["on", "it", "onmessage", [], "second"]],
        ),
        scripted(
            "onmessage removes itself",
            *accepted(texts, SETTLE),
            onmessage=[["set", "it", "onmessage", None]],
        ),
        scripted(
            "onclose replaced inside onerror",
            *accepted(FIN, END),
            onerror=[["on", "it", "onclose", [], "second"]],
        ),
        scripted(
            "onclose replaced right before close()",
            *accepted(["expect", "close"], END),
            onopen=[["on", "it", "onclose", [], "second"], close(1000, "bye")],
        ),
        scripted(
            "onclose removed right before close()",
            *accepted(["expect", "close"], END),
            onopen=[["set", "it", "onclose", None], close(1000, "bye"), get("readyState")],
        ),
        Scenario(
            "one handler removed and set again",
            [*open_socket(), ["set", "socket", "onmessage", None]],
            [accepted(write(["text", "lost"]), SETTLE, do(["on", "socket", "onmessage", [], "again"]),
                      write(["text", "seen"]), SETTLE)],
        ),
    ]  # fmt: skip


def two_sockets() -> list[Scenario]:
    a, b = open_socket(label="a"), open_socket(label="b")
    return [
        Scenario(
            "two sockets open in turn",
            [*a, *b],
            [[*ACCEPT, SETTLE, ["signal", "a is open"]], [HANDSHAKE, ["wait", "a is open"], write(["accept"]), SETTLE]],
        ),
        Scenario(
            "the second socket opens first",
            [*a, *b],
            [[HANDSHAKE, ["wait", "b is open"], write(["accept"]), SETTLE], [*ACCEPT, SETTLE, ["signal", "b is open"]]],
        ),
        Scenario(
            "one of two sockets is closed",
            [*a, *b],
            [[*ACCEPT, SETTLE, ["signal", "a is open"], ["expect", "close"], END],
             [HANDSHAKE, ["wait", "a is open"], write(["accept"]), SETTLE,
              do(["close", "a", 1000, "bye"], ["send", "b", "still here"]), ["expect", "text"]]],
        ),
        Scenario(
            "one of two sockets is dropped",
            [*a, *b],
            [[*ACCEPT, SETTLE, ["signal", "a is open"], ["wait", "b is open"], FIN, END],
             [HANDSHAKE, ["wait", "a is open"], write(["accept"]), SETTLE, ["signal", "b is open"], SETTLE]],
        ),
        Scenario(
            "the second socket is made in onopen of the first",
            open_socket(label="a", onopen=open_socket(label="b")),
            [accepted(), accepted()],
        ),
        Scenario(
            "the second socket is made in onclose of the first",
            open_socket(label="a", onclose=open_socket(label="b")),
            [accepted(write(["close", 1001, "again"]), END), accepted()],
        ),
        Scenario(
            "one socket's message is passed on to the other",
            [*open_socket(label="a", onmessage=[["send", "b", "from a"]]), *b],
            [[*ACCEPT, SETTLE, ["signal", "a is open"], ["wait", "b is open"], write(["text", "go"]), SETTLE],
             [HANDSHAKE, ["wait", "a is open"], write(["accept"]), SETTLE, ["signal", "b is open"], ["expect", "text"]]],
        ),
        Scenario(
            "both sockets are closed in one callback",
            [*a, *open_socket(label="b", onopen=[["close", "a", 1000, "a"], ["close", "b", 1000, "b"]])],
            [[*ACCEPT, SETTLE, ["signal", "a is open"], ["expect", "close"], END],
             [HANDSHAKE, ["wait", "a is open"], write(["accept"]), ["expect", "close"], END]],
        ),
        Scenario(
            "one socket is refused while another opens",
            [*open_socket("ws://127.0.0.1:{refused}/", label="a"), *b],
            [[HANDSHAKE, SETTLE, write(["accept"]), SETTLE]],
            awaits=["a.onerror"],
        ),
        Scenario(
            "a socket is sent to from another's onclose",
            [*open_socket(label="a", onclose=[send("a is closed", label="b")]), *b],
            [[*ACCEPT, SETTLE, ["signal", "a is open"], ["wait", "b is open"], write(["close", 1000, "bye"]), END],
             [HANDSHAKE, ["wait", "a is open"], write(["accept"]), SETTLE, ["signal", "b is open"], ["expect", "text"]]],
        ),
    ]  # fmt: skip


SCENARIOS = all_of(without(), not_functions(), set_late(), replaced(), two_sockets())
