"""Events and their targets (DOM Standard), as scripts of a page use them."""

import pytest

from tests.javascript.browser.conftest import Show


def test_listeners_are_called_in_order_and_with_their_options(show: Show) -> None:
    assert show("""
const target = new EventTarget();
const controller = new AbortController();
const say = (text) => () => console.log(text);
target.addEventListener("x", say("one"));
target.addEventListener("x", say("once"), { once: true });
target.addEventListener("x", say("aborted"), { signal: controller.signal });
target.addEventListener("x", { name: "object", handleEvent(event) { console.log(this.name, event.type); } });
target.addEventListener("x", null);
target.dispatchEvent(new Event("x"));
controller.abort();
target.dispatchEvent(new Event("x"));
""") == ["one", "once", "aborted", "object x", "one", "object x"]


def test_the_same_listener_is_added_once_for_each_phase(show: Show) -> None:
    assert show("""
const target = new EventTarget();
const listener = () => console.log("called");
target.addEventListener("x", listener);
target.addEventListener("x", listener, false);
target.addEventListener("x", listener, { capture: true });
target.removeEventListener("x", listener);
target.dispatchEvent(new Event("x"));
""") == ["called"]


def test_a_default_is_prevented_where_that_is_possible(show: Show) -> None:
    assert show("""
const target = new EventTarget();
target.addEventListener("x", (event) => event.preventDefault());
target.addEventListener("y", (event) => event.preventDefault(), { passive: true });
for (const [type, cancelable] of [["x", true], ["x", false], ["y", true]]) {
  const event = new Event(type, { cancelable });
  console.log(target.dispatchEvent(event), event.defaultPrevented);
}
""") == ["false true", "true false", "true false"]


def test_stopping_at_once_stops_the_next_listener(show: Show) -> None:
    assert show("""
const target = new EventTarget();
target.addEventListener("x", (event) => { console.log(event.eventPhase); event.stopImmediatePropagation(); });
target.addEventListener("x", () => console.log("never"));
const event = new Event("x");
target.dispatchEvent(event);
console.log(event.eventPhase, event.currentTarget, event.target === target, event.isTrusted);
""") == ["2", "0 null true false"]


def test_an_event_cannot_be_dispatched_inside_itself(show: Show) -> None:
    assert show("""
const target = new EventTarget();
target.addEventListener("x", (event) => {
  try { target.dispatchEvent(event); } catch (e) { console.log(e.name); }
});
target.dispatchEvent(new Event("x"));
""") == ["InvalidStateError"]


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (
            "new CloseEvent('c', { code: 70000, reason: 'r\\ud800', wasClean: 1 })",
            "4464 r\ufffd true",
        ),
        ("new CloseEvent('c')", "0  false"),
    ],
)
def test_a_close_event_converts_what_it_is_made_of(made: str, shown: str, show: Show) -> None:
    assert show(f"const e = {made}; console.log(e.code, e.reason, e.wasClean);") == [shown]


def test_other_events_have_their_members(show: Show) -> None:
    assert show("""
const m = new MessageEvent("m", { data: 1, origin: "o", lastEventId: "i" });
console.log(m.data, m.origin, m.lastEventId, m.source, m.ports, m instanceof Event, String(m));
const e = new ErrorEvent("e", { message: "t", lineno: 3, error: 0 });
console.log(e.message, e.lineno, e.colno, e.error, new CustomEvent("c", { detail: 5 }).detail);
try { new Event(); } catch (error) { console.log(error.name); }
try { new Event("x", 5); } catch (error) { console.log(error.name); }
""") == ["1 o i null [] true [object MessageEvent]", "t 3 0 0 5", "TypeError", "TypeError"]


def test_an_exception_has_a_name_and_a_code(show: Show) -> None:
    assert show("""
const e = new DOMException("text", "AbortError");
console.log(e.name, e.message, e.code, DOMException.ABORT_ERR, e instanceof Error, String(e));
console.log(AbortSignal.abort().reason.name, AbortSignal.abort(7).reason);
const signal = AbortSignal.timeout(50);
signal.onabort = () => console.log(signal.reason.name, performance.now());
""") == ["AbortError text 20 20 true AbortError: text", "AbortError 7", "TimeoutError 50"]
