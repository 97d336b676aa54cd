"""What JavaScript works out by itself is what Python works out: URLs, closes, rows."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from tests.javascript.writing import Write
from wsfake import Harness, Transcript
from wsfake.javascript import Script
from wsfake.script_api.conversions import CLOSE_ARGUMENTS
from wsfake.script_api.facts import given_close
from wsfake.script_api.profiles import PROFILES
from wsfake.script_api.urls import READERS

OVERTE = PROFILES["overte"]._replace(lints=())
URL = "ws://peer.example"
SAME_SCRIPT = list(HealthCheck)


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    path = tmp_path_factory.mktemp("arguments") / "script.js"
    path.write_text("""
var text;
Controller.keyPressEvent.connect(function (given) { text = given; });
var closed;
function close(args) {
    var s = new WebSocket("ws://peer.example");
    s.onclose = function (data) { closed = [data.code, data.reason]; };
    s.close.apply(s, args);
    return closed;
}
""")
    with Harness(profile=OVERTE) as ws_fake:
        ws_fake.serve(URL, connections=None)
        yield ws_fake.load_script(path)


PARTS = st.sampled_from([
    "ws", "wss", "http", ":", "//", "/", "?", "#", "@", "host", "HOST.example", "[::1]", ":80",
    ":99999", "%41", "%e4", "%C3%A9", "%", "é", "🦊", " ", "..", "user:pass", "\n", "%0d%0a", "a b",
    "<>", "%2f", "%20", ".", "-", "_", "=", "&",
])  # fmt: skip


@settings(deadline=None, suppress_health_check=SAME_SCRIPT, max_examples=200)
@given(written=st.lists(PARTS, max_size=8).map("".join) | st.text(max_size=20))
@example(written="WS://User:Pw@HOST:8080/a%20b/%41%C3%A9%e4?q=é#f")
@example(written="ws://a b/")
@example(written="localhost:8080")
def test_a_url_is_read_as_python_reads_it(script: Script, written: str) -> None:
    script.emit("Controller.keyPressEvent", written)
    seen = script.eval(
        "(function () { var u = new WebSocket(text); return [u.url, u.readyState]; })()"
    )
    network = script._network
    network.failures.clear()
    network.errors.clear()
    read = READERS["qt"](written)
    assert seen == [read.shown, 0 if read.connects else 3]


REASONS = st.lists(st.sampled_from(["a", "é", "€", "🦊", "\0", "x" * 60, "é" * 30]), max_size=70)


NUMERALS = st.text("0123456789+-.eExXobBfI_ \ufeff\x1c\u0663", max_size=6)


@settings(deadline=None, suppress_health_check=SAME_SCRIPT)
@given(
    code=st.one_of(
        st.integers(-70000, 2**40), st.floats(), st.text(max_size=5), NUMERALS, st.none()
    ),
    reason=REASONS.map("".join),
)
@example(code=1000, reason="x" * 122 + "é")
def test_a_close_is_read_as_python_reads_it(script: Script, code: Any, reason: str) -> None:
    script.emit("Controller.keyPressEvent", [code, reason])
    number, text = CLOSE_ARGUMENTS["uint16"](code, reason)
    given = given_close(OVERTE, number, text)
    script.eval("close(text)")
    assert script.eval("closed") == [1006, given.shown]
    script._network.failures.clear()


# A fifth host, of data alone

LOUD = OVERTE._replace(
    name="loud",
    host="a host that there is not",
    local={
        **OVERTE.local,
        "open close": [["goto", "closing"], ["wire", "close", 4321, "given"], ["fire", "error"]],
        "closing send": [["fire", "message"]],
        "closed send": [["throw", "InvalidStateError", "it is closed"]],
    },
    remote={
        **OVERTE.remote,
        "closing close": [["goto", "closed"], ["fire", "close", "given", "given", True]],
    },
    binary_type="shouted",
    convert="string",
    class_constants=True,
    signal_connects_twice=True,
    servers=False,
)


def test_a_host_of_data_alone_is_the_same_in_both_languages(write: Write) -> None:
    path = write(f"""
var log = [];
var s = new WebSocket("{URL}");
function note(name) {{
    return function (data) {{
        log.push([name, s.readyState].concat(data ? Object.values(data) : []));
    }};
}}
s.onerror = note("error"); s.onmessage = note("message"); s.onclose = note("close");
s.onopen = function () {{
    s.close(1000, "bye");
    log.push(["closing", s.readyState]);
    s.send([1, 2]);
}};
function late() {{
    try {{ s.send("x"); }} catch (e) {{ return e.name + ": " + e.message; }}
}}
var facts = [s.binaryType, WebSocket.OPEN, typeof WebSocketServer];
""")
    with Harness(profile=LOUD) as ws_fake:
        ws_fake.serve(URL, Transcript().client_closes(4321, "bye"))
        script = ws_fake.load_script(path)
        ws_fake.run()
        in_javascript = script.eval("log")
        assert script.eval("late()") == "InvalidStateError: it is closed"
        assert script.eval("facts") == ["shouted", 1, "undefined"]

    assert in_javascript == _in_python()


def _in_python() -> list[list[Any]]:
    log: list[list[Any]] = []
    with Harness(profile=LOUD) as ws_fake:
        ws_fake.serve(URL, Transcript().client_closes(4321, "bye"))
        s: Any = ws_fake.WebSocket(URL)
        s.onerror = lambda: log.append(["error", s.readyState])
        s.onmessage = lambda m: log.append(["message", s.readyState, m.data])
        s.onclose = lambda c: log.append(["close", s.readyState, c.code, c.reason, c.wasClean])

        def on_open() -> None:
            s.close(1000, "bye")
            log.append(["closing", s.readyState])
            s.send([1, 2])

        s.onopen = on_open
        ws_fake.run()
    return log
