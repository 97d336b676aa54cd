"""The shapes that scripts have, how they end, and the files that they are made of."""

import pytest

from tests.javascript.writing import Write
from wsfake import Harness, Transcript
from wsfake.errors import ScriptError, UsageError
from wsfake.model import Close, End

URL = "ws://peer.example"
ENTITY = """{before}(function () {{
    this.preload = function (id) {{ print("preload", id); }};
    this.unload = function (id) {{ print("unload", id); }};
}}){after}"""


@pytest.mark.parametrize("before", ["", "var a = 1;\n", "print('top');\n", "// a comment\n", "1; "])
@pytest.mark.parametrize("after", ["", ";", "\n", "; // constructed\n", "\n/* the\nend */\n"])
def test_a_function_alone_at_the_end_is_an_entity_script(
    before: str, after: str, write: Write
) -> None:
    with Harness() as ws_fake:
        script = ws_fake.load_script(write(ENTITY.format(before=before, after=after)), entity=None)
        script.stop()
    entity = "{5ca1ab1e-0000-4000-8000-000000000001}"
    assert script.printed[-2:] == [f"preload {entity}", f"unload {entity}"]


PLAIN = {
    "a handler that is set last": "var o = {}; o.onclose = function () { print('called'); }",
    "a handler in parentheses": "var o = {}; o.onclose = (function () { print('called'); });",
    "an arrow that ends with a call": "var o = {}; o.f = () => print('called')",
    "a function that is handed on": (
        "function same(f) { return f; }\nsame(function () { print('called'); })"
    ),
    "a class": "class A { constructor() { print('called'); } }",
    "a function that was called": "(function () { print('once'); })()",
}


@pytest.mark.parametrize("what", PLAIN)
def test_what_is_no_entity_script_is_not_constructed(what: str, write: Write) -> None:
    with Harness() as ws_fake:
        script = ws_fake.load_script(write(PLAIN[what]))
        script.stop()
    assert "called" not in script.printed


def test_an_entity_script_may_return_what_it_is(write: Write) -> None:
    path = write("function Thing() {}\nThing.prototype.preload = (id) => print(id);\nThing;")
    with Harness() as ws_fake:
        assert ws_fake.load_script(path, entity="{7}").printed == ["{7}"]
        assert ws_fake.load_script(path).printed == []


def test_an_error_in_preload_is_told(write: Write) -> None:
    path = write("(function () { this.preload = function () { nothing(); }; })")
    with Harness() as ws_fake:
        ws_fake.load_script(path)
        with pytest.raises(ScriptError, match="nothing is not defined"):
            ws_fake.run()


@pytest.mark.parametrize(
    ("kind", "servers", "context"),
    [
        ("interface", False, "client"),
        ("client entity", False, "entity_client"),
        ("avatar", False, "client"),
        ("server entity", True, "entity_server"),
        ("assignment client", True, "agent"),
    ],
)
def test_a_kind_of_script_may_listen_or_not(
    kind: str, servers: bool, context: str, write: Write
) -> None:
    path = write("print(typeof WebSocketServer, Script.context);")
    with Harness() as ws_fake:
        script = ws_fake.load_script(path, kind=kind)
    assert script.printed == [f"{'function' if servers else 'undefined'} {context}"]


# The end

ENDING = f"""
var s = new WebSocket("{URL}");
s.onclose = function () {{ print("closed"); }};
Script.setInterval(function () {{ print("tick"); }}, 1000);
Script.scriptEnding.connect(function () {{
    print("ending", s.readyState);
    Script.setTimeout(function () {{ print("too late"); }}, 1);
}});
"""


def test_a_script_that_is_stopped_leaves_with_1001(write: Write) -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client_closes(1001, ""))
        script = ws_fake.load_script(write(ENDING))
        ws_fake.advance(1.5)
        script.stop()
        script.stop()
        ws_fake.advance(5)

        assert script.printed == ["tick", "ending 1"]
        assert ws_fake.dialogue.entries[2].what == Close(1001)
        with pytest.raises(UsageError, match="has ended: ask it before"):
            script.eval("1")


def test_a_test_that_ends_stops_its_scripts(write: Write) -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL)
        script = ws_fake.load_script(write(ENDING))
        ws_fake.advance(1.5)
    assert script.printed == ["tick", "ending 1"]
    assert ws_fake.dialogue.entries[-1].what == End()


def test_a_script_may_stop_itself(write: Write) -> None:
    path = write(
        f"{ENDING}\nScript.setTimeout(function () {{ Script.stop(); print('yet'); }}, 10);"
    )
    with Harness() as ws_fake:
        ws_fake.serve(URL)
        script = ws_fake.load_script(path)
        ws_fake.advance(5)
        assert script.printed == ["yet", "ending 1"]


def test_servers_of_a_script_that_ends_end_with_it(write: Write) -> None:
    path = write("var server = new WebSocketServer({ port: 50100 });")
    with Harness() as ws_fake:
        first = ws_fake.load_script(path)
        assert ws_fake.load_script(path).eval("server.listening") is False
        first.stop()
        assert ws_fake.load_script(path).eval("server.listening") is True


def test_what_is_said_at_the_end_goes_out(write: Write) -> None:
    path = write(f"""
var s = new WebSocket("{URL}");
Script.scriptEnding.connect(function () {{ s.send("bye"); s.close(); }});
""")
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("bye").client_closes(1000))
        ws_fake.load_script(path)
        ws_fake.run()


# Files


def test_a_file_by_a_name_that_is_made_up_is_given(write: Write) -> None:
    library = write("print('included');", "lib/one.js")
    path = write(
        "Script.include('lib/' + 'one' + '.js'); Script.include('https://cdn.example/x.js');"
    )
    with Harness() as ws_fake:
        script = ws_fake.load_script(path, files={
            "lib/one.js": library, "https://cdn.example/x.js": library,
        })  # fmt: skip
        assert script.printed == ["included", "included"]


def test_a_file_that_is_not_there_is_told(write: Write) -> None:
    with Harness() as ws_fake:
        ws_fake.load_script(write("Script.include('li' + 'b.js');"))
        with pytest.raises(ScriptError) as caught:
            ws_fake.run()
    assert str(caught.value).splitlines()[0] == (
        'Error: Script.include("lib.js"): there is no such file among those that the script names;'
        " give it to the script: load_script(..., files=[...])"
    )


def test_files_may_be_a_list(write: Write) -> None:
    write("print('included');", "lib/one.js")
    path = write("['one'].forEach(function (n) { Script.include('lib/' + n + '.js'); });")
    with Harness() as ws_fake:
        assert ws_fake.load_script(path, files=["lib/one.js"]).printed == ["included"]
        with pytest.raises(UsageError, match="expected a list of files, or names and files"):
            ws_fake.load_script(path, files="lib/one.js")


def test_what_a_library_declares_lives_on_in_it(write: Write) -> None:
    write("let count = 0; const step = 2; function next() { count += step; return count; }", "a.js")
    path = write(
        "Script.include('./a.js', () => print('loaded')); next(); next(); print(count, step);"
    )
    with Harness() as ws_fake:
        assert ws_fake.load_script(path).printed == ["loaded", "4 2"]


def test_a_file_is_included_once_and_required_once(write: Write) -> None:
    write("print('a');", "a.js")
    write("print('m'); module.exports = {};", "m.js")
    path = write("""
Script.include("a.js"); Script.include(["a.js", "./a.js"]);
print(Script.require("./m") === Script.require("m.js"));
""")
    with Harness() as ws_fake:
        assert ws_fake.load_script(path).printed == ["a", "m", "true"]


def test_a_path_is_resolved_from_the_file_that_asks(write: Write) -> None:
    write("print(Script.resolvePath('x.wav'));", "lib/a.js")
    path = write(
        "Script.include('lib/a.js'); print(Script.resolvePath('../y.wav')); print(Script.resolvePath('http://z/'));"
    )
    with Harness() as ws_fake:
        script = ws_fake.load_script(path)
    folder = path.resolve().parent
    assert script.printed == [
        f"file://{folder}/lib/x.wav", f"file://{folder.parent}/y.wav", "http://z/",
    ]  # fmt: skip


def test_a_module_requires_from_its_own_folder_at_any_time(write: Write) -> None:
    write(
        "exports.name = 'util'; exports.far = () => module.require('../far').name;", "app/util.js"
    )
    write("exports.name = 'far';", "far.js")
    write(
        """
exports.start = function () { var util = require("./util.js"); print(util.name, util.far()); };
exports.where = () => require.resolve("./util");
""",
        "app/app.js",
    )
    path = write("""
var app = Script.require("./app/app.js");
app.start();
Script.setTimeout(() => print(app.where().endsWith("/app/util.js")), 10);
""")
    with Harness() as ws_fake:
        script = ws_fake.load_script(path)
        ws_fake.run()
    assert script.printed == ["util far", "true"]


def test_a_function_of_a_file_asks_from_that_file_at_any_time(write: Write) -> None:
    write("print('part');", "lib/part.js")
    write("exports.name = 'module';", "lib/module.js")
    write(
        """
function later() {
    ["part.js"].forEach(function (name) { Script.include(name); });
    print(Script.require("./module.js").name, eval("Script.resolvePath('x.wav')"));
    print(Script.require.resolve("module.js"));
    mine();
}
""",
        "lib/a.js",
    )
    path = write("""
Script.include("lib/a.js");
Script.setTimeout(later, 10);
function mine() { print(Script.resolvePath("x.wav")); }
""")
    with Harness() as ws_fake:
        script = ws_fake.load_script(path)
        ws_fake.run()
        folder = f"file://{path.resolve().parent}"
        assert script.eval("Script.resolvePath('x.wav')") == f"{folder}/x.wav"
    assert script.printed == [
        "part",
        f"module {folder}/lib/x.wav",
        f"{folder}/lib/module.js",
        f"{folder}/x.wav",
    ]


def test_what_strict_code_declares_is_shared_too(write: Write) -> None:
    write(
        """
"use strict"; // function for whom, var in what, let this be
var version = 2, größe = 3;
const { low, high: [top] } = { low: 0, high: [9] };
let $wsfake2 = "v", v = 1;
function clamp(x) { var inner = 7; return Math.min(Math.max(x, low), top); }
class Point {}
function next() { return ++v; }
""",
        "lib.js",
    )
    path = write("""
Script.include("lib.js");
print(clamp(50), version, größe, low, top, $wsfake2, typeof inner, typeof high, typeof new Point());
v = 5;
print(next(), v, typeof Math.min);
""")
    with Harness() as ws_fake:
        script = ws_fake.load_script(path)
        assert script.printed == ["9 2 3 0 9 v undefined undefined object", "6 6 function"]


def test_a_module_that_throws_throws_again(write: Write) -> None:
    write("exports.x = 1; throw new Error('boom');", "a.js")
    write("{", "b.json")
    path = write("""
["./a.js", "./a.js", "./b.json", "./b.json"].forEach(function (name) {
    try { print(JSON.stringify(Script.require(name))); } catch (error) { print(error.name); }
});
""")
    with Harness() as ws_fake:
        script = ws_fake.load_script(path)
        assert script.printed == ["Error", "Error", "SyntaxError", "SyntaxError"]


def test_a_file_of_a_windows_editor_is_read(write: Write) -> None:
    path = write("")
    path.write_bytes(b"\xef\xbb\xbf#!/usr/bin/env node\r\nprint('a\\\r\nb');\r\n")
    with Harness() as ws_fake:
        assert ws_fake.load_script(path).printed == ["ab"]


def test_what_is_no_text_is_refused(write: Write) -> None:
    path = write("")
    path.write_bytes(b"print('\xff')")
    with Harness() as ws_fake, pytest.raises(UsageError) as caught:
        ws_fake.load_script(path)
    assert str(caught.value) == f"{path.resolve()}: is no UTF-8, at byte 7"


def test_a_file_with_a_nul_is_refused(write: Write) -> None:
    path = write("var a;\nvar b = '\0';")
    with Harness() as ws_fake, pytest.raises(UsageError) as caught:
        ws_fake.load_script(path)
    assert str(caught.value) == f"{path.resolve()}: is no script: there is a NUL in line 2"


def test_a_file_that_is_given_and_is_not_there_is_refused(write: Write) -> None:
    path = write("")
    with Harness() as ws_fake, pytest.raises(UsageError, match="there is no such script in"):
        ws_fake.load_script(path, files={"x.js": "no.js"})
