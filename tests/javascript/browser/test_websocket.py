"""`WebSocket` of a page: the standard, as JavaScript shows it."""

import warnings
from typing import Any

import pytest

from tests.javascript.browser.conftest import Show
from tests.javascript.writing import Write
from wsfake import Harness, Transcript
from wsfake.errors import UnexpectedMessage
from wsfake.model import Accept, Close, Side

URL = "ws://h.test/echo"


def test_a_socket_opens_echoes_and_closes(show: Show) -> None:
    assert show(f"""
const socket = new WebSocket("{URL}", ["one", "two"]);
console.log(socket.readyState, socket.url, JSON.stringify(socket.protocol), socket.binaryType);
socket.onopen = (event) => {{
  console.log(event.type, event.isTrusted, event.target === socket, socket.protocol);
  socket.send("hello");
}};
socket.onmessage = ({{ data, origin }}) => {{
  console.log(data, origin);
  socket.close(3001, "enough");
  console.log(socket.readyState);
}};
socket.onclose = ({{ code, wasClean }}) => console.log(code, wasClean, socket.readyState);
""") == [
        '0 ws://h.test/echo "" blob',
        "open true true one",
        "hello ws://h.test",
        "2",
        "3001 true 3",
    ]


def test_binary_messages_are_blobs_or_buffers(show: Show) -> None:
    assert show(f"""
const socket = new WebSocket("{URL}");
socket.onopen = () => socket.send(new Uint16Array([1, 2, 3]).subarray(1));
socket.onmessage = async ({{ data }}) => {{
  if (data instanceof Blob) {{
    console.log(data.size, new Uint8Array(await data.arrayBuffer()));
    socket.binaryType = "nonsense";
    socket.binaryType = "arraybuffer";
    socket.send(new Blob(["é", data]));
  }} else console.log(data instanceof ArrayBuffer, new Uint8Array(data));
}};
""") == ["4 [2, 0, 3, 0]", "true [195, 169, 2, 0, 3, 0]"]


@pytest.mark.filterwarnings("ignore:sent after the connection was closed")
def test_what_is_sent_counts_as_buffered_until_the_turn_is_over(show: Show) -> None:
    assert show(f"""
const socket = new WebSocket("{URL}");
socket.onopen = () => {{
  socket.send("é");
  socket.send(new ArrayBuffer(3));
  socket.send("");
  console.log(socket.bufferedAmount);
}};
socket.onmessage = ({{ data }}) => {{
  if (data !== "") return;
  console.log(socket.bufferedAmount);
  socket.close();
  socket.send("lost");
  console.log(socket.bufferedAmount);
}};
socket.onclose = () => console.log(socket.bufferedAmount);
""") == ["5", "0", "4", "4"]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ('new WebSocket("ftp://h.test/")', "SyntaxError 12"),
        ('new WebSocket("ws://h.test/#x")', "SyntaxError 12"),
        (f'new WebSocket("{URL}", ["a", "A"])', "SyntaxError 12"),
        (f'new WebSocket("{URL}", "a b")', "SyntaxError 12"),
        (f'new WebSocket("{URL}").send("early")', "InvalidStateError 11"),
        (f'new WebSocket("{URL}").close(1001)', "InvalidAccessError 15"),
        (f'new WebSocket("{URL}").close(null)', "InvalidAccessError 15"),
        (f'new WebSocket("{URL}").close(1000, "é".repeat(62))', "SyntaxError 12"),
        ("new WebSocket()", "TypeError undefined"),
        (f'WebSocket("{URL}")', "TypeError undefined"),
        (f'new WebSocket("{URL}").send()', "TypeError undefined"),
        ("WebSocket.prototype.readyState", "TypeError undefined"),
        (f'new WebSocket("{URL}", [Symbol()])', "TypeError undefined"),
    ],
)
def test_what_cannot_be_throws_at_once(call: str, error: str, show: Show) -> None:
    source = f"try {{ {call}; console.log('no'); }} catch (e) {{ console.log(e.name, e.code); }}"
    assert show(source) == [error]


def test_a_code_is_clamped_and_halves_go_to_the_even_one(page: Harness, write: Write) -> None:
    page.serve("ws://h.test/", Transcript().client_closes(), connections=None)
    page.load_script(
        write("""
for (const code of [2999.6, 4000.5, 4001.5, "4003"]) {
  const socket = new WebSocket("ws://h.test/");
  socket.onopen = () => socket.close(code);
}
""")
    )
    page.run()

    said = [entry.what for entry in page.dialogue.entries if entry.side is Side.CLIENT]
    codes = [what.code for what in said if isinstance(what, Close)]
    assert codes == [3000, 4000, 4002, 4003]


def test_the_interface_is_as_web_idl_makes_it(show: Show) -> None:
    assert show("""
const own = (name) => Object.getOwnPropertyDescriptor(WebSocket.prototype, name);
console.log(WebSocket.length, WebSocket.name, String(WebSocket.prototype), own("send").enumerable);
console.log(WebSocket.OPEN, WebSocket.prototype.CLOSED, own("OPEN").writable, own("url").set);
console.log(WebSocket.prototype.send.length, WebSocket.prototype.close.length);
console.log(Object.keys(globalThis).includes("WebSocket"), WebSocket.prototype instanceof EventTarget);
""") == ["1 WebSocket [object WebSocket] true", "1 3 false undefined", "1 0", "false true"]


def test_lone_surrogates_are_replaced(show: Show) -> None:
    assert show(f"""
const socket = new WebSocket("{URL}");
socket.onopen = () => socket.send("a\\ud800\\0b");
socket.onmessage = ({{ data }}) => console.log(data === "a\\ufffd\\0b");
""") == ["true"]


def test_extensions_are_shown_as_the_server_chose_them(page: Harness, write: Write) -> None:
    page.serve("ws://h.test/slow", Transcript().server_stalls())
    script = page.load_script(write('var socket = new WebSocket("ws://h.test/slow");'))
    page.run()
    page._host.sockets[-1].arrive(Accept(extensions=("permessage-deflate",)))

    assert script.eval("socket.extensions") == "permessage-deflate"


def test_a_port_that_is_blocked_is_an_error_and_then_a_close(show: Show) -> None:
    assert show("""
const socket = new WebSocket("ws://h.test:6667/");
socket.onerror = ({ type }) => console.log(type);
socket.onclose = ({ code }) => console.log(code);
""") == ["error", "1006"]


def test_a_mismatch_names_the_line_of_the_script(write: Write) -> None:
    path = write("""const socket = new WebSocket("ws://h.test/");
socket.onopen = () => {
  socket.send("no");
};
""")
    with Harness(profile="browser", unplayed="ignore") as ws_fake:
        ws_fake.serve("ws://h.test/", Transcript().client("yes"))
        ws_fake.load_script(path)
        with pytest.raises(UnexpectedMessage) as raised:
            ws_fake.run()

    assert "script    script.js:3:10" in str(raised.value)


def test_sending_after_close_is_warned_of(page: Harness, write: Write) -> None:
    path = write(f'var s = new WebSocket("{URL}"); s.onopen = () => {{ s.close(); s.send("x"); }};')
    page.load_script(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        page.run()

    [warning] = caught
    assert "after the connection was closed" in str(warning.message)
    assert (warning.filename, warning.lineno) == ("script.js", 1)


def test_the_end_of_a_script_leaves_its_page(page: Harness, write: Write) -> None:
    script = page.load_script(
        write(f"""
const socket = new WebSocket("{URL}");
socket.onclose = () => console.log("never");
window.onpagehide = () => console.log("pagehide", socket.readyState);
addEventListener("unload", () => console.log("unload"));
setInterval(() => console.log("never"), 10);
""")
    )
    page.run()
    script.stop()
    page.advance(1)

    assert script.printed == ["pagehide 1", "unload"]
    said: Any = page.dialogue.entries[-1].what
    assert [e.what for e in page.dialogue.entries if e.side is Side.CLIENT][-1] == Close(1001, "")
    assert said is not None


def test_both_languages_negotiate_alike(page: Harness, write: Write) -> None:
    socket: Any = page.WebSocket(URL, ["a"])
    script = page.load_script(write(f'var socket = new WebSocket("{URL}", ["a"]);'))
    page.run()

    shown = script.eval("[socket.protocol, socket.extensions, socket.url, socket.readyState]")
    assert shown == [socket.protocol, socket.extensions, socket.url, socket.readyState]


def test_a_url_is_relative_to_the_page_if_there_is_one(page: Harness, write: Write) -> None:
    page.serve("ws://page.test/folder/live", Transcript())
    script = page.load_script(write('var socket = new WebSocket("live");'))
    page.run()
    assert script.eval("socket.url") == "ws://page.test/folder/live"

    with Harness(profile="browser") as ws_fake:
        told = ws_fake.load_script(
            write("try { new WebSocket('live') } catch (e) { console.log(e.message) }")
        ).printed
        assert told == ['expected a URL, got "live" (for a relative one, set base_url)']
