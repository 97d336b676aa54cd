"""What crosses the border crosses unchanged."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.javascript.writing import Write
from wsfake import Harness, Transcript
from wsfake.errors import UsageError
from wsfake.javascript import Script
from wsfake.javascript.values import decode, encode
from wsfake.model import Accept, Close, Drop, Side
from wsfake.network import Connection

URL = "ws://peer.example"
ECHO = f"""
var seen = [];
var socket = new WebSocket("{URL}");
socket.onmessage = function (event) {{ seen.push(event.data); socket.send(event.data); }};
"""

MESSAGES: dict[str, str | bytes] = {
    "an empty text": "",
    "NUL": "a\0b\0",
    "an astral character": "🦊 𝄞",
    "quotes and escapes": "\"'\\\n\r\t\u2028\u2029</script>",
    "2 MiB of text": "é" * 2**20,
    "an empty binary": b"",
    "every byte": bytes(range(256)),
    "1 MiB of binary": bytes(range(256)) * 2**12,
}


@pytest.mark.parametrize("what", MESSAGES)
def test_a_message_comes_back_as_it_was(what: str, write: Write) -> None:
    message = MESSAGES[what]
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server(message).client(message))
        script = ws_fake.load_script(write(ECHO))
        ws_fake.run()

        assert script.eval("seen[0]") == message
        length = (
            len(message) if isinstance(message, bytes) else len(message.encode("utf-16-le")) // 2
        )
        assert script.eval("seen[0].byteLength ?? seen[0].length") == length


SENT = {
    r"'lone \ud800 surrogate'": "lone \ufffd surrogate",
    r"'\udc00\ud83e\udd8a\ud800'": "\ufffd🦊\ufffd",
    "2 ** 53": "9007199254740992",
    "2 ** 31": "2147483648",
    "-0": "0",
    "1e21": "1e+21",
    "NaN": "NaN",
    "123456789012345678901234567890n": "123456789012345678901234567890",
    "true": "true",
    "null": "null",
    "undefined": "undefined",
    "new Uint8Array([0, 255]).buffer": b"\x00\xff",
    "[1, [2, 3]]": b"1,2,3",
    "({ toString: () => 'é\\ud800' })": "é\ufffd".encode(),
}


@pytest.mark.parametrize("value", SENT)
def test_a_value_is_sent_as_its_host_sends_it(value: str, write: Write) -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client(SENT[value]))
        ws_fake.load_script(
            write(f'var s = new WebSocket("{URL}"); s.onopen = function () {{ s.send({value}); }};')
        )
        ws_fake.run()


VALUES = {
    "undefined": None,
    "null": None,
    "-0": -0.0,
    "NaN": math.nan,
    "-Infinity": -math.inf,
    "2 ** 53": 2**53,
    "-(2 ** 53)": -(2**53),
    "0.1": 0.1,
    "10n ** 30n": 10**30,
    "'\\0\\ud800'": "\0\ud800",
    "[1, , undefined]": [1, None, None],
    "({ a: { b: [true] } })": {"a": {"b": [True]}},
    "new Uint8Array([1, 2, 255])": b"\x01\x02\xff",
    "new Float32Array([1]).buffer": b"\x00\x00\x80?",
    "new Date(0)": "1970-01-01T00:00:00.000Z",
    "(function named() {})": "[function named]",
    "Symbol('s')": "Symbol(s)",
    "({ $wsfake: 1 })": {"$wsfake": 1},
    "({ $wsfake: ['number', 'NaN'], b: [{ $wsfake: new Uint8Array(1) }] })": {
        "$wsfake": ["number", "NaN"],
        "b": [{"$wsfake": b"\0"}],
    },
    "({ toJSON: () => ({ $wsfake: { $wsfake: 1n } }) })": {"$wsfake": {"$wsfake": 1}},
}


@pytest.mark.parametrize("source", VALUES)
def test_a_value_of_the_script_is_one_in_python(source: str, write: Write) -> None:
    with Harness() as ws_fake:
        value = ws_fake.load_script(write("")).eval(source)

    expected = VALUES[source]
    assert repr(value) == repr(expected)  # which tells 0.0 from -0.0, and NaN from NaN


json_values = st.recursive(
    st.none() | st.booleans() | st.text() | st.binary() | st.floats()
    | st.integers(-(2**80), 2**80),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("$wsfake"), inner),
    max_leaves=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def listener() -> Iterator[Script]:
    with Harness() as ws_fake:
        yield ws_fake.load_script("signal.js")


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(value=json_values)
def test_what_a_signal_is_emitted_with_comes_back(listener: Script, value: Any) -> None:
    listener.emit("Controller.keyPressEvent", value)

    assert repr(_as_in_javascript(listener.eval("given"))) == repr(_as_in_javascript(value))


def _as_in_javascript(value: Any) -> Any:
    """JavaScript has one kind of number: 1.0 comes back as 1; and names like "0" come first."""
    if isinstance(value, float) and value.is_integer() and math.copysign(1, value) * value >= 0:
        whole = value != 0 or math.copysign(1, value) > 0
        return int(value) if whole and abs(value) <= 2**53 else value
    if isinstance(value, list):
        return [_as_in_javascript(item) for item in value]
    if isinstance(value, dict):
        return {name: _as_in_javascript(value[name]) for name in sorted(value)}
    return value


def test_what_javascript_has_not_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        encode({"a": {1, 2}})
    assert str(caught.value) == "expected a value that JavaScript has, got set: {1, 2}"


def test_values_that_do_not_end_are_refused(listener: Script) -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(UsageError) as caught:
        listener.emit("Controller.keyPressEvent", circle)
    assert str(caught.value) == "expected values that hold neither themselves nor too much"


def test_what_is_asked_of_a_script_is_text(listener: Script) -> None:
    with pytest.raises(UsageError) as caught:
        listener.eval(5)  # type: ignore[arg-type]
    assert str(caught.value) == "expected an expression of JavaScript, a text, got 5"
    with pytest.raises(UsageError) as caught:
        listener.emit(5)  # type: ignore[arg-type]
    assert str(caught.value) == "expected a signal of signal.js's host, got 5"


PATCHES = {
    "toJSON of all arrays": "Array.prototype.toJSON = function () { return 'array'; };",
    "toJSON of all objects": """
Object.defineProperty(Object.prototype, "toJSON", { value: () => 7, configurable: true });
""",
    "toJSON that stays": 'Object.defineProperty(Array.prototype, "toJSON", { value: null });',
    "get and set of all objects": """
Object.prototype.get = Object.prototype.set = function () { throw new Error("no accessor"); };
Object.prototype.has = Object.prototype.apply = Object.prototype.get;
""",
}


@pytest.mark.parametrize("what", PATCHES)
def test_what_a_library_gives_all_objects_is_no_harm(what: str, write: Write) -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("text").server(b"\1"))
        script = ws_fake.load_script(
            write(f"""{PATCHES[what]}
var seen = [], before = JSON.stringify([1]);
var socket = new WebSocket("{URL}");
socket.onopen = function () {{ socket.send("text"); }};
socket.onmessage = function (event) {{ seen.push(event.data); }};
Script.mine = [1, 2];
Overlays.addOverlay("text", {{ deep: [Script.mine] }});
Menu = {{ a: 1 }};
print(Vec3.sum(Vec3.ONE, Vec3.ONE).x, "Menu" in this, Window.location.href);
""")
        )
        ws_fake.run()
        assert script.eval("seen") == [b"\1"]
        assert script.eval("[before === JSON.stringify([1]), Menu]") == [True, {"a": 1}]
    assert script.calls("Overlays.addOverlay") == [["text", {"deep": [[1, 2]]}]]
    assert script.printed == ["2 true Window.location.href"]


def test_an_object_that_looks_like_a_tag_is_itself() -> None:
    assert decode('{"$wsfake": ["number", "NaN"], "b": 1}') == {
        "$wsfake": ["number", "NaN"],
        "b": 1,
    }


def test_assigning_to_what_is_read_only_is_no_error(write: Write) -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL)
        script = ws_fake.load_script(
            write(f"""
"use strict";
var s = new WebSocket("{URL}");
s.readyState = 7; s.url = "x"; s.OPEN = 9; s.bufferedAmount = 5; s.onopen = 12; s.binaryType = [];
""")
        )
        assert script.eval("[s.readyState, s.url, s.OPEN, s.bufferedAmount, s.onopen]") == [
            0, URL, 1, 0, 12,
        ]  # fmt: skip
        ws_fake.run()


class Abrupt:
    """A server that ends TCP inside the call that closes, as a real socket may."""

    def answer(self, connection: Connection) -> "Abrupt":
        self.connection = connection
        connection.network.clock.call_soon(lambda: connection.say(Side.SERVER, Accept()))
        return self

    def arrive(self, what: object) -> None:
        if isinstance(what, Close):
            self.connection.say(Side.SERVER, Drop())


def test_what_comes_inside_a_call_finds_the_call_done(write: Write) -> None:
    path = write(f"""
var s = new WebSocket("{URL}");
s.onopen = function () {{ s.close(4000, "mine"); print("after", s.readyState); }};
s.onerror = function () {{ print("error", s.readyState); }};
s.onclose = function (data) {{ print("close", data.code, s.readyState); }};
""")
    with Harness() as ws_fake:
        ws_fake._network.answerers.insert(0, Abrupt())
        script = ws_fake.load_script(path)
        ws_fake.run()
    assert script.printed == ["close 4000 3", "after 3"]


def test_what_an_operation_raises_is_told_and_the_rest_is_done(write: Write) -> None:
    def refuse(text: str) -> None:
        if text == "b":
            raise ValueError(text)

    with Harness() as ws_fake:
        script = ws_fake.load_script(write("print('a'); print('b'); print('c');"), on_print=refuse)
        with pytest.raises(ValueError, match="b"):
            ws_fake.run()
        assert script.printed == ["a", "b", "c"]
