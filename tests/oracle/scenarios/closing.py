"""Closing handshakes: every class of close code and reason, from either side."""

from typing import Any

from scenarios.model import (
    END,
    FIN,
    NAN,
    OBJECT,
    RST,
    SETTLE,
    UNDEFINED,
    Scenario,
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

CODES = [
    0, 1, 999,
    1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016,
    1100, 1999, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65535,
]  # fmt: skip


def the_script_closes() -> list[Scenario]:
    """`close(code, "bye")` of an open socket; the peer answers, as it should, with the same code."""
    return [
        scripted(
            f"the script closes with {code}",
            *accepted(["expect", "close"], write(["close", code, "bye"]), FIN, END),
            onopen=[close(code, "bye"), get("readyState")],
        )
        for code in CODES
    ]


def the_peer_closes() -> list[Scenario]:
    return [
        scripted(f"the peer closes with {code}", *accepted(write(["close", code, "bye"]), END))
        for code in CODES
    ]


REASONS = {
    "no reason": "",
    "a reason in Greek": "Αντίο",
    "an astral reason": "bye 👋",
    "a reason with NUL": "a\0b",
    "a reason of 123 bytes": repeat("r", 123),
}
LONG_REASONS = {
    "a reason of 124 bytes": repeat("r", 124),
    "a reason of 200 bytes": repeat("r", 200),
    "a reason cut inside a character of two bytes": repeat("é", 62),
    "a reason cut inside a character of three bytes": {"repeat": "€", "times": 42},
    "a reason cut inside a character of four bytes": {"repeat": "👋", "times": 31},
}


def reasons() -> list[Scenario]:
    by_script = [
        scripted(
            f"the script closes with {name}",
            *accepted(["expect", "close"], END),
            onopen=[close(1000, reason)],
        )
        for name, reason in {**REASONS, **LONG_REASONS}.items()
    ]
    by_peer = [
        scripted(f"the peer closes with {name}", *accepted(write(["close", 1000, reason]), END))
        for name, reason in REASONS.items()
    ]
    return all_of(by_script, by_peer)


ARGUMENTS: dict[str, list[Any]] = {
    "undefined": [UNDEFINED],
    "null": [None],
    "a word": ["abc"],
    "NaN": [NAN],
    "Infinity": [{"js": "Infinity"}],
    "an empty string": [""],
    "a number in a string": ["1000"],
    "a number in a string with spaces": [" 1001 "],
    "a hexadecimal string": ["0x3e8"],
    "true": [True],
    "an object": [OBJECT],
    "65536": [65536],
    "65537": [65537],
    "-1": [-1],
    "1000.9": [1000.9],
    "-0.5": [-0.5],
    "4294968296": [4294968296],
}


def arguments() -> list[Scenario]:
    """ToUint16 of the code: the number is made by a script engine, which no Qt class can show."""
    converted = [
        Scenario(
            f"the script closes with the code {name}",
            open_socket(onopen=[close(*values)]),
            [accepted(["expect", "close"], END)],
            measured=False,
            source="script-api.md, close(code, reason)",
        )
        for name, values in ARGUMENTS.items()
    ]
    return [
        *converted,
        scripted(
            "the script closes with no argument",
            *accepted(["expect", "close"], END),
            onopen=[close()],
        ),
        scripted(
            "the script closes with a code and no reason",
            *accepted(["expect", "close"], END),
            onopen=[close(4000)],
        ),
    ]


PAYLOADS = {
    "an empty payload": "",
    "a payload of one byte": "03",
    "a payload of one byte that is no part of a code": "ff",
    "a code and an overlong sequence": "03e8c080",
    "a code and a surrogate": "03e8eda080",
    "a code and a lone continuation byte": "03e880",
    "a code and a cut character": "03e8e282",
    "a wrong code and invalid UTF-8": "03edff",
    "a payload of 125 bytes": "03e8" + "61" * 123,
    "a payload of 126 bytes": "03e8" + "61" * 124,
}


def payloads() -> list[Scenario]:
    return [
        scripted(
            f"the peer closes with {name}",
            *accepted(write(["frame", "88", payload]), END),
        )
        for name, payload in PAYLOADS.items()
    ]


def after_a_close() -> list[Scenario]:
    """What comes after a Close, from either side."""
    ended = [do(send("late"), close(4000, "late"), get("readyState")), SETTLE]
    return [
        scripted(
            "the peer closes and ends the stream",
            *accepted(write(["close", 1000, "bye"]), FIN, END),
        ),
        scripted("the peer closes and resets", *accepted(write(["close", 1000, "bye"]), RST)),
        scripted(
            "the peer closes and resets when the client has answered",
            *accepted(write(["close", 1000, "bye"]), ["expect", "close"], RST),
        ),
        scripted(
            "the peer closes and writes on",
            *accepted(write(["close", 1000, "bye"], ["text", "after the close"]), END),
        ),
        scripted(
            "the peer closes twice",
            *accepted(write(["close", 1000, "a"], ["close", 1001, "b"]), END),
        ),
        scripted(
            "the peer says something and closes in one segment",
            *accepted(write(["text", "last words"], ["close", 1001, "bye"]), END),
        ),
        scripted(
            "the peer closes after the script and with another code",
            *accepted(["expect", "close"], write(["close", 4001, "mine"]), FIN, END),
            onopen=[close(4000, "yours")],
        ),
        scripted(
            "the peer never answers a close",
            *accepted(["expect", "close"], SETTLE),
            onopen=[close(1000, "bye")],
        ),
        scripted(
            "both close at once",
            *accepted(write(["close", 1001, "peer"]), do(close(4000, "script")), END),
        ),
        scripted(
            "the script closes before it has seen messages that have come",
            *accepted(write(["text", "unseen"]), do(close(1000, "bye")), END),
        ),
        scripted(
            "calls when the peer has closed", *accepted(write(["close", 1000, "bye"]), END, *ended)
        ),
        scripted(
            "calls when the script has closed",
            *accepted(["expect", "close"], END, *ended),
            onopen=[close(1000, "bye")],
        ),
        scripted(
            "the peer writes on when the script has closed",
            *accepted(["expect", "close"], write(["text", "too late"]), SETTLE),
            onopen=[close(1000, "bye")],
        ),
    ]


SCENARIOS = all_of(
    the_script_closes(), the_peer_closes(), reasons(), arguments(), payloads(), after_a_close()
)
