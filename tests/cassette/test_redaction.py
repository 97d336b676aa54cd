from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cassette.strategies import entries
from wsfake.cassette import PLACEHOLDER, Redactor
from wsfake.model import Accept, Close, Drop, Entry, Event, Open, Ping, Reject, Side

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('{"a" : 1, "Token" :\t"x"}', '{"a" : 1, "Token" :\t"<redacted>"}'),
        ('{"accessToken": "x", "a":1.0}', '{"accessToken": "<redacted>", "a":1.0}'),
        ('[{"deep": [{"api-key": "x"}]}]', '[{"deep": [{"api-key": "<redacted>"}]}]'),
        ('{"password": 1234}', '{"password": "<redacted>"}'),
        ('{"secret": {"a": ["x"]}, "b": 2}', '{"secret": "<redacted>", "b": 2}'),
        ('{"p\\u0061ssword": "x"}', '{"p\\u0061ssword": "<redacted>"}'),
        ('{"d": "{\\"token\\": \\"x\\"}"}', '{"d": "{\\"token\\": \\"<redacted>\\"}"}'),
        ('{"token": "x", "token": "y"}', '{"token": "<redacted>", "token": "<redacted>"}'),
        ('42["login",{"token":"x"}]', '42["login",{"token":"<redacted>"}]'),
        ('{"token":"x"}\n{"token":"y"}', '{"token":"<redacted>"}\n{"token":"<redacted>"}'),
        ('{"token": "cut of', '{"token": "<redacted>"'),
        ('x{"token": {"token": "x"}}', 'x{"token": "<redacted>"}'),
        ('x{"token": null, "pwd": 1}', 'x{"token": null, "pwd": "<redacted>"}'),
        ('{"token": NaN}', '{"token": "<redacted>"}'),
    ],
)
def test_the_values_of_secret_keys_are_replaced_and_the_rest_stays(text: str, clean: str) -> None:
    assert REDACTOR.text(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "",
        "token",
        '{"tokens": "x"}',
        '{"token": null, "password": "", "secret": false}',
        '{"a": "token"}',
        '{"n": 1e400, "a": "\\u00e9", "b": "\\"token\\""}',
        '{"d": "{\\"a\\": 1}"}',
    ],
)
def test_what_holds_no_secret_is_the_same_object(text: str) -> None:
    entry = Entry(0, 1, Side.CLIENT, text)
    assert REDACTOR.entry(entry) is entry


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("wss://user:pass@host/x", "wss://<redacted>@host/x"),
        (
            "ws://host/?token=abc&b=1&API%5Fkey=2",
            "ws://host/?token=<redacted>&b=1&API%5Fkey=<redacted>",
        ),
        ("ws://host/#access_token=abc", "ws://host/#access_token=<redacted>"),
        ("ws://host/?key=&keys=1&b=a@b", "ws://host/?key=&keys=1&b=a@b"),
        ("not a url", "not a url"),
    ],
)
def test_user_info_and_secret_parameters_are_taken_out_of_urls(url: str, clean: str) -> None:
    assert REDACTOR.url(url) == clean


def test_secrets_are_taken_out_of_headers() -> None:
    headers = (
        ("Authorization", "Bearer abc"),
        ("Cookie", ""),
        ("Host", "a"),
        ("Origin", "http://u:p@a"),
        ("Sec-WebSocket-Protocol", "v1,bearer, abc"),
    )
    assert REDACTOR.header_fields(headers) == (
        ("Authorization", PLACEHOLDER),
        ("Cookie", ""),
        ("Host", "a"),
        ("Origin", "http://<redacted>@a"),
        ("Sec-WebSocket-Protocol", "v1, bearer, <redacted>"),
    )


def test_tokens_are_taken_out_of_subprotocols() -> None:
    assert REDACTOR.subprotocols(
        ["v1", "base64url.bearer.authorization.k8s.io.YWJj", "eyJhbGci.eyJzdWIi.c2ln", "graphql-ws"]
    ) == ("v1", "base64url.bearer.authorization.k8s.io.<redacted>", PLACEHOLDER, "graphql-ws")


SECRET_JSON = '{"token": "x"}'
CLEAN_JSON = '{"token": "<redacted>"}'


@pytest.mark.parametrize(
    ("event", "clean"),
    [
        (
            Open("ws://u@a/?token=x", (("Cookie", "x"),), ("token", "x")),
            Open(
                "ws://<redacted>@a/?token=<redacted>",
                (("Cookie", PLACEHOLDER),),
                ("token", PLACEHOLDER),
            ),
        ),
        (Accept(None, (("Set-Cookie", "x"),)), Accept(None, (("Set-Cookie", PLACEHOLDER),))),
        (
            Reject(302, (("Location", "/?token=x"),), SECRET_JSON.encode()),
            Reject(302, (("Location", "/?token=<redacted>"),), CLEAN_JSON.encode()),
        ),
        (Close(4000, SECRET_JSON), Close(4000, CLEAN_JSON)),
        (Drop(inside=SECRET_JSON), Drop(inside=CLEAN_JSON)),
        (SECRET_JSON.encode(), CLEAN_JSON.encode()),
        (b"[\xff", b"[\xff"),
        (b'\x01{"token": "x"}', b'\x01{"token": "x"}'),
        (Ping(b"x"), Ping(b"x")),
    ],
)
def test_every_part_of_an_entry_is_redacted(event: Event, clean: Event) -> None:
    assert REDACTOR.entry(Entry(1, 2, Side.CLIENT, event)) == Entry(1, 2, Side.CLIENT, clean)


def test_names_are_added_to_the_defaults_and_told_by_name() -> None:
    redactor = Redactor(["X-Mine"], query=["mine"], json_keys=["myKey", " "])
    assert redactor.header_fields((("x-mine", "a"), ("cookie", "a"))) == (
        ("x-mine", PLACEHOLDER),
        ("cookie", PLACEHOLDER),
    )
    assert redactor.url("ws://a/?mine=1&token=2") == "ws://a/?mine=<redacted>&token=<redacted>"
    assert redactor.text('{"my_key": "a", "token": "b"}') == (
        '{"my_key": "<redacted>", "token": "<redacted>"}'
    )
    assert redactor.names == (
        "headers",
        "json",
        "query",
        "subprotocols",
        "user info",
        "header:x-mine",
        "json:myKey",
        "query:mine",
    )


def test_rules_of_the_user_see_every_text() -> None:
    redactor = Redactor(rules=(lambda text: text.replace("s3cret", PLACEHOLDER),))
    assert redactor.text("a s3cret") == "a <redacted>"
    assert redactor.url("ws://a/s3cret") == "ws://a/<redacted>"
    assert redactor.header_fields((("X-A", "s3cret"),)) == (("X-A", PLACEHOLDER),)


keys = st.sampled_from(["token", "password", "a", "b", "Api-Key"]) | st.text(max_size=3)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


def expected(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: PLACEHOLDER
            if key in ("token", "password", "Api-Key")
            and inner not in (None, "", {}, [])
            and not isinstance(inner, bool)
            else inner
            if key in ("token", "password", "Api-Key")
            else expected(inner)
            for key, inner in value.items()
        }
    return [expected(inner) for inner in value] if isinstance(value, list) else value


@given(values, st.booleans())
def test_json_stays_json_with_only_its_secrets_replaced(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert json.loads(REDACTOR.text(text)) == expected(value)


@given(entries)
def test_redacting_twice_is_redacting_once(entry: Entry) -> None:
    once = REDACTOR.entry(entry)
    assert REDACTOR.entry(once) == once
