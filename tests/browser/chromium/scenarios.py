"""Scenarios that a real browser and wsfake are both told, as plain data.

A scenario is what the peer does, in order, and what the script does: at the start, and in each
event. The peer answers a Close by itself, with the code alone, and ends TCP after both.

Peer:   ["accept", SUBPROTOCOL or null], ["reject", STATUS], ["text", T], ["binary", HEX],
        ["ping", HEX], ["close", CODE or null, REASON], ["raw", HEX], ["http", TEXT],
        ["wait message"], ["wait close"], ["end"], ["reset"], ["hold"] (answer nothing more)
Script: ["send", T], ["send bytes", HEX], ["close", ...], ["binaryType", T], ["show", ATTRIBUTE]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

__all__ = ["CONSTRUCTIONS", "SCENARIOS", "Scenario"]

ACCEPT = ["accept", None]
Steps = list[list[Any]]


class Scenario(NamedTuple):
    peer: Steps
    script: Mapping[str, Steps] = MappingProxyType({})
    protocols: Sequence[str] = ()


def _closing() -> dict[str, Scenario]:
    codes = (0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012)
    more = (1013, 1014, 1015, 1016, 1999, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65535)
    made = {
        f"the peer closes with {code}": Scenario([ACCEPT, ["close", code, "bye"]])
        for code in (*codes, *more)
    }
    for code in (0, 999, 1000, 1001, 1005, 2999, 3000, 4999, 5000, 65536 + 1000, -1, "3000", "x"):
        made[f"the script closes with {code!r}"] = Scenario(
            [ACCEPT], {"open": [["close", code, "bye"], ["show", "readyState"]]}
        )
    made |= {
        "the peer closes without a code": Scenario([ACCEPT, ["close", None, ""]]),
        "the script closes without a code": Scenario([ACCEPT], {"open": [["close"]]}),
        "the script closes with a reason of 123 bytes": Scenario(
            [ACCEPT], {"open": [["close", 1000, "x" * 123]]}
        ),
        "the script closes with a reason of 124 bytes": Scenario(
            [ACCEPT, ["hold"]], {"open": [["close", 1000, "å" * 62]]}
        ),
        "the script closes at the start": Scenario(
            [ACCEPT], {"start": [["close"], ["show", "readyState"]]}
        ),
        "the script closes at the start with a code that cannot be": Scenario(
            [ACCEPT, ["end"]], {"start": [["close", 5]]}
        ),
        "the script closes twice": Scenario(
            [ACCEPT], {"open": [["close", 3000, "a"], ["close", 3001, "b"]]}
        ),
        "the script closes in onclose": Scenario(
            [ACCEPT, ["close", 1000, ""]], {"close": [["close"], ["show", "readyState"]]}
        ),
        "both close at once": Scenario(
            [ACCEPT, ["text", "now"], ["close", 1001, "going"]], {"message": [["close", 3000, "x"]]}
        ),
        "the peer answers a close with a code of its own": Scenario(
            [ACCEPT, ["wait close"], ["close", 1001, "PASS"]], {"open": [["close", 1000, "x"]]}
        ),
        "the peer answers a close with a code that cannot be": Scenario(
            [ACCEPT, ["wait close"], ["close", 5, ""]], {"open": [["close", 1000, "x"]]}
        ),
        "the peer ends tcp in place of answering a close": Scenario(
            [ACCEPT, ["wait close"], ["end"]], {"open": [["close"]]}
        ),
        "the script sends in onclose": Scenario(
            [ACCEPT, ["close", 1000, ""]], {"close": [["send", "late"], ["show", "bufferedAmount"]]}
        ),
        "the script sends after close": Scenario(
            [ACCEPT], {"open": [["close"], ["send", "late"], ["show", "bufferedAmount"]]}
        ),
    }
    return made


def _opening() -> dict[str, Scenario]:
    made = {
        f"the peer rejects with {status}": Scenario([["reject", status], ["end"]])
        for status in (200, 301, 400, 401, 404, 500)
    }
    made |= {
        "the peer accepts": Scenario([ACCEPT, ["hold"]]),
        "the peer ends tcp without an answer": Scenario([["end"]]),
        "the peer resets without an answer": Scenario([["reset"]]),
        "the peer answers with what is not http": Scenario([["http", "FOO BAR BAZ\r\n\r\n"]]),
        "a message in the same segment as the answer": Scenario(
            [ACCEPT, ["text", "hi"], ["close", 1000, "bye"]]
        ),
        "a subprotocol that was asked for": Scenario(
            [["accept", "b"], ["text", "x"], ["close", 1000, ""]],
            {"open": [["show", "protocol"]], "close": [["show", "protocol"]]},
            ["a", "b"],
        ),
        "a subprotocol that was not asked for": Scenario([["accept", "c"]], {}, ["a", "b"]),
        "a subprotocol where none was asked for": Scenario([["accept", "c"]]),
        "a subprotocol in another case": Scenario([["accept", "A"]], {}, ["a"]),
        "no subprotocol where one was asked for": Scenario([ACCEPT], {}, ["a"]),
        "the script sends at the start": Scenario(
            [ACCEPT, ["close", 1000, ""]], {"start": [["send", "x"], ["show", "bufferedAmount"]]}
        ),
    }
    return made


def _talking() -> dict[str, Scenario]:
    texts = {"ascii": "hello", "empty": "", "unicode": "å匶𐑾", "nul": "a\0b", "long": "x" * 70_000}
    made = {
        f"{name} text there and back": Scenario(
            [ACCEPT, ["wait message"], ["text", text], ["close", 1000, ""]],
            {"open": [["send", text], ["show", "bufferedAmount"]]},
        )
        for name, text in texts.items()
    }
    for kind in ("blob", "arraybuffer", "nonsense"):
        made[f"binary data as {kind}"] = Scenario(
            [ACCEPT, ["binary", "000102"], ["binary", ""], ["close", 1000, ""]],
            {"start": [["binaryType", kind], ["show", "binaryType"]]},
        )
    made |= {
        "the script sends bytes": Scenario(
            [ACCEPT, ["wait message"], ["close", 1000, ""]], {"open": [["send bytes", "00ff"]]}
        ),
        "the peer pings": Scenario([ACCEPT, ["ping", "0102"], ["close", 1000, ""]]),
        "the peer drops": Scenario([ACCEPT, ["end"]]),
        "the peer drops after a message": Scenario([ACCEPT, ["text", "x"], ["end"]]),
        "the peer resets after a message": Scenario(
            [ACCEPT, ["wait message"], ["reset"]], {"open": [["send", "x"]]}
        ),
        "messages after the script has closed": Scenario(
            [ACCEPT, ["text", "1"], ["text", "2"], ["text", "3"]], {"message": [["close"]]}
        ),
    }
    return made


VIOLATIONS = {
    "a reserved bit": "c10161",
    "a reserved opcode": "83034c4f4c",
    "a reserved control opcode": "8b00",
    "a control frame in fragments": "090161",
    "a control frame that is too long": "897e007e" + "00" * 126,
    "a continuation of nothing": "800161",
    "a message inside a message": "010161810162",
    "a text that is not utf-8": "8101ff",
    "a close of one byte": "880161",
    "a close with a reason that is not utf-8": "880303e8ff",
    "a masked frame": "81810000000061",
}


def _violating() -> dict[str, Scenario]:
    return {
        f"the peer sends {name}": Scenario(
            [ACCEPT, ["text", "first"], ["wait message"], ["raw", data]],
            {"message": [["send", "go on"]]},
        )
        for name, data in VIOLATIONS.items()
    }


SCENARIOS: dict[str, Scenario] = _opening() | _talking() | _closing() | _violating()

CONSTRUCTIONS: list[list[Any]] = [
    *([url] for url in ("ws://h.invalid", "WS://H.INVALID:80/a b?c d", "http://h.invalid/x")),
    *([url] for url in ("https://h.invalid:443/", "wss://h.invalid:80", "ws:h.invalid/x", "rel")),
    *([url] for url in ("/abs?q", "//other.invalid/", "?", "", "ws://user:pw@h.invalid/")),
    *([url] for url in ("ws://h.invalid/å?å", "ws://天気.invalid/", "ws://h.invalid/\0\t\nx")),
    *(
        [url]
        for url in ("ws://[::1]:9/", "ws://0x7f.1:9/", "ws://h.invalid/%zz%41", "ws://h_.invalid/")
    ),
    *([url] for url in ("ws://foo bar/", "ftp://h.invalid/", "about:blank", "mailto:a@b", "ws://")),
    *([url] for url in ("#x", "ws://h.invalid/#", "ws://h.invalid/#x", "ws://h.invalid:99999/")),
    *([url] for url in ("ws://h.invalid:x/", "ws://a%00b/", "ws://1.2.3.4.5/", "javascript:1")),
    *(["ws://h.invalid/", names] for names in ("a", "", "a b", "a,b", "ä", "a/b", [], ["a", "b"])),
    *(["ws://h.invalid/", names] for names in (["a", "a"], ["a", "A"], [""], ["a", "b c"], "!#$%")),
]
"""What `new WebSocket` is given, for what its `url` is then, or what it throws."""
