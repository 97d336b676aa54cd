"""Texts, bytes and values: `TextEncoder`, `TextDecoder`, `Blob`, `atob`, `structuredClone`."""

from hypothesis import HealthCheck, given, settings, strategies as st

from tests.javascript.browser.conftest import Show
from tests.javascript.writing import Write
from wsfake import Harness


@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.binary(max_size=12), min_size=300, max_size=300))
def test_bytes_are_decoded_as_python_decodes_them(write: Write, cases: list[bytes]) -> None:
    samples = [
        *cases,
        b"\xf0\x9f\xa6",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"\xc0\xaf",
    ]
    with Harness(profile="browser") as ws_fake:
        script = ws_fake.load_script(write("var decode = (b) => new TextDecoder().decode(b);"))
        for sample in samples:
            hexes = list(sample)
            shown = script.eval(f"decode(new Uint8Array({hexes}))")
            assert shown == sample.decode("utf-8", "replace").removeprefix("\ufeff")


def test_a_character_may_come_in_parts(show: Show) -> None:
    assert show("""
const decoder = new TextDecoder();
const parts = [[0xef, 0xbb], [0xbf, 0xf0, 0x9f], [0xa6], [0x8a, 0x61]];
console.log(parts.map((part) => decoder.decode(new Uint8Array(part), { stream: true })), decoder.decode());
decoder.decode(new Uint8Array([0xf0]), { stream: true });
console.log(decoder.decode() === "\\ufffd");
try { new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([255])); } catch (e) { console.log(e.name); }
try { new TextDecoder("klingon"); } catch (e) { console.log(e.name); }
console.log(new TextDecoder("latin1").decode(new Uint8Array([0x80, 0xe9])), new TextDecoder("utf-16").encoding);
console.log(new TextEncoder().encode("é🦊"), new TextEncoder().encodeInto("aé🦊", new Uint8Array(4)));
""") == [
        '["", "", "", "🦊a"] ',
        "true",
        "TypeError",
        "RangeError",
        "€é utf-16le",
        "[195, 169, 240, 159, 166, 138] { read: 2, written: 3 }",
    ]


def test_a_blob_holds_bytes(show: Show) -> None:
    assert show("""
const blob = new Blob(["aé", new Uint8Array([1, 2]), new Blob(["z"])], { type: "Text/PLAIN" });
console.log(blob.size, blob.type, blob.slice(-1).size, blob.slice(0, 1, "x/y").type);
(async () => {
  console.log(await blob.slice(0, 3).text(), new Uint8Array(await blob.slice(3, 5).arrayBuffer()));
  console.log(await blob.slice(2, 3).text() === "\\ufffd", (await blob.bytes()).length);
})();
try { new Blob("text"); } catch (e) { console.log(e.name); }
""") == ["6 text/plain 1 x/y", "TypeError", "aé [1, 2]", "true 6"]


def test_base64_goes_both_ways(show: Show) -> None:
    assert show("""
console.log(btoa("a\\u00ff"), atob(" Y f 8 = ") === "a\\u00ff");
for (const call of [() => btoa("\\u0100"), () => atob("a")]) try { call(); } catch (e) { console.log(e.name); }
""") == ["Yf8= true", "InvalidCharacterError", "InvalidCharacterError"]


def test_a_clone_has_everything_and_shares_nothing(show: Show) -> None:
    assert show("""
const value = { d: new Date(5), m: new Map([[1, { x: 1 }]]), s: new Set(["a"]), e: new TypeError("t"), r: /x/gi,
  v: new Uint16Array([1, 2]).subarray(1), n: -0, u: undefined, b: 2n ** 64n, a: [, 1] };
value.self = value;
const copy = structuredClone(value);
console.log(copy !== value, copy.self === copy, copy.d.getTime(), copy.m.get(1).x, copy.m.get(1) !== value.m.get(1));
console.log(copy.s.has("a"), copy.e instanceof TypeError, copy.e.message, copy.r, copy.v, Object.is(copy.n, -0));
console.log("u" in copy, copy.b, 0 in copy.a, copy.v.buffer !== value.v.buffer);
for (const bad of [() => {}, Symbol("s"), { f() {} }, new WeakMap(), Promise.resolve()]) {
  try { structuredClone(bad); } catch (e) { console.log(e.name, e.code); }
}
const moved = new ArrayBuffer(4);
console.log(structuredClone(moved, { transfer: [moved] }).byteLength, moved.byteLength);
""") == [
        "true true 5 1 true",
        "true true t /x/gi [2] true",
        "true 18446744073709551616n false true",
        *["DataCloneError 25"] * 5,
        "4 0",
    ]
