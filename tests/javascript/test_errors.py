"""What a test sees of a script's mistakes."""

import sys
import warnings
from pathlib import Path

import pytest

from tests.javascript.writing import Write
from wsfake import Harness, LintWarning, Transcript
from wsfake.errors import (
    ConnectionNotAnswered,
    ScriptError,
    UnexpectedClose,
    UnexpectedMessage,
    UsageError,
)

URL = "ws://peer.example"

TOLD = {
    "thrown at top level": (
        "var a = 1;\nthrow new TypeError('no');",
        "TypeError: no\n  script  script.js:2:11\n  line    throw new TypeError('no');",
    ),
    "a mistake in the syntax": (
        "var a = 1;\nvar b = ;\n",
        "SyntaxError: unexpected token in expression: ';'\n"
        "  script  script.js:2:9\n"
        "  line    var b = ;",
    ),
    "a module that is none": (
        "import { a } from './a.js';",
        "SyntaxError: Unexpected token '{' (a module is a file .mjs, in the profile browser)\n"
        "  script  script.js:1:8\n"
        "  line    import { a } from './a.js';",
    ),
    "a name that there is not": (
        "\n\nnothing();",
        "ReferenceError: nothing is not defined\n  script  script.js:3:1\n  line    nothing();",
    ),
    "the timer that these hosts have not": (
        "setTimeout(f, 1);",
        "ReferenceError: setTimeout is not defined (this host has Script.setTimeout)\n"
        "  script  script.js:1:1\n"
        "  line    setTimeout(f, 1);",
    ),
    "thrown text": ("throw 'text';", "text\n  script  script.js"),
    "thrown null": (
        "throw null;",
        "InternalError: out of memory, or the script threw null\n  script  script.js",
    ),
    "null thrown in a handler": (
        "Script.setTimeout(() => { throw null; }, 1)",
        "null\n  script  script.js",
    ),
    "a thrown symbol": ("throw Symbol('x');", "something that has no text\n  script  script.js"),
    "a thrown object whose text throws": (
        "throw { toString() { throw 1; } };",
        "something that has no text\n  script  script.js",
    ),
    "a long message": (
        "throw 'x'.repeat(1e6);",
        f"{'x' * 3960}... (1000000 characters)\n  script  script.js",
    ),
    "a thrown object": (
        "Script.setTimeout(() => { throw { a: 1 }; }, 1)",
        '{"a":1}\n  script  script.js',
    ),
    "a rejection": (
        "Promise.reject(new Error('lost'));",
        "a promise was rejected, and nothing handles it: Error: lost\n"
        "  script  script.js:1:20\n"
        "  line    Promise.reject(new Error('lost'));",
    ),
    "a rejection without an error": (
        "Promise.reject('lost');",
        "a promise was rejected, and nothing handles it: lost\n  script  script.js",
    ),
    "an error in a floating async function": (
        "async function main() {\n    await null;\n    throw new Error('lost');\n}\nmain();\n1;",
        "a promise was rejected, and nothing handles it: Error: lost\n"
        "  script  script.js:3:15\n"
        "  line    throw new Error('lost');",
    ),
    "no message to send": (
        "var s = new WebSocket('ws://a b/');\ns.send();",
        "Error: expected a message to send, as in: socket.send('hello')\n"
        "  script  script.js:2:3\n"
        "  line    s.send();",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TOLD)
def test_an_error_names_the_line(what: str, write: Write) -> None:
    source, told = TOLD[what]
    with Harness() as ws_fake:
        ws_fake.load_script(write(source))
        with pytest.raises(ScriptError) as caught:
            ws_fake.run()
    assert str(caught.value) == told


def test_an_error_that_no_run_has_told_is_told_at_the_end(write: Write) -> None:
    with pytest.raises(ScriptError, match="no"), Harness() as ws_fake:
        ws_fake.load_script(write("throw new Error('no')"))


def test_an_error_is_told_to_the_script_wherever_it_comes_from(write: Write) -> None:
    path = write("""
Script.unhandledException.connect(function (error) { print(error.name, error.message); });
Script.setTimeout(function () { throw new RangeError("timer"); }, 10);
throw new TypeError("top");
""")
    with Harness() as ws_fake:
        script = ws_fake.load_script(path)
        assert script.printed == ["TypeError top"]
        for line in (4, 3):
            with pytest.raises(ScriptError, match=f"script.js:{line}:"):
                ws_fake.run()
    assert script.printed == ["TypeError top", "RangeError timer"]


def test_a_rejection_that_is_handled_in_time_is_none(write: Write) -> None:
    with Harness() as ws_fake:
        ws_fake.load_script(
            write("""
Promise.reject(1).catch(() => {});
(async () => { try { await Promise.reject(2); } catch (e) { print(e); } })();
""")
        )
        ws_fake.run()


def test_an_error_in_an_included_file_names_that_file(write: Write) -> None:
    write("var x = 1;\nfunction fail() {\n    x.y.z();\n}\n", "lib/broken.js")
    with Harness() as ws_fake:
        ws_fake.load_script(write("Script.include('lib/broken.js');\nfail();"))
        with pytest.raises(ScriptError) as caught:
            ws_fake.run()
    assert str(caught.value) == (
        "TypeError: cannot read property 'z' of undefined\n"
        "  script  lib/broken.js:3:5\n"
        "  line    x.y.z();\n"
        "\n"
        "    at fail (lib/broken.js:3:5)\n"
        "    at script.js:2:1"
    )


def test_a_message_that_was_not_expected_names_the_line_that_sent_it(write: Write) -> None:
    path = write(f"var s = new WebSocket('{URL}');\ns.onopen = () => s.send('ho');\n")
    with pytest.raises(UnexpectedMessage) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("hi"))
        ws_fake.load_script(path)
        ws_fake.run()
    assert (
        str(caught.value)
        == """\
client message #1 does not match the transcript (connection 1, t=0.000 s)
  script    script.js:2:20
  line      s.onopen = () => s.send('ho');
  url       ws://peer.example
  expected  "hi"
  actual    "ho"
  differs   at character 1: "i" expected, "o" came

  connect ws://peer.example
       0 ms  server  accepts
>      0 ms  client  "hi"

  correct the script, or this .client(...) of the transcript"""
    )


def test_a_close_that_came_too_early_names_its_line(write: Write) -> None:
    path = write(f"var s = new WebSocket('{URL}');\ns.onopen = () => s.close();\n")
    with pytest.raises(UnexpectedClose) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("hi"))
        ws_fake.load_script(path)
        ws_fake.run()
    assert str(caught.value).splitlines()[1:3] == [
        "  script    script.js:2:20",
        "  line      s.onopen = () => s.close();",
    ]


def test_a_url_that_nothing_answers_names_the_line_that_connects(write: Write) -> None:
    with pytest.raises(ConnectionNotAnswered) as caught, Harness() as ws_fake:
        ws_fake.load_script(write(f"\nnew WebSocket('{URL}');"))
        ws_fake.run()
    assert str(caught.value).splitlines()[1:3] == [
        "  script    script.js:2:5",
        "  line      new WebSocket('ws://peer.example');",
    ]


def test_the_host_tells_the_script_of_what_it_did_not_catch(write: Write) -> None:
    with Harness() as ws_fake:
        script = ws_fake.load_script(
            write("""
Script.unhandledException.connect(function (e) {
    print("told", e.message);
    throw new Error("again");
});
Script.setTimeout(function () { throw new Error("first"); }, 5);
""")
        )
        with pytest.raises(ExceptionGroup) as caught:
            ws_fake.run()
        assert script.printed == ["told first"]
    assert [str(error).splitlines()[0] for error in caught.value.exceptions] == [
        "Error: first",
        "Error: again",
    ]


ON_ERROR = {
    "function (err) {}": "err",
    "function named(err) {}": "err",
    "async function (err) {}": "err",
    "function* (err) {}": "err",
    "err => {}": "err",
    "async err => {}": "err",
    "(err, more) => {}": "err",
    "async (err) => {}": "err",
    "({ async onerror(err) {} }).onerror": "err",
    "({ message }) => {}": "its argument",
}


@pytest.mark.parametrize("handler", ON_ERROR)
def test_the_argument_that_is_not_there_is_named(handler: str, write: Write) -> None:
    told = f"onerror is called without an argument on this host: {ON_ERROR[handler]} is undefined"
    with Harness() as ws_fake:
        ws_fake.serve(URL)
        with pytest.warns(LintWarning) as warned:
            ws_fake.load_script(write(f"new WebSocket('{URL}').onerror = {handler};"))
    assert [str(warning.message) for warning in warned] == [f"{told} there"]


@pytest.mark.parametrize("profile", ["overte", "browser"])
@pytest.mark.parametrize("name", ["on_message", "onMessage", "onClose"])
def test_a_handler_under_another_name_is_noticed_and_kept(
    name: str, profile: str, write: Write
) -> None:
    source = f"""
var s = new WebSocket("{URL}"), keys = [];
var before = [s.{name}, Object.keys(s).length];
s.{name} = 5; delete s.{name};
s.{name} = function () {{ return 7; }};
s.onmessage = s.other = function () {{}};
for (var key in s) keys.push(key);
"""
    with Harness(profile=profile) as ws_fake, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        ws_fake.serve(URL)
        script = ws_fake.load_script(write(source))
        ws_fake.run()
        assert script.eval(f"[s.{name}(), keys.includes('{name}')]") == [7, True]
        assert script.eval("before[0]") is None
    (warning,) = warned
    assert (warning.filename, warning.lineno) == ("script.js", 5)
    right = name.replace("_", "").lower()
    assert str(warning.message) == f"{name} is never called: the handler is {right}"


LINTS = {
    f"var s = new WebSocket('{URL}');\ns.send('early');": (
        2,
        "sent before the connection was open: the message is lost; send it in onopen",
    ),
    f"var s = new WebSocket('{URL}');\nif (s.readyState === WebSocket.OPEN) {{}}": (
        2,
        "WebSocket.OPEN is undefined on this host: use the constant of an instance, socket.OPEN",
    ),
    f"var s = new WebSocket('{URL}');\n\ns.onerror = function (problem) {{}};": (
        3,
        "onerror is called without an argument on this host: problem is undefined there",
    ),
    "new WebSocketServer(8080);": (
        1,
        "WebSocketServer(8080) ignores the number and takes a free port:"
        ' write WebSocketServer({"port": 8080})',
    ),
}


@pytest.mark.parametrize("source", LINTS)
def test_a_mistake_that_the_host_passes_over_is_a_warning(source: str, write: Write) -> None:
    line, told = LINTS[source]
    with Harness() as ws_fake, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        ws_fake.serve(URL, connections=None)
        ws_fake.load_script(write(source))
        ws_fake.run()
    (warning,) = warned
    assert (warning.filename, warning.lineno, str(warning.message)) == ("script.js", line, told)


def test_a_script_that_reconnects_twice_is_warned_of_it(write: Write) -> None:
    path = write(f"""
function again() {{ Script.setTimeout(connect, 10); }}
var left = 1;
function connect() {{
    var s = new WebSocket("{URL}");
    if (left-- > 0) {{ s.onclose = again; s.onerror = again; }}
}}
connect();
""")
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server_refuses(), connections=None)
        ws_fake.load_script(path)
        with pytest.warns(LintWarning, match="connected to again from both"):
            ws_fake.run()


def test_a_warning_may_be_an_error(write: Write) -> None:
    with Harness() as ws_fake, warnings.catch_warnings():
        warnings.simplefilter("error")
        ws_fake.serve(URL, connections=None)
        ws_fake.load_script(write(f"var s = new WebSocket('{URL}');\ns.send('early');"))
        with pytest.raises(LintWarning, match="sent before the connection was open"):
            ws_fake.run()


def test_without_the_extra_it_says_what_to_install(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "quickjs", None)
    with Harness() as ws_fake, pytest.raises(UsageError) as caught:
        ws_fake.load_script(write(""))
    assert str(caught.value) == "scripts in JavaScript need an engine: pip install wsfake[js]"


@pytest.mark.parametrize("name", ["missing.js", f"{'n' * 300}.js"])
def test_a_script_that_is_not_there_is_told(write: Write, name: str) -> None:
    folder = write("").parent
    with Harness() as ws_fake, pytest.raises(UsageError) as caught:
        ws_fake.load_script(name)
    assert str(caught.value) == (
        f"{name}: there is no such script in {folder}, or in {Path(__file__).parent}"
    )


def test_a_script_beside_its_test_is_found(write: Write) -> None:
    write("")  # which goes to another folder
    with Harness() as ws_fake:
        assert ws_fake.load_script("signal.js").eval("given") is None


def test_another_kind_of_script_is_refused(write: Write) -> None:
    with Harness() as ws_fake, pytest.raises(UsageError) as caught:
        ws_fake.load_script(write(""), kind="server")
    assert str(caught.value) == (
        "expected the kind of a script, one of interface, client entity, avatar, server entity,"
        " assignment client, got 'server'"
    )


def test_a_script_that_writes_stacks_itself_is_no_harm(write: Write) -> None:
    path = write(f"""
Error.prepareStackTrace = function () {{ return [1]; }};
var s = new WebSocket("{URL}");
s.onopen = function () {{ s.send("ho"); throw new Error("no"); }};
""")
    with pytest.raises(ExceptionGroup) as caught, Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("hi"))
        ws_fake.load_script(path)
        ws_fake.run()
    told = [str(error).splitlines()[:2] for error in caught.value.exceptions]
    assert ["Error: no", "  script  script.js"] in told


REPORT = """
def test_feed(ws_fake):
    from wsfake import Transcript
    ws_fake.serve("ws://peer.example", Transcript().client("hi"))
    script = ws_fake.load_script("feed.js")
    ws_fake.run()
"""


def test_a_report_ends_at_the_line_of_the_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pytester.path / "feed.js").write_text(
        f"var s = new WebSocket('{URL}');\ns.onopen = function () {{ s.send('ho'); }};"
    )
    pytester.makepyfile(test_feed=REPORT)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = pytester.runpytest_subprocess("-p", "pytest_wsfake.plugin", "-p", "no:cacheprovider")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        ">       ws_fake.run()",
        "E       wsfake.errors.UnexpectedMessage: client message #1 does not match the transcript*",
        "E         script    feed.js:2:*",
        "E         line      s.onopen = function () { s.send('ho'); };",
        "test_feed.py:5: UnexpectedMessage",
    ])  # fmt: skip
