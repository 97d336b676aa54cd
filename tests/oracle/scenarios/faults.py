"""What goes wrong with TCP or HTTP: the phase of a connection, times the effect."""

from scenarios.model import (
    ACCEPT,
    END,
    FIN,
    HANDSHAKE,
    RST,
    SETTLE,
    Action,
    Item,
    Scenario,
    Step,
    accepted,
    all_of,
    close,
    do,
    get,
    open_socket,
    scripted,
    send,
    write,
)

LONG_TEXT: Item = ["text", "a message that is cut"]
# Where a connection stands when it fails: what the peer has done until then.
PHASES: dict[str, list[Step]] = {
    "before the request is read": [],
    "with no reply": [HANDSHAKE, SETTLE],
    "in the status line": [HANDSHAKE, write(["cut", ["accept"], 7]), SETTLE],
    "in the headers of the reply": [HANDSHAKE, write(["cut", ["accept"], 60]), SETTLE],
    "before the last byte of the reply": [HANDSHAKE, write(["cut", ["accept"], 128]), SETTLE],
    "right after accepting": [HANDSHAKE, write(["accept"])],
    "when open": accepted(),
    "in the head of a frame": accepted(write(["cut", LONG_TEXT, 1]), SETTLE),
    "in the payload of a frame": accepted(write(["cut", LONG_TEXT, 9]), SETTLE),
    "between two fragments": accepted(write(["frame", "01", "6162"]), SETTLE),
    "right after a text": accepted(write(["text", "last words"])),
    "after a text": accepted(write(["text", "last words"]), SETTLE),
    "right after a ping": accepted(write(["ping", "70"])),
    "in a Close": accepted(write(["cut", ["close", 1000, "bye"], 3]), SETTLE),
}
EFFECTS: dict[str, list[Step]] = {
    "the peer ends the stream": [FIN, END],
    "the peer resets": [RST, SETTLE],
    "the peer stalls": [SETTLE, SETTLE],
}


def faults() -> list[Scenario]:
    return [
        scripted(f"{effect} {phase}", *before, *after)
        for phase, before in PHASES.items()
        for effect, after in EFFECTS.items()
    ]


# What comes in one segment, with what the peer does to TCP behind it.
TOGETHER: dict[str, list[Item]] = {
    "an empty Close": [["close"]],
    "a Close with a wrong code": [["close", 1005, "x"]],
    "a violation": [["frame", "83", "68"]],
    "a text and a Close": [["text", "last words"], ["close", 1000, "bye"]],
    "a ping and a Close": [["ping", "70"], ["close", 1000, "bye"]],
}
ENDS: dict[str, Step] = {"the end of the stream": FIN, "a reset": RST}
CALLS: dict[str, list[Action]] = {
    "send()": [["send", "it", "x"], get("readyState", "it")],
    "close()": [["close", "it", 4000, "enough"], get("readyState", "it")],
    "close() twice": [["close", "it", 4000, "first"], ["close", "it", 4001, "second"]],
    "send() and close()": [["send", "it", "x"], ["close", "it", 4000, "enough"]],
}


def together() -> list[Scenario]:
    """What has come, and the end of TCP right behind it."""
    words = [
        scripted(f"{name} and {end} in one segment", *accepted(write(*items), step, SETTLE))
        for name, items in TOGETHER.items()
        for end, step in ENDS.items()
    ]
    inside = [
        scripted(
            f"{name} inside onmessage of a text with {end} in one segment",
            *accepted(write(["text", "last words"]), step, SETTLE),
            onmessage=calls,
        )
        for name, calls in CALLS.items()
        for end, step in ENDS.items()
    ]
    lost = [
        scripted(
            f"{name} inside onerror when there is no reply",
            HANDSHAKE,
            SETTLE,
            FIN,
            SETTLE,
            onerror=calls,
        )
        for name, calls in CALLS.items()
    ]
    refused = [
        scripted(
            f"{name} inside onerror of a refusal with lines of body",
            HANDSHAKE, write(["http", ["HTTP/1.1 404 Not Found"], "one\ntwo\n"]), SETTLE,
            onerror=calls,
        )
        for name, calls in CALLS.items()
    ]  # fmt: skip
    return [*words, *inside, *lost, *refused]


REFUSALS: dict[str, list[Item]] = {
    "200": [["http", ["HTTP/1.1 200 OK", "Content-Length: 0"]]],
    "301": [["http", ["HTTP/1.1 301 Moved Permanently", "Location: /other", "Content-Length: 0"]]],
    "400": [["http", ["HTTP/1.1 400 Bad Request", "Content-Length: 0"]]],
    "401": [
        ["http", ["HTTP/1.1 401 Unauthorized", "WWW-Authenticate: Basic", "Content-Length: 0"]]
    ],
    "403": [["http", ["HTTP/1.1 403 Forbidden", "Content-Length: 0"]]],
    "404": [["http", ["HTTP/1.1 404 Not Found", "Content-Length: 0"]]],
    "426": [["http", ["HTTP/1.1 426 Upgrade Required", "Sec-WebSocket-Version: 8"]]],
    "500": [["http", ["HTTP/1.1 500 Internal Server Error"]]],
    "503": [["http", ["HTTP/1.1 503 Service Unavailable", "Retry-After: 1"]]],
    "404 and a line of body": [["http", ["HTTP/1.1 404 Not Found"], "Not here\n"]],
    "404 and a body without a line end": [["http", ["HTTP/1.1 404 Not Found"], "Not here"]],
    "404 and three lines of body": [["http", ["HTTP/1.1 404 Not Found"], "one\ntwo\nthree\n"]],
    "404 and an empty line of body": [["http", ["HTTP/1.1 404 Not Found"], "\r\n"]],
    "404 and a body that looks like a reply": [
        ["http", ["HTTP/1.1 404 Not Found"], "HTTP/1.1 500 Oops\r\n\r\n"]
    ],
    "a wrong Sec-WebSocket-Accept": [["accept-wrong-key"]],
    "101 and nothing else": [["http", ["HTTP/1.1 101 Switching Protocols"]]],
    "101 without Upgrade": [["http", ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade"]]],
    "101 with more than one connection option": [["accept", ["Connection: keep-alive, Upgrade"]]],
    "a status line without a reason": [["http", ["HTTP/1.1 404", "Content-Length: 0"]]],
    "HTTP/1.0": [["http", ["HTTP/1.0 404 Not Found", "Content-Length: 0"]]],
    "what is no HTTP": [["hex", b"SSH-2.0-OpenSSH_9.6\r\n".hex()]],
    "an empty line": [["hex", "0d0a"]],
}


def refusals() -> list[Scenario]:
    kept = [
        scripted(f"the peer replies {name} and keeps TCP", HANDSHAKE, write(*items), SETTLE, SETTLE)
        for name, items in REFUSALS.items()
    ]
    closed = [
        scripted(f"the peer replies {name} and closes TCP", HANDSHAKE, write(*items), FIN, END)
        for name, items in REFUSALS.items()
    ]
    later = [
        scripted(
            f"the peer replies {name} and closes TCP later",
            HANDSHAKE,
            write(*items),
            SETTLE,
            FIN,
            END,
        )
        for name, items in REFUSALS.items()
        if name in {"404", "404 and three lines of body", "a wrong Sec-WebSocket-Accept"}
    ]
    reset = [
        scripted(
            f"the peer replies {name} and resets", HANDSHAKE, write(*items), SETTLE, RST, SETTLE
        )
        for name, items in REFUSALS.items()
        if name in {"404", "404 and three lines of body", "a wrong Sec-WebSocket-Accept"}
    ]
    return all_of(kept, closed, later, reset)


def in_the_same_segment() -> list[Scenario]:
    """What comes with the reply that accepts."""
    items: dict[str, list[Item]] = {
        "a text": [["text", "hello"]],
        "three texts": [["text", "one"], ["text", "two"], ["text", "three"]],
        "a binary message": [["binary", "0001ff"]],
        "a ping": [["ping", "70"]],
        "a Close": [["close", 1000, "bye"]],
        "a text and a Close": [["text", "hello"], ["close", 1000, "bye"]],
        "a half frame": [["cut", ["text", "hello"], 3]],
    }
    stories = [
        scripted(f"{name} in the segment that accepts", HANDSHAKE, write(["accept"], *rest), SETTLE)
        for name, rest in items.items()
    ]
    refused = scripted(
        "the peer refuses, and accepts when TCP is kept",
        HANDSHAKE,
        write(["http", ["HTTP/1.1 404 Not Found", "Content-Length: 0"]]),
        SETTLE,
        write(["accept"]),
        SETTLE,
    )
    slow = scripted(
        "the reply comes in three pieces",
        HANDSHAKE,
        write(["cut", ["accept"], 20]),
        SETTLE,
        write(["cut", ["rest", ["accept"], 20], 40]),
        SETTLE,
        write(["rest", ["accept"], 60]),
        SETTLE,
    )
    headers = scripted(
        "the reply has headers that nobody asked for",
        HANDSHAKE,
        write(
            ["accept", ["Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Extensions: x", "X-More: 1"]]
        ),
        SETTLE,
        do(get("protocol"), get("extensions"), get("readyState")),
    )
    return [*stories, refused, slow, headers]


# It fails before TLS begins, which the Qt of the wheels may be unable to do.
NO_TLS = "measured before TLS, by a Qt build without it"


def no_connection() -> list[Scenario]:
    refused = "ws://127.0.0.1:{refused}/"
    more = [get("readyState"), get("url")]
    return [
        Scenario(
            "the connection is refused",
            open_socket(refused, onclose=more, onerror=more),
            awaits=["socket.onerror"],
        ),
        Scenario(
            "the host is unknown",
            open_socket("ws://{nowhere}/", onclose=more, onerror=more),
            awaits=["socket.onerror"],
        ),
        Scenario(
            "a secure connection is refused",
            open_socket("wss://127.0.0.1:{refused}/", onclose=more, onerror=more),
            awaits=["socket.onerror"],
            source=NO_TLS,
        ),
        Scenario(
            "the host of a secure connection is unknown",
            open_socket("wss://{nowhere}/"),
            awaits=["socket.onerror"],
            source=NO_TLS,
        ),
        Scenario(
            "sending and closing in the callbacks of a refusal",
            open_socket(
                refused,
                onclose=[send("x"), close(4000, "in onclose")],
                onerror=[send("x"), close(4001, "in onerror")],
            ),
            awaits=["socket.onerror"],
        ),
        Scenario(
            "a second socket in onclose of a refusal",
            open_socket(
                refused,
                onclose=open_socket(label="again", onopen=[close(1000, "done", label="again")]),
            ),
            [accepted(["expect", "close"], END)],
            awaits=["socket.onerror"],
        ),
        Scenario(
            "reconnecting from both onclose and onerror",
            open_socket(
                refused,
                onclose=open_socket(label="first"),
                onerror=open_socket(label="second"),
            ),
            [accepted(["signal", "one is open"]), [HANDSHAKE, ["wait", "one is open"], *ACCEPT]],
            awaits=["socket.onerror"],
        ),
    ]


SCENARIOS = all_of(faults(), together(), refusals(), in_the_same_segment(), no_connection())
