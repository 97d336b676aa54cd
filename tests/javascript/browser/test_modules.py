"""Scripts that are modules."""

import pytest

from tests.javascript.writing import Write
from wsfake import Harness
from wsfake.errors import RunawayScript, ScriptError, UsageError


def test_a_module_imports_its_neighbours(page: Harness, write: Write) -> None:
    write("export const greet = (name) => `hello ${name}`; export default 7;", "lib/greet.mjs")
    write('import { greet } from "./greet.mjs"; export const late = greet("late");', "lib/late.mjs")
    path = write(
        """
import seven, { greet } from "./lib/greet.mjs";
import * as again from "./lib/../lib/greet.mjs";
console.log(greet("x"), seven, again.greet === greet, typeof this);
const { late } = await import("./lib/late.mjs");
console.log(late, import.meta.url.endsWith("/main.mjs"));
""",
        "main.mjs",
    )
    script = page.load_script(path)
    page.run()

    assert script.printed == ["hello x 7 true undefined", "hello late true"]


def test_what_a_module_throws_is_told_with_its_own_line(page: Harness, write: Write) -> None:
    write("export function fail() {\n  throw new RangeError('far');\n}\n", "far.mjs")
    path = write("import { fail } from './far.mjs';\n\nsetTimeout(() => fail());\n", "main.mjs")
    page.load_script(path)
    with pytest.raises(ScriptError) as raised:
        page.run()

    assert str(raised.value).splitlines() == [
        "RangeError: far",
        "  script  far.mjs:2:13",
        "  line    throw new RangeError('far');",
        "",
        "    at fail (far.mjs:2:13)",
        "    at main.mjs:3:18",
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import 'bare';", "there is no module 'bare': expected a file, as in './other.js'"),
        ("import './nowhere.mjs';", "nowhere.mjs': expected a file"),
        ("import { no } from './here.mjs';", "Could not find export 'no'"),
        ("x y", "SyntaxError: expecting ';'"),
        ("export const = 1;", "SyntaxError: variable name expected\n  script  main.mjs:1:"),
    ],
)
def test_a_module_that_cannot_be_fails_the_test(
    source: str, told: str, page: Harness, write: Write
) -> None:
    write("export {};", "here.mjs")
    page.load_script(write(source, "main.mjs"))
    with pytest.raises(ScriptError) as raised:
        page.run()

    assert told in str(raised.value)


def test_a_module_without_end_is_stopped(page: Harness, write: Write) -> None:
    page.load_script(write("for (;;);", "main.mjs"), time_limit=0.2)
    with pytest.raises(RunawayScript, match="the script was stopped"):
        page.run()


def test_scripts_of_qt_hosts_are_no_modules(write: Write) -> None:
    path = write("export {};", "main.mjs")
    with (
        Harness() as ws_fake,
        pytest.raises(UsageError, match=r"main.mjs: scripts of .* are no modules"),
    ):
        ws_fake.load_script(path)


def test_where_the_engine_cannot_be_asked_there_are_no_modules(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsfake.javascript.modules.native_context", lambda context: None)
    path = write("export {};", "main.mjs")
    with (
        Harness(profile="browser") as ws_fake,
        pytest.raises(UsageError, match="modules cannot be loaded here"),
    ):
        ws_fake.load_script(path)


def test_rejections_are_told_also_where_the_engine_does_not_tell_of_them(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsfake.javascript.rejections.native_context", lambda context: None)
    path = write("addEventListener('x', async () => { throw 1; }); dispatchEvent(new Event('x'));")
    with Harness(profile="browser") as ws_fake, pytest.raises(ScriptError, match="nothing handles"):
        ws_fake.load_script(path)
        ws_fake.run()
