"""Calls of the script: every readyState times every call, calls inside each callback, what send() accepts."""

from typing import Any

from scenarios.model import (
    ACCEPT,
    END,
    FIN,
    FUNCTION,
    HANDSHAKE,
    NAN,
    OBJECT,
    RST,
    SETTLE,
    UNDEFINED,
    URL,
    Action,
    Scenario,
    Step,
    accepted,
    all_of,
    close,
    do,
    get,
    open_socket,
    repeat,
    scripted,
    send,
    write,
)

CALLS: dict[str, list[Action]] = {
    "a text is sent": [send("x")],
    "an empty text is sent": [send("")],
    "the socket is closed": [close()],
    "the socket is closed with 4000": [close(4000, "enough")],
    "the socket is closed twice": [close(4000, "first"), close(4001, "second")],
    "a text is sent and the socket is closed": [send("x"), close(1000, "bye")],
    "the socket is closed and a text is sent": [close(1000, "bye"), send("x")],
}
STATE = [get("readyState"), get("url")]


def while_connecting() -> list[Scenario]:
    """At once after the constructor: handlers are set, TCP is not yet connected."""
    return [
        Scenario(
            f"{name} right after the constructor",
            [*open_socket(), *calls, *STATE],
            [[SETTLE, SETTLE]],
        )
        for name, calls in CALLS.items()
    ]


def while_waiting_for_the_reply() -> list[Scenario]:
    """TCP is connected, the request is read, and there is no answer yet."""
    return [
        Scenario(
            f"{name} before the reply comes",
            open_socket(),
            [[HANDSHAKE, SETTLE, do(*calls, *STATE), SETTLE]],
        )
        for name, calls in CALLS.items()
    ]


def while_open() -> list[Scenario]:
    return [
        Scenario(f"{name} when open", open_socket(), [accepted(do(*calls, *STATE), SETTLE)])
        for name, calls in CALLS.items()
    ]


def when_closed() -> list[Scenario]:
    ways: dict[str, list[Step]] = {
        "after the peer's Close": accepted(write(["close", 1000, "bye"]), END, SETTLE),
        "after the end of the stream": accepted(FIN, END, SETTLE),
        "after a reset": accepted(RST, SETTLE),
    }
    closed = [
        Scenario(f"{name} {way}", open_socket(), [[*steps, do(*calls, *STATE), SETTLE]])
        for way, steps in ways.items()
        for name, calls in CALLS.items()
        if name in {"a text is sent", "the socket is closed", "the socket is closed twice"}
    ]
    bad_url = [
        Scenario(
            f"{name} when the URL was bad",
            [*open_socket("ws://a b/"), *calls, *STATE],
        )
        for name, calls in CALLS.items()
    ]
    refused = [
        Scenario(
            f"{name} after an HTTP refusal with TCP kept",
            open_socket(),
            [[HANDSHAKE, write(["http", ["HTTP/1.1 404 Not Found", "Content-Length: 0"]]), SETTLE,
              do(*calls, *STATE), SETTLE]],
        )
        for name, calls in CALLS.items()
    ]  # fmt: skip
    return [*closed, *bad_url, *refused]


def inside_callbacks() -> list[Scenario]:
    """Each call inside each callback; what brings the callback about is the peer's."""
    occasions: dict[str, list[Step]] = {
        "onopen": [*ACCEPT, SETTLE],
        "onmessage": accepted(write(["text", "one"], ["text", "two"], ["text", "three"]), SETTLE),
        "onerror": accepted(FIN, SETTLE),
        "onclose": accepted(write(["close", 1001, "peer"]), SETTLE),
    }
    return [
        scripted(f"{name} inside {handler}", *steps, **{handler: [*calls, *STATE]})
        for handler, steps in occasions.items()
        for name, calls in CALLS.items()
        if name != "an empty text is sent"
    ]


def nested() -> list[Scenario]:
    return [
        scripted(
            "close() inside the onclose that close() called",
            *accepted(["expect", "close"], END),
            onopen=[close(4000, "outer"), ["note", "after close()"]],
            onclose=[close(4001, "inner"), get("readyState")],
        ),
        scripted(
            "close() in onmessage with more messages in the same segment",
            *accepted(write(["text", "one"], ["text", "two"], ["close", 1001, "peer"]), SETTLE),
            onmessage=[close(1000, "enough"), ["note", "after close()"]],
        ),
        scripted(
            "close() in onmessage with more messages in the segment that accepts",
            HANDSHAKE, write(["accept"], ["text", "one"], ["text", "two"]), SETTLE,
            onmessage=[close(1000, "enough")],
        ),
        scripted(
            "close() in onopen with messages in the segment that accepts",
            HANDSHAKE, write(["accept"], ["text", "one"], ["text", "two"]), SETTLE,
            onopen=[close(1000, "enough")],
        ),
        scripted(
            "send() in onopen is what the peer sees first",
            *ACCEPT, ["expect", "text"], write(["text", "reply"]), SETTLE,
            onopen=[send("first"), send("second")],
        ),
        scripted(
            "an echo of every message",
            *accepted(write(["text", "1"]), ["expect", "text"], write(["text", "2"]), ["expect", "text"]),
            onmessage=[send("echo")],
        ),
        scripted(
            "send() in onclose of the script's own close",
            *accepted(["expect", "close"], END),
            onopen=[close(1000, "bye")],
            onclose=[send("late")],
        ),
        scripted(
            "a handler throws in onopen",
            *accepted(write(["text", "still here"]), write(["close", 1000, "bye"]), END),
            onopen=[send("before"), ["throw", "oops"], send("never")],
        ),
        scripted(
            "a handler throws in onmessage",
            *accepted(write(["text", "one"], ["text", "two"]), SETTLE, write(["close", 1000, "bye"]), END),
            onmessage=[["throw", "oops"]],
        ),
        scripted(
            "a handler throws in onerror",
            *accepted(FIN, END),
            onerror=[["throw", "oops"]],
        ),
        scripted(
            "a handler throws in the onclose that close() called",
            *accepted(["expect", "close"], END),
            onopen=[close(1000, "bye"), get("readyState")],
            onclose=[["throw", "oops"]],
        ),
    ]  # fmt: skip


SENT_TEXTS: dict[str, Any] = {
    "a text": "hello",
    "an empty text": "",
    "a text in Greek": "γειά σου",
    "an astral text": "a👋z",
    "a text with NUL": "a\0b",
    "a text with line ends": "a\r\nb\n",
    "a text of 125 bytes": repeat("x", 125),
    "a text of 126 bytes": repeat("x", 126),
    "a text of 65536 bytes": repeat("x", 65536),
    "a text of 70 kB": repeat("0123456789", 7000),
    "a text of 70 kB in Greek": repeat("αβγδε", 7000),
    "JSON": '{"a": [1, null, "x"]}',
}
SENT_VALUES: dict[str, list[Any]] = {
    "a number": [42],
    "a fraction": [1.5],
    "a whole float": [1.0],
    "a negative number": [-7],
    "NaN": [NAN],
    "true": [True],
    "false": [False],
    "null": [None],
    "undefined": [UNDEFINED],
    "an object": [OBJECT],
    "an array": [{"js": "array", "items": [1, 2, 3]}],
    "an empty array": [{"js": "array", "items": []}],
    "an ArrayBuffer": [{"js": "ArrayBuffer", "hex": "0001feff"}],
    "an empty ArrayBuffer": [{"js": "ArrayBuffer", "hex": ""}],
    "a Uint8Array": [{"js": "Uint8Array", "hex": "0001feff"}],
    "no argument": [],
    "two arguments": ["first", "second"],
}
DIFFERS = {"an object", "an array", "an empty array", "an ArrayBuffer", "an empty ArrayBuffer", "a Uint8Array"}  # fmt: skip


def sent() -> list[Scenario]:
    def story(name: str, values: list[Any], **more: Any) -> Scenario:
        """A sentinel follows, so that what was not sent is seen not to have been."""
        calls = [send(*values), send("sentinel"), close(1000, "done")]
        return Scenario(
            name, open_socket(onopen=calls), [accepted(["expect", "close"], END)], **more
        )

    unmeasured: dict[str, Any] = {"measured": False, "source": "script-api.md, send()"}
    texts = [story(f"the script sends {name}", [text]) for name, text in SENT_TEXTS.items()]
    values = [
        story(f"the script sends {name}", arguments, **unmeasured)
        for name, arguments in SENT_VALUES.items()
        if name not in DIFFERS
    ]
    by_profile = [
        story(
            f"the script sends {name} ({host})", SENT_VALUES[name], **unmeasured, profiles=(host,)
        )
        for name in sorted(DIFFERS)
        for host in ("overte", "vircadia", "hifi")
    ]
    return [*texts, *values, *by_profile]


def properties() -> list[Scenario]:
    """What reads as what; the constants and defaults are the wrapper's own, and so unmeasured."""
    names = ["binaryType", "bufferedAmount", "extensions", "protocol", "CONNECTING", "OPEN", "CLOSING", "CLOSED"]  # fmt: skip
    unmeasured: dict[str, Any] = {"measured": False, "source": "script-api.md, 1"}
    read_only: list[Action] = []
    for name in ("readyState", "url", "bufferedAmount", "extensions", "protocol", "OPEN"):
        read_only += [["set", "socket", name, "nonsense"], get(name)]
    return [
        Scenario("the defaults", [*open_socket(), *map(get, names)], [accepted()], **unmeasured),
        Scenario(
            "read-only properties are assigned",
            [*open_socket(), *read_only],
            [accepted()],
            **unmeasured,
        ),
        Scenario(
            "binaryType is assigned and has no effect",
            [*open_socket(), ["set", "socket", "binaryType", "blob"], get("binaryType")],
            [accepted(write(["binary", "0001"]), SETTLE)],
            **unmeasured,
        ),
        Scenario(
            "bufferedAmount after a long send",
            open_socket(onopen=[send(repeat("x", 70000)), get("bufferedAmount")]),
            [accepted(["expect", "text"])],
            **unmeasured,
        ),
        Scenario(
            "handlers before they are set",
            [
                ["new", "socket", URL],
                *[get(name) for name in ("onopen", "onmessage", "onerror", "onclose")],
            ],
            [accepted()],
            **unmeasured,
        ),
        Scenario(
            "handlers that are no functions read back as they are",
            [
                ["new", "socket", URL],
                ["set", "socket", "onopen", "text"],
                get("onopen"),
                ["set", "socket", "onopen", 42],
                get("onopen"),
                ["set", "socket", "onopen", None],
                get("onopen"),
                ["set", "socket", "onopen", FUNCTION],
                get("onopen"),
            ],
            [accepted()],
            **unmeasured,
        ),
    ]


SCENARIOS = all_of(
    while_connecting(),
    while_waiting_for_the_reply(),
    while_open(),
    when_closed(),
    inside_callbacks(),
    nested(),
    sent(),
    properties(),
)
