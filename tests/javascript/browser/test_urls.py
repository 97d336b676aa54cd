"""URLs in JavaScript, beside those that Python reads with ada."""

import json
import random
from contextlib import suppress
from typing import Any

import pytest
from ada_url import URL

from tests.javascript.browser.conftest import Show
from tests.javascript.writing import Write
from wsfake import Harness

PARTS = [
    "http:",
    "https:",
    "ws:",
    "wss:",
    "file:",
    "foo:",
    "mailto:",
    "about:blank",
    "//",
    "/",
    "///",
    "\\",
    "h.test",
    "EXAMPLE.com",
    "a@",
    "u:p@",
    ":80",
    ":443",
    ":8080",
    ":0",
    ":99999",
    ":",
    "x",
    "?",
    "#",
    "..",
    ".",
    "%2e",
    "%2E%2e",
    "a",
    "b/c",
    "é",
    "天気",
    "ß",
    "ﬀ",
    "[::1]",
    "[1:2::3]",
    "[::1.2.3.4]",
    "[1:2:3:4:5:6:7:8]",
    "[::g]",
    "1.2.3.4",
    "0x7f.1",
    "256",
    "1.2.3",
    "%41",
    "%zz",
    "%",
    "|",
    "C:",
    "C|",
    "<",
    "'",
    '"',
    "`",
    "{",
    "^",
    "~",
    "@",
    "[",
    "]",
    "🦊",
    "a.b.",
    "..a",
    "_x",
    "-",
    "localhost",
    "=1&b=2",
    "q",
    "1e3",
    "08",
    "0",
]
BASES = [
    None,
    "http://page.test/folder/page.html?x#y",
    "file:///C:/a/b",
    "foo:bar",
    "foo://h/p/q",
    "https://u:p@h.test:99/a/b/",
]
MEMBERS = [
    "href",
    "origin",
    "protocol",
    "username",
    "password",
    "host",
    "hostname",
    "port",
    "pathname",
    "search",
    "hash",
]
READ = """(cases) => cases.map(([text, base]) => {
  const url = URL.parse(text, base ?? undefined);
  return url && MEMBERS.map((name) => url[name]);
})"""


def read_by_ada(text: str, base: str | None) -> list[str] | None:
    try:
        url: Any = URL(text, base) if base is not None else URL(text)
    except ValueError:
        return None
    return [getattr(url, name) for name in MEMBERS]


def test_urls_are_read_as_ada_reads_them(write: Write) -> None:
    chosen = random.Random(7)
    cases = [
        ("".join(chosen.choices([*PARTS, " ", "\t", "\n"], k=chosen.randint(0, 6))), base)
        for base in BASES
        for _ in range(400)
    ]
    with Harness(profile="browser") as ws_fake:
        script = ws_fake.load_script(write(f"var MEMBERS = {MEMBERS};"))
        shown = script.eval(f"({READ})({json.dumps(cases)})")
    wrong = [
        (case, js, ada)
        for case, js in zip(cases, shown, strict=True)
        if js != (ada := read_by_ada(*case))
    ]

    assert wrong == []
    assert sum(each is not None for each in shown) > len(cases) // 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("href", "http://other.test/"),
        ("protocol", "https"),
        ("protocol", "foo"),
        ("protocol", "ws:"),
        ("username", "ü:"),
        ("password", "p@"),
        ("host", "o.test:81"),
        ("host", ""),
        ("hostname", "[::1]"),
        ("hostname", "a b"),
        ("port", "443"),
        ("port", "80x"),
        ("port", "99999"),
        ("port", ""),
        ("pathname", "a/../b c?#"),
        ("search", "?a=é'"),
        ("search", ""),
        ("hash", "#f `"),
        ("hash", ""),
    ],
)
def test_a_member_is_set_as_ada_sets_it(name: str, value: str, write: Write) -> None:
    text = "http://u:p@h.test:8080/a/b?q=1#f"
    ada: Any = URL(text)
    with suppress(ValueError):  # ada's way to say that nothing changes
        setattr(ada, name, value)
    with Harness(profile="browser") as ws_fake:
        script = ws_fake.load_script(write(f"var url = new URL('{text}');"))
        script.eval(f"url.{name} = {json.dumps(value)}")
        assert script.eval("url.href") == ada.href


def test_a_url_that_cannot_be_throws_a_type_error(show: Show) -> None:
    assert (
        show("""
for (const given of [["x"], ["//h", "mailto:x"], ["http://"], [""]]) {
  try { new URL(...given); } catch (e) { console.log(e.name, URL.canParse(...given)); }
}
""")
        == ["TypeError false"] * 4
    )


def test_parameters_are_those_of_the_url(show: Show) -> None:
    assert show("""
const url = new URL("http://h/?a=1&b=%20+x&a=é");
const params = url.searchParams;
console.log(params.get("a"), params.getAll("a"), params.get("b"), params.has("c"), params.size);
params.append("c", "&=");
params.delete("a", "1");
params.set("b", "2");
params.sort();
console.log(url.search, [...params.keys()]);
url.search = "?z";
console.log(params.get("z") === "", String(new URLSearchParams({ x: 1, y: "ü" })), `${new URLSearchParams([["a", "b"]])}`);
""") == [
        '1 ["1", "é"]   x false 3',
        '?a=%C3%A9&b=2&c=%26%3D ["a", "b", "c"]',
        "true x=1&y=%C3%BC a=b",
    ]
