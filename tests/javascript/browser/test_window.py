"""The global object of a page: timers, events, errors, `console`, `location` and the clock."""

import pytest

from tests.javascript.browser.conftest import Show
from tests.javascript.writing import Write
from wsfake import Harness
from wsfake.errors import RunawayScript, ScriptError


def test_timers_take_arguments_and_have_numbers(show: Show) -> None:
    assert show("""
const id = setTimeout((a, b) => console.log(a, b, performance.now()), 1500, "x", 2);
console.log(typeof id, setInterval.length);
let left = 2;
const every = setInterval(() => { console.log("tick", performance.now()); if (--left === 0) clearInterval(every); }, 700);
const never = setTimeout(() => console.log("never"), 1);
clearInterval(never);
clearTimeout(99);
clearTimeout();
setTimeout("console.log('text')", -5);
""") == ["number 1", "text", "tick 700", "tick 1400", "x 2 1500"]


def test_timers_that_begin_one_another_wait_four_milliseconds_after_five(show: Show) -> None:
    assert show("""
const times = [];
(function again() { times.push(performance.now()); if (times.length < 8) setTimeout(again); })();
setTimeout(() => console.log(times), 100);
""") == ["[0, 0, 0, 0, 0, 0, 4, 8]"]


def test_microtasks_come_before_timers(show: Show) -> None:
    assert show("""
setTimeout(() => console.log("timer"));
queueMicrotask(() => console.log("microtask"));
Promise.resolve().then(() => console.log("promise"));
console.log("script");
""") == ["script", "microtask", "promise", "timer"]


def test_the_clock_is_the_tests(page: Harness, write: Write) -> None:
    script = page.load_script(write("var began = [performance.now(), Date.now()];"))
    page.advance(2.5)
    assert script.eval("[performance.now() - began[0], Date.now() - began[1]]") == [2500, 2500]


def test_the_global_object_is_a_target_of_events(show: Show) -> None:
    assert show("""
console.log(window === self, self === globalThis, window instanceof EventTarget);
addEventListener("x", function (event) { console.log(this === window, event.target === window); });
window.onload = () => console.log("load");
dispatchEvent(new Event("x"));
""") == ["true true true", "true true", "load"]


def test_the_location_is_that_of_the_page(show: Show) -> None:
    assert show("""
console.log(`${location}`, location.origin, location.pathname, origin, window.isSecureContext);
try { location.href = "/other"; } catch (e) { console.log(e.name); }
""") == [
        "http://page.test/folder/page.html http://page.test /folder/page.html http://page.test false",
        "NotSupportedError",
    ]


def test_a_script_without_a_page_is_at_about_blank(write: Write) -> None:
    with Harness(profile="browser") as ws_fake:
        script = ws_fake.load_script(write("console.log(location.href, location.origin);"))
    assert script.printed == ["about:blank null"]


def test_what_a_listener_throws_does_not_stop_the_others(page: Harness, write: Write) -> None:
    script = page.load_script(
        write("""addEventListener("x", () => { throw new RangeError("one"); });
addEventListener("x", () => console.log("two"));
dispatchEvent(new Event("x"));
""")
    )
    assert script.printed == ["two"]
    with pytest.raises(ScriptError, match=r"RangeError: one\n  script  script.js:1:4"):
        page.run()


def test_an_error_that_the_page_handles_is_none(show: Show) -> None:
    assert show("""
addEventListener("error", (event) => { console.log(event.message); event.preventDefault(); }, { once: true });
setTimeout(() => { throw new Error("first"); });
setTimeout(() => {
  window.onerror = (message, file, line, column, error) => { console.log(message, error); return true; };
  throw "second";
}, 1);
setTimeout(() => {
  onunhandledrejection = (event) => { console.log(event.reason); event.preventDefault(); };
  Promise.reject("third");
}, 2);
""") == ["Error: first", "second second", "third"]


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ("undefinedFunction();", "ReferenceError: undefinedFunction is not defined true true"),
        ("throw new TypeError('a: b');", "TypeError: a: b true true"),
        ("throw 'text';", "text true false"),
        ("class Own extends Error { name = 'Own' } throw new Own('it');", "Own: it true true"),
        (
            "class Own extends Error { toString() { return 'own' } } throw new Own();",
            "own true true",
        ),
    ],
)
def test_an_error_at_the_top_level_is_told_too(mistake: str, told: str, show: Show) -> None:
    assert show(f"""
addEventListener("error", (event) => {{
  const {{ error, message }} = event;
  console.log(message, message === String(error), error instanceof Error && error.stack.includes("<input>"));
  event.preventDefault();
}});
Promise.resolve().then(() => console.log("later"));
addEventListener("load", () => console.log("load"));
{mistake}
""") == [told, "later", "load"]


def test_an_error_at_the_top_level_that_nobody_prevents_fails_the_test(
    page: Harness, write: Write
) -> None:
    script = page.load_script(
        write("onerror = (message) => console.log(message);\nnull.x;", "top.js")
    )
    assert script.printed == ["TypeError: cannot read property 'x' of null"]
    with pytest.raises(ScriptError) as caught:
        page.run()
    assert str(caught.value) == (
        "TypeError: cannot read property 'x' of null\n  script  top.js:2:1\n  line    null.x;"
    )


def test_a_rejection_that_nobody_handles_fails_the_test(page: Harness, write: Write) -> None:
    page.load_script(write("queueMicrotask(async () => { throw new Error('lost'); });"))
    with pytest.raises(ScriptError, match="a promise was rejected, and nothing handles it"):
        page.run()


@pytest.mark.parametrize(
    "source",
    [
        "while (true);",
        "setTimeout(() => { while (true); })",
        "(function again() { Promise.resolve().then(again); })()",
        "addEventListener('load', () => { for (;;); })",
    ],
)
def test_a_script_without_end_is_stopped(source: str, write: Write) -> None:
    with Harness(profile="browser") as ws_fake, pytest.raises(RunawayScript):
        ws_fake.load_script(write(source), time_limit=0.2)
        ws_fake.run()


def test_console_shows_values_and_fills_in_formats(show: Show) -> None:
    assert show("""
console.log("%s is %d%% of %i, %f", "x", 50.5, "7", 1.5, { a: [1, "b", null, undefined] });
console.error(new Map([["k", new Set([1n])]]), [,-0], new Error("e"), Symbol("s"));
const circle = {}; circle.self = circle;
console.warn(circle, [[[[[[1]]]]]], function f() {}, new Date(0), /r/g, new Uint8Array(2));
console.assert(1 === 1, "no"); console.assert(false, "yes");
console.group("in"); console.info("side"); console.groupEnd(); console.count(); console.count();
console.time("t"); console.timeEnd("t");
""") == [
        'x is 50% of 7, 1.5 { a: [1, "b", null, undefined] }',
        'Map {"k" => Set {1n}} [undefined, -0] Error: e Symbol(s)',
        "{ self: [circular] } [[[[[...]]]]] [function f] 1970-01-01T00:00:00.000Z /r/g [0, 0]",
        "Assertion failed: yes",
        "in",
        "  side",
        "default: 1",
        "default: 2",
        "t: 0 ms",
    ]


def test_qt_hosts_have_none_of_it(write: Write) -> None:
    names = ["window", "setTimeout", "EventTarget", "Blob"]
    with Harness() as ws_fake:
        script = ws_fake.load_script(write(f"print({names}.map((n) => typeof globalThis[n]));"))
    assert script.printed == ["undefined,undefined,undefined,undefined"]


def test_a_rejection_is_told_with_its_promise(show: Show) -> None:
    assert show("""
const lost = Promise.reject("reason");
onunhandledrejection = (event) => {
  console.log(event.promise === lost, event.reason, event.cancelable, String(event));
  event.preventDefault();
};
""") == ["true reason true [object PromiseRejectionEvent]"]
