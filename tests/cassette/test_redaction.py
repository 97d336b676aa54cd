from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from tests.cassette.strategies import entries
from wsfake.cassette import PLACEHOLDER, Redactor
from wsfake.cassette.schema import encode
from wsfake.model import (
    Accept,
    Close,
    Drop,
    Entry,
    Event,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
)
from wsfake.transcript import matching

REDACTOR = Redactor()


def redacted(what: Event, redactor: Redactor = REDACTOR) -> Event:
    return redactor.entry(Entry(0, 1, Side.CLIENT, what)).what


def test_the_placeholder_is_the_one_that_matches_anything() -> None:
    assert PLACEHOLDER is matching.PLACEHOLDER


@pytest.mark.parametrize("header", ["Authorization", "COOKIE", "set-cookie", "X-Api-Key"])
def test_the_values_of_secret_headers_are_replaced_whatever_their_case(header: str) -> None:
    headers = ((header, "hunter2hunter2"), ("Accept", "hunter"), (header, ""))
    clean = ((header, PLACEHOLDER), ("Accept", "hunter"), (header, ""))
    assert redacted(Open("ws://a/", headers)) == Open("ws://a/", clean)
    assert redacted(Accept(None, headers)) == Accept(None, clean)
    assert redacted(Reject(403, headers)) == Reject(403, clean)


def test_headers_that_hold_a_url_are_redacted_as_one() -> None:
    headers = (("Location", "https://u:p@h/?token=x&a=1"), ("Origin", "https://h"))
    assert REDACTOR.header_fields(headers) == (
        ("Location", "https://<redacted>@h/?token=<redacted>&a=1"),
        ("Origin", "https://h"),
    )


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("ws://user:pass@h:1/a", "ws://<redacted>@h:1/a"),
        ("ws://user@h", "ws://<redacted>@h"),
        ("ws://a@b@h/", "ws://<redacted>@h/"),
        ("ws://h/a@b?c=d@e", "ws://h/a@b?c=d@e"),
        ("ws://h/?token=abc", "ws://h/?token=<redacted>"),
        ("ws://h/?a=1&API-Key=abc&b=%20+", "ws://h/?a=1&API-Key=<redacted>&b=%20+"),
        ("ws://h/?%74oken=abc", "ws://h/?%74oken=<redacted>"),
        ("ws://h/?a;sig=abc#token=def", "ws://h/?a;sig=<redacted>#token=<redacted>"),
        ("ws://h/;jwt=abc/x", "ws://h/;jwt=<redacted>"),
        ("ws://h/?token=&token", "ws://h/?token=&token"),
        ("ws://h/?monkey=1&tokens=2", "ws://h/?monkey=1&tokens=2"),
        ("", ""),
    ],
)
def test_user_info_and_secret_parameters_of_a_url_are_replaced(url: str, clean: str) -> None:
    assert REDACTOR.url(url) == clean
    assert REDACTOR.url(clean) == clean
    assert redacted(Open(url)) == Open(clean)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('{"token": "abc"}', '{"token": "<redacted>"}'),
        ('{ "a":[ {"apiKey":"x" , "b":1.0}]}', '{ "a":[ {"apiKey":"<redacted>" , "b":1.0}]}'),
        ('{"API-KEY":1,"Api Key":[1,{"a":2}]}', '{"API-KEY":"<redacted>","Api Key":"<redacted>"}'),
        ('{"password":{"token":"x"},"a":"x"}', '{"password":"<redacted>","a":"x"}'),
        ('{"\\u0070assword":"x"}', '{"\\u0070assword":"<redacted>"}'),
        ('{"tokens":"x","no_secret_":"y"}', '{"tokens":"x","no_secret_":"y"}'),
        ('{"token":"","pwd":null,"secret":true}', '{"token":"","pwd":null,"secret":true}'),
        ('{"secret":{},"token":[],"pwd":false}', '{"secret":{},"token":[],"pwd":false}'),
        # JSON within a string of JSON.
        (r'{"body":"{\"token\":\"x\"}"}', r'{"body":"{\"token\":\"<redacted>\"}"}'),
        (r'"{\"token\":\"x\"}"', r'"{\"token\":\"<redacted>\"}"'),
        (r'["{\"a\":\"{\\\"pwd\\\":1}\"}"]', r'["{\"a\":\"{\\\"pwd\\\":\\\"<redacted>\\\"}\"}"]'),
        (r'{"a":"{\"pwd\":1}","\u00fc":"\/"}', r'{"a":"{\"pwd\":\"<redacted>\"}","\u00fc":"\/"}'),
        (r'["ü {\"pwd\":1}"]', r'["ü {\"pwd\":\"<redacted>\"}"]'),
        # Fragments: socket.io, several values, what was cut off, what is no JSON.
        ('42["login",{"token":"x"}]', '42["login",{"token":"<redacted>"}]'),
        (r'42["m","{\"token\":\"a\\\"b\"}",1]', r'42["m","{\"token\":\"<redacted>\"}",1]'),
        (r'42["m","{\"pwd\": 17, \"a\": 1}"]', r'42["m","{\"pwd\": \"<redacted>\", \"a\": 1}"]'),
        (r'42["m","{\"pwd\":{\"a\":1}}"]', r'42["m","{\"pwd\":\"<redacted>\"'),
        (r'42["m","{\"pwd\":\"\"}"]', r'42["m","{\"pwd\":\"\"}"]'),
        (r'42["m","{\"pwd\":\"cut', r'42["m","{\"pwd\":\"<redacted>\"'),
        ('{"token":"x"}\n{"token":"y"}\n', '{"token":"<redacted>"}\n{"token":"<redacted>"}\n'),
        ('{"token":"a","token":"b"}', '{"token":"<redacted>","token":"<redacted>"}'),
        ('{"a":NaN,"token":-1.5}', '{"a":NaN,"token":"<redacted>"}'),
        ('x {"token":abc, "a":1}', 'x {"token":"<redacted>", "a":1}'),
        ('{"a":1,"token":"cut o', '{"a":1,"token":"<redacted>"'),
        ('{"a":1,"token":{"b":"cut o', '{"a":1,"token":"<redacted>"'),
        ('{"token":"a\nb\\"c","d":1}', '{"token":"<redacted>","d":1}'),
        ('{"token": {"token":"x', '{"token": "<redacted>"'),
        ('{"token":', '{"token":'),
        # No JSON at all.
        ("token=abc password: abc", "token=abc password: abc"),
        ("", ""),
    ],
)
def test_the_values_of_secret_keys_are_replaced_and_the_rest_stays(text: str, clean: str) -> None:
    assert REDACTOR.text(text) == clean
    assert REDACTOR.text(clean) == clean
    assert redacted(text) == clean
    assert redacted(Close(1000, text)) == Close(1000, clean)
    assert redacted(Drop(inside=text)) == Drop(inside=clean)


def test_binary_messages_are_redacted_only_where_all_of_them_is_json() -> None:
    assert redacted(b' {"token":"x"}') == b' {"token":"<redacted>"}'
    for data in (b"", b'\x01{"token":"x"}', b'{"token":"x"', b'{"token":"\xff"}', b'{"a":"x"}'):
        assert redacted(data) is data
    assert redacted(Reject(401, (), b'{"token":"x"}')) == Reject(401, (), b'{"token":"<redacted>"}')


@pytest.mark.parametrize(
    ("offered", "clean"),
    [
        (["chat", "superchat"], ["chat", "superchat"]),
        (["bearer", "abc"], ["bearer", PLACEHOLDER]),
        (["access_token", "abc", "chat"], ["access_token", PLACEHOLDER, "chat"]),
        (["eyJhbGciOi.eyJzdWIi.sig-1_"], [PLACEHOLDER]),
        (["eyJhbGciOi.chat"], ["eyJhbGciOi.chat"]),
        (
            ["base64url.bearer.authorization.k8s.io.dG9r", "base64.binary.k8s.io"],
            ["base64url.bearer.authorization.k8s.io.<redacted>", "base64.binary.k8s.io"],
        ),
        (
            ["realtime", "openai-insecure-api-key.sk-1"],
            ["realtime", "openai-insecure-api-key.<redacted>"],
        ),
        (
            ["v1.kernel.websocket.jupyter.org", "v1.token.websocket.jupyter.org.abc"],
            ["v1.kernel.websocket.jupyter.org", "v1.token.websocket.jupyter.org.<redacted>"],
        ),
        (["v1.token.websocket.jupyter.org."], ["v1.token.websocket.jupyter.org."]),
        ([], []),
    ],
)
def test_tokens_that_travel_as_subprotocols_are_replaced(
    offered: list[str], clean: list[str]
) -> None:
    header = (("Sec-WebSocket-Protocol", ", ".join(offered)),)
    clean_header = (("Sec-WebSocket-Protocol", ", ".join(clean)),)
    assert redacted(Open("ws://a/", header, tuple(offered))) == Open(
        "ws://a/", clean_header, tuple(clean)
    )


def test_a_token_that_a_server_chooses_as_subprotocol_is_replaced() -> None:
    assert redacted(Accept("eyJh.eyJz.sig")) == Accept(PLACEHOLDER)
    assert redacted(Accept("chat")) == Accept("chat")


def test_a_header_of_subprotocols_without_tokens_keeps_its_spaces() -> None:
    headers = (("sec-websocket-protocol", "a,b ,c"),)
    assert REDACTOR.header_fields(headers) == headers


def test_names_are_added_to_the_defaults_and_never_replace_them() -> None:
    mine = Redactor(headers=[" X-Mine "], query=["sid"], json_keys=["accountNumber"])
    assert mine.header_fields((("x-mine", "a"), ("cookie", "b"))) == (
        ("x-mine", PLACEHOLDER),
        ("cookie", PLACEHOLDER),
    )
    assert mine.url("ws://h/?SID=1&token=2") == "ws://h/?SID=<redacted>&token=<redacted>"
    text = '{"account_number":1,"AccountNumber":2,"token":3,"number":4}'
    assert json.loads(mine.text(text)) == {
        "account_number": PLACEHOLDER,
        "AccountNumber": PLACEHOLDER,
        "token": PLACEHOLDER,
        "number": 4,
    }
    assert mine.names == (
        "headers",
        "json",
        "query",
        "subprotocols",
        "user info",
        "header:x-mine",
        "json:accountNumber",
        "query:sid",
    )
    assert REDACTOR.names == ("headers", "json", "query", "subprotocols", "user info")


def test_the_order_in_which_names_are_given_does_not_count() -> None:
    assert Redactor(json_keys=["b", "a", "b", " "]) == Redactor(json_keys=("a", "b"))


def test_rules_see_every_text_last() -> None:
    shout = Redactor(rules=(lambda text: text.replace("sk-1", PLACEHOLDER),))
    assert shout.text("key sk-1") == "key <redacted>"
    assert shout.binary(b'{"a":"sk-1"}') == b'{"a":"<redacted>"}'
    assert shout.url("ws://h/sk-1") == "ws://h/<redacted>"
    assert shout.header_fields((("a", "sk-1"),)) == (("a", "<redacted>"),)
    assert redacted(Close(1000, "sk-1"), shout) == Close(1000, "<redacted>")


@pytest.mark.parametrize(
    "what", [Ping(b'{"token":1}'), Pong(b'{"token":1}'), Raw(b'{"token":1}'), Refuse(), Drop()]
)
def test_frames_that_carry_no_message_are_left_alone(what: Event) -> None:
    assert redacted(what) is what


@given(entries)
def test_what_holds_no_secret_stays_the_same_and_redaction_is_stable(entry: Entry) -> None:
    clean = REDACTOR.entry(entry)
    assert clean == REDACTOR.entry(clean)
    encode(clean)
    if isinstance(entry.what, str | bytes) and b"token" not in repr(entry.what).encode():
        assert clean == entry


@given(st.text())
def test_any_text_goes_through(text: str) -> None:
    before = f'{text} {{"token": "x"}} {text}'
    assert REDACTOR.text(before).startswith(text)
    assert REDACTOR.text(text) == text or "token" in text.lower() or "\\" in text


spaces = st.text(" \t\r\n", max_size=2)
scalars = st.sampled_from(
    ["1", "-2.5e3", '"a/b\\/"', '"ü\u2028"', '"\\"q\\\\"', "null", '""', "true"]
)
Pair = tuple[str, str]


def containers(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    """JSON with secrets, and the same text with the placeholder in their places."""
    secret = st.tuples(st.sampled_from(["token", "Api-Key", "PASSWORD", "clientSecret"]), inner)
    members = st.tuples(st.lists(inner, max_size=3), st.none() | secret, spaces, spaces)
    return members.map(write_object) | st.tuples(st.lists(inner, max_size=3), spaces).map(
        write_array
    )


def write_array(drawn: tuple[list[Pair], str]) -> Pair:
    values, space = drawn
    one, other = (f"{space},".join(pair[side] for pair in values) for side in (0, 1))
    return f"[{space}{one}]", f"[{space}{other}]"


def write_object(drawn: tuple[list[Pair], tuple[str, Pair] | None, str, str]) -> Pair:
    values, secret, one, other = drawn
    members = [
        (f'{one}"k{n}"{other}:{one}{raw}', f'{one}"k{n}"{other}:{one}{clean}')
        for n, (raw, clean) in enumerate(values)
    ]
    if secret is not None:
        before = f'{other}"{secret[0]}"{one}:{other}'
        raw = f'["hunter2",{secret[1][0]}]'
        members.insert(len(values) // 2, (before + raw, f'{before}"{PLACEHOLDER}"'))
    raws, cleans = (f",{one}".join(pair[side] for pair in members) for side in (0, 1))
    return f"{{{raws}{other}}}", f"{{{cleans}{other}}}"


trees = st.recursive(scalars.map(lambda raw: (raw, raw)), containers, max_leaves=12)


@given(trees, st.sampled_from(["", "42", "a/", "\x1e", "]"]))
def test_secrets_at_any_depth_are_replaced_and_no_other_character(tree: Pair, prefix: str) -> None:
    raw, clean = tree
    assert REDACTOR.text(prefix + raw) == prefix + clean
    assert "hunter2" not in clean


@given(trees)
def test_secrets_in_json_in_strings_of_json_are_replaced(tree: Pair) -> None:
    raw, clean = tree
    for _ in range(3):
        raw, clean = json.dumps({"a": raw}), json.dumps({"a": clean})
        assert json.loads(REDACTOR.text(raw)) == json.loads(clean)


@pytest.mark.parametrize(
    "text",
    [
        '{"token":' * 20_000,
        '{"token":[' * 20_000 + "]}" * 20_000,
        '"token":' * 20_000,
        '{"a":' * 20_000 + '{"token":"hunter2"}' + "}" * 20_000,
        '{"a":' * 20_000 + '{"token":"hunter2"}',
        "[" * 50_000 + '"token":"hunter2"',
    ],
)
def test_no_text_is_too_deep(text: str) -> None:
    assert "hunter2" not in REDACTOR.text(text)
