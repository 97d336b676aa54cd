"""Frames from the peer: good ones in every form, and each way of breaking the protocol."""

from scenarios.model import (
    END,
    SETTLE,
    Item,
    Scenario,
    accepted,
    all_of,
    do,
    get,
    open_socket,
    repeat,
    scripted,
    write,
)

VIOLATIONS: dict[str, list[Item]] = {
    "reserved bit 1": [["frame", "c1", "68"]],
    "reserved bit 2": [["frame", "a1", "68"]],
    "reserved bit 3": [["frame", "91", "68"]],
    "all the reserved bits": [["frame", "f1", "68"]],
    "a reserved bit in a Close": [["frame", "c8", "03e8"]],
    "reserved opcode 3": [["frame", "83", "68"]],
    "reserved opcode 7": [["frame", "87", "68"]],
    "reserved opcode 11": [["frame", "8b", "68"]],
    "reserved opcode 15": [["frame", "8f", "68"]],
    "a fragmented ping": [["frame", "09", "68"]],
    "a fragmented pong": [["frame", "0a", "68"]],
    "a fragmented Close": [["frame", "08", "03e8"]],
    "a ping of 126 bytes": [["ping", repeat("70", 126)]],
    "a pong of 126 bytes": [["pong", repeat("70", 126)]],
    "a continuation with no start": [["frame", "80", "68"]],
    "an unfinished continuation with no start": [["frame", "00", "68"]],
    "a text inside a fragmented text": [["frame", "01", "61"], ["text", "b"]],
    "a binary message inside a fragmented text": [["frame", "01", "61"], ["binary", "62"]],
    "a text inside a fragmented binary message": [["frame", "02", "61"], ["text", "b"]],
    "a text that is not UTF-8": [["frame", "81", "ff"]],
    "a text with an overlong sequence": [["frame", "81", "c0af"]],
    "a text with a surrogate": [["frame", "81", "eda080"]],
    "a text beyond U+10FFFF": [["frame", "81", "f4908080"]],
    "a text that ends inside a character": [["frame", "81", "e282"]],
    "a fragmented text whose end is not UTF-8": [["frame", "01", "61"], ["frame", "80", "ff"]],
    "a fragmented text whose start is not UTF-8": [["frame", "01", "ff"], ["frame", "80", "61"]],
    "a masked text": [["masked", ["text", "masked"]]],
    "a length that is longer than the limit": [["frame", "82", "", 1 << 62]],
    "the length that is the limit": [["frame", "82", "", (1 << 31) - 2]],
    "a length of one byte more than the limit": [["frame", "82", "", (1 << 31) - 1]],
    "a length of 63 bits": [["frame", "82", "", (1 << 63) - 1]],
    "a length with its top bit set": [["hex", "827f8000000000000001"]],
    "a length of 16 bits that was not needed": [["hex", "817e000568656c6c6f"]],
    "a length of 64 bits that was not needed": [["hex", "817f000000000000000568656c6c6f"]],
}


def violations() -> list[Scenario]:
    return [
        scripted(f"the peer sends {name}", *accepted(write(*items), SETTLE))
        for name, items in VIOLATIONS.items()
    ]


def around_violations() -> list[Scenario]:
    bad: Item = ["frame", "83", "68"]
    return [
        scripted(
            "a good message before a violation, in one segment",
            *accepted(write(["text", "good"], bad), SETTLE),
        ),
        scripted(
            "a good message after a violation, in one segment",
            *accepted(write(bad, ["text", "too late"]), SETTLE),
        ),
        scripted(
            "a violation and then a Close, in one segment",
            *accepted(write(bad, ["close", 1000, "bye"]), SETTLE),
        ),
        scripted(
            "a violation and then the end of the stream",
            *accepted(write(bad), ["fin"], END),
        ),
        scripted(
            "readyState and calls inside onclose of a violation",
            *accepted(write(bad), SETTLE),
            onclose=[get("readyState"), ["send", "it", "x"], ["close", "it", 4000, "x"]],
        ),
    ]


MESSAGES: dict[str, list[Item]] = {
    "a text": [["text", "hello"]],
    "an empty text": [["text", ""]],
    "a text in Greek": [["text", "γειά σου"]],
    "an astral text": [["text", "a👋z"]],
    "a text with NUL": [["text", "a\0b"]],
    "a text of NUL alone": [["text", "\0"]],
    "a text with line ends": [["text", "a\r\nb\n"]],
    "a text that starts with a byte order mark": [["text", "\ufeffhello"]],
    "a text with a noncharacter": [["text", "a\uffffb"]],
    "a text of 125 bytes": [["text", repeat("x", 125)]],
    "a text of 126 bytes": [["text", repeat("x", 126)]],
    "a text of 65535 bytes": [["text", repeat("x", 65535)]],
    "a text of 65536 bytes": [["text", repeat("x", 65536)]],
    "a text of 70 kB": [["text", repeat("0123456789", 7000)]],
    "a text of 70 kB in Greek": [["text", repeat("αβγδε", 7000)]],
    "a binary message": [["binary", "0001feff"]],
    "an empty binary message": [["binary", ""]],
    "a binary message of 70 kB": [["binary", repeat("0102030405", 14000)]],
    "a binary message that is text": [["binary", "68656c6c6f"]],
    "three texts": [["text", "one"], ["text", "two"], ["text", "three"]],
    "a text, a binary message and a text": [["text", "one"], ["binary", "02"], ["text", "three"]],
    "an empty text between two texts": [["text", "one"], ["text", ""], ["text", "three"]],
    "a text in two fragments": [["frame", "01", "68656c"], ["frame", "80", "6c6f"]],
    "a text in three fragments": [
        ["frame", "01", "68"],
        ["frame", "00", "65"],
        ["frame", "80", "79"],
    ],
    "a text in fragments that cut a character": [["frame", "01", "e2"], ["frame", "80", "82ac"]],
    "a text in fragments that are empty": [
        ["frame", "01", ""],
        ["frame", "00", ""],
        ["frame", "80", ""],
    ],
    "a text whose first fragment is empty": [["frame", "01", ""], ["frame", "80", "6869"]],
    "a text whose last fragment is empty": [["frame", "01", "6869"], ["frame", "80", ""]],
    "a binary message in two fragments": [["frame", "02", "0001"], ["frame", "80", "0203"]],
    "a ping": [["ping", "70696e67"]],
    "an empty ping": [["ping"]],
    "a ping of 125 bytes": [["ping", repeat("70", 125)]],
    "three pings": [["ping", "31"], ["ping", "32"], ["ping", "33"]],
    "a pong that nobody asked for": [["pong", "70"]],
    "a ping between two texts": [["text", "one"], ["ping", "70"], ["text", "two"]],
    "a ping between two fragments": [
        ["frame", "01", "6162"],
        ["ping", "70"],
        ["frame", "80", "63"],
    ],
    "a pong between two fragments": [
        ["frame", "01", "6162"],
        ["pong", "70"],
        ["frame", "80", "63"],
    ],
}


def messages() -> list[Scenario]:
    return [
        scripted(f"the peer sends {name}", *accepted(write(*items), SETTLE))
        for name, items in MESSAGES.items()
    ]


def in_pieces() -> list[Scenario]:
    """One message, many segments."""
    return [
        scripted(
            "a text whose frame comes in two segments",
            *accepted(write(["hex", "810568"]), SETTLE, write(["hex", "656c6c6f"]), SETTLE),
        ),
        scripted(
            "a text whose length comes in two segments",
            *accepted(write(["hex", "817e00"]), SETTLE, write(["hex", "056865"]), SETTLE,
                      write(["hex", "6c6c6f"]), SETTLE),
        ),
        scripted(
            "a text after a pause",
            *accepted(write(["text", "one"]), SETTLE, SETTLE, write(["text", "two"]), SETTLE),
        ),
        Scenario(
            "the script sends between two fragments",
            open_socket(),
            [accepted(write(["frame", "01", "6162"]), SETTLE, do(["send", "socket", "mine"]),
                      ["expect", "text"], write(["frame", "80", "63"]), SETTLE)],
            # Qt 5.12 stops the whole host between two fragments: no script runs that could send.
            profiles=("overte", "vircadia"),
        ),
    ]  # fmt: skip


SCENARIOS = all_of(violations(), around_violations(), messages(), in_pieces())
