from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, strategies as st

from tests.cassette.strategies import entries
from wsfake.cassette import PLACEHOLDER, Redactor
from wsfake.cassette.leaks import Leak, find_leaks
from wsfake.cassette.schema import encode
from wsfake.errors import UsageError
from wsfake.model import (
    Accept,
    Close,
    Drop,
    Entries,
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
from wsfake.player.answers import same_close
from wsfake.transcript import Matching, matching

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


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("sid=abc; Path=/; HttpOnly", "sid=<redacted>; Path=/; HttpOnly"),
        ("sid=a=b;secure;SameSite=Lax", "sid=<redacted>;secure;SameSite=Lax"),
        (" sid = abc ; Domain=.h.example", " sid=<redacted>; Domain=.h.example"),
        (
            "cart[1]=x; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=-1; Priority=High",
            "cart[1]=<redacted>; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=-1; Priority=High",
        ),
        ("sid=; Max-Age=0", "sid=; Max-Age=0"),  # what takes a cookie away
        ("Path=abc; Path=/a", "Path=<redacted>; Path=/a"),
        ("Secure", "<redacted>"),
        ("=abc; Secure", "<redacted>; Secure"),
        ("abc", "<redacted>"),
        ("a b=c", "<redacted>"),
        (
            "sid=abc; other=def; odd; Max-Age=x",
            "sid=<redacted>; other=<redacted>; <redacted>; Max-Age=<redacted>",
        ),
        ("sid=abc; Path=/, other=def; Secure", "sid=<redacted>; Path=<redacted>; Secure"),
        ("sid=abc; Path=/\nother=def; Secure", "sid=<redacted>; Path=<redacted>; Secure"),
        ('sid="abc; Path=/d\\"; HttpOnly"; Secure', "sid=<redacted>; Secure"),
        ('sid="abc; Path=/def; Secure', "sid=<redacted>"),
        ('sid="abc; Path=/def\\', "sid=<redacted>"),
        ("sid=abc; Path=/sk-abcdefghijklmnop1", "sid=<redacted>; Path=/<redacted>"),
        ("; ;", "; ;"),
        ("", ""),
    ],
)
def test_of_a_cookie_that_is_set_the_name_and_its_attributes_stay(value: str, clean: str) -> None:
    assert REDACTOR.header_fields((("Set-Cookie", value),)) == (("Set-Cookie", clean),)
    assert REDACTOR.header_fields((("Set-Cookie", clean),)) == (("Set-Cookie", clean),)


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("a=1; b=2", "a=<redacted>; b=<redacted>"),
        ("a=1;b=;Path=/;Secure", "a=<redacted>;b=;Path=<redacted>;<redacted>"),
        ('a="1; b=2"; c=3, d=4', "a=<redacted>; c=<redacted>"),
        ("$Version=1; abc", "$Version=<redacted>; <redacted>"),
    ],
)
def test_of_the_cookies_of_a_request_the_names_stay(value: str, clean: str) -> None:
    assert REDACTOR.header_fields((("COOKIE", value),)) == (("COOKIE", clean),)
    assert REDACTOR.header_fields((("COOKIE", clean),)) == (("COOKIE", clean),)


@given(st.text(st.sampled_from("a =,\n/<>"), max_size=10), st.booleans())
def test_nothing_is_left_of_the_value_of_a_cookie(text: str, quoted: bool) -> None:
    value = f'"{text};SECRET;{text}SECRET"' if quoted else f"{text}SECRET{text}"
    for name in ("Cookie", "Set-Cookie"):
        ((_, clean),) = REDACTOR.header_fields(((name, f"sid={value}; Path=/"),))
        assert "SECRET" not in clean
        assert REDACTOR.header_fields(((name, clean),)) == ((name, clean),)


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
        ("ws:/a:b@h/", "ws:/<redacted>@h/"),
        ("ws:\\\\a:b@h/", "ws:\\\\<redacted>@h/"),
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


def test_the_length_of_a_refusal_is_that_of_what_is_left_of_it() -> None:
    body, clean = b'{"token":"abcdefghijklmnop"}', b'{"token":"<redacted>"}'
    assert redacted(Reject(401, (("Content-Length", "28"),), body)) == Reject(
        401, (("Content-Length", "22"),), clean
    )
    wrong = (("content-length", "99"), ("X-Length", "28"))
    assert redacted(Reject(401, wrong, body)) == Reject(401, wrong, clean)
    same = Reject(401, (("Content-Length", "2"),), b"no")
    assert redacted(same) == same


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
    assert mine.header_fields((("x-mine", "a"), ("x-api-key", "b"))) == (
        ("x-mine", PLACEHOLDER),
        ("x-api-key", PLACEHOLDER),
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
        "tokens",
        "user info",
        "header:x-mine",
        "json:accountNumber",
        "query:sid",
    )
    assert REDACTOR.names == ("headers", "json", "query", "subprotocols", "tokens", "user info")


def test_the_order_in_which_names_are_given_does_not_count() -> None:
    assert Redactor(json_keys=["b", "a", "b", " "]).names == Redactor(json_keys=("a", "b")).names


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


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s1gn-_"


@pytest.mark.parametrize(
    "token",
    [
        JWT,
        "sk-proj-abcDEF123_456-ghiJKL789",
        "sk-ant-api03-abcdefghijklmnop1234",
        "sk_live_abcdefghijklmnop1234",
        "ghp_abcdefghijklmnopqrst0123456789abcdef",
        "ghs_abcdefghijklmnopqrst0123456789abcdef",
        "github_pat_11ABCDEFG0abcdefghijkl_mnop",
        "github_pat_11XXXXXXX0zzzzzzzzzzzz_zzzz",
        "glpat-abcdefghijklmnopqrst",
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        "xoxb-123456789012-abcdef",
        "xapp-1-A0123456789-abcdef",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv",
        "hf_abcdefghijklmnopqrstuvwxyz0123",
        "npm_abcdefghijklmnopqrstuvwxyz0123456789",
    ],
)
def test_a_token_that_is_known_by_its_shape_is_replaced_in_every_text(token: str) -> None:
    for before, after in (("", ""), ("see ", "."), ('{"a": ["', '"]}'), ("(", ") twice")):
        assert redacted(f"{before}{token}{after}") == f"{before}{PLACEHOLDER}{after}"
    assert redacted(f"{token} {token}") == f"{PLACEHOLDER} {PLACEHOLDER}"
    assert REDACTOR.url(f"wss://h/bot/{token}/x") == f"wss://h/bot/{PLACEHOLDER}/x"
    assert REDACTOR.header_fields((("X-Any", token),)) == (("X-Any", PLACEHOLDER),)
    assert REDACTOR.subprotocols(["chat", token]) == ("chat", PLACEHOLDER)
    assert redacted(Close(4001, token)) == Close(4001, PLACEHOLDER)
    refused = Reject(401, (), f"Incorrect API key: {token}\n".encode())
    assert redacted(refused) == Reject(401, (), f"Incorrect API key: {PLACEHOLDER}\n".encode())
    assert redacted(f"x{token}") != f"x{PLACEHOLDER}"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Authorization: Bearer abc123def456", "Authorization: Bearer <redacted>"),
        ('{"h": "bearer a1/b2+c3=="}', '{"h": "bearer <redacted>"}'),
        ('{"h":"Bearer a1\\/b2\\/c3d4"}', '{"h":"Bearer <redacted>"}'),
        ("?q=Bearer%20abc123def456&x=1", "?q=Bearer%20<redacted>&x=1"),
        (f"Bearer {JWT}", f"Bearer {PLACEHOLDER}"),
        ("the Bearer token-authentication failed", "the Bearer token-authentication failed"),
        ("a bearer of news", "a bearer of news"),
        ("Bearer <redacted>", "Bearer <redacted>"),
    ],
)
def test_what_follows_bearer_is_replaced_where_it_is_no_word(text: str, clean: str) -> None:
    assert REDACTOR.text(text) == clean


@pytest.mark.parametrize(
    "text",
    ["risk-free and task-based", "sk-", "sk-learn-is-a-library-of-python", "ghp_short", "AKIA",
     "eyJ.eyJ.x", "xoxo-kisses", "ghost_story_of_a_house", "my_test_case_of_many_words",
     "HAKIAIOSFODNN7EXAMPLES"],
)  # fmt: skip
def test_words_that_begin_like_a_token_stay(text: str) -> None:
    assert REDACTOR.text(text) is text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("see xoxb-ab12cd34ef5678sk-0123456789abcdefgh.", "see <redacted>."),
        ("Bearer 1.AKIAIOSFODNN7EXAMPLE/x", "Bearer <redacted>"),
        (f"a {JWT}=hf_abcdefghijklmnopqrstuvwxyz0123", "a <redacted>=<redacted>"),
    ],
)
def test_tokens_that_overlap_are_replaced_together(text: str, clean: str) -> None:
    assert redacted(text) == clean


def test_a_token_in_binary_that_is_no_json_stays_as_it_is() -> None:
    data = b"\x0a\x20" + JWT.encode()
    assert redacted(data) is data
    assert redacted(f'{{"a":"{JWT}"}}'.encode()) == b'{"a":"<redacted>"}'


VALUE = 'p@ss "wörd"/1'


def test_the_value_of_a_named_secret_is_replaced_however_it_is_spelt() -> None:
    mine = Redactor(secrets={"MY_KEY": VALUE, "OTHER": "12345678"})
    assert mine.text(f"key={VALUE}!") == "key=<redacted>!"
    assert json.loads(mine.text(json.dumps({"a": VALUE}))) == {"a": PLACEHOLDER}
    assert json.loads(mine.text(json.dumps({"a": VALUE}, ensure_ascii=False)))["a"] == PLACEHOLDER
    assert mine.url(f"ws://h/{quote(VALUE, safe='')}?x={quote(VALUE)}") == (
        "ws://h/<redacted>?x=<redacted>"
    )
    assert mine.url(f"ws://h/?{urlencode({'x': VALUE})}") == "ws://h/?x=<redacted>"
    assert mine.text('{"pin":12345678}') == '{"pin":<redacted>}'
    assert redacted(Reject(401, (), VALUE.encode()), mine) == Reject(401, (), b"<redacted>")
    assert mine.names[-2:] == ("value:MY_KEY", "value:OTHER")
    assert VALUE not in repr(mine)


@pytest.mark.parametrize(
    "spelt",
    [
        "p%40ss+%22w%c3%b6rd%22%2f1",  # a form, in lower case
        "p@ss%20%22w%C3%B6rd%22/1",  # encodeURI
        r"p@ss \"w\u00F6rd\"\/1",  # json_encode of PHP, but for the case
    ],
)
def test_the_value_of_a_named_secret_is_replaced_as_others_spell_it(spelt: str) -> None:
    assert Redactor(secrets={"KEY": VALUE}).text(f"={spelt};") == "=<redacted>;"
    assert list(find_leaks([Entry(0, 1, Side.CLIENT, spelt)], {"KEY": VALUE})) == [Leak("KEY", 1)]


def test_a_semicolon_is_a_part_of_a_secret_value_unless_another_parameter_follows() -> None:
    assert REDACTOR.url("ws://h/?password=a;b&x=1") == "ws://h/?password=<redacted>&x=1"
    assert REDACTOR.url("ws://h/?password=a;x=1") == "ws://h/?password=<redacted>;x=1"


def test_a_close_reason_that_grows_by_redaction_is_cut_to_what_a_frame_holds() -> None:
    reason = json.dumps({"pwd": "x", "message": "é" * 45})
    closed = redacted(Close(4000, reason))
    assert isinstance(closed, Close)
    clean = closed.reason
    assert clean.startswith('{"pwd": "<redacted>", "message": "')
    assert len(clean.encode()) == 123
    assert same_close(Close(4000, clean), Close(4000, reason), Matching(redact=REDACTOR.text))


def test_a_named_secret_that_is_too_short_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        Redactor(secrets={"PIN": "1234567"})
    assert str(caught.value) == (
        "expected a secret of at least 8 characters, got 7 characters in PIN"
    )


def test_the_longer_of_two_secrets_goes_first() -> None:
    mine = Redactor(secrets={"A": "secret-1", "B": "secret-1-and-more"})
    assert mine.text("secret-1-and-more secret-1") == "<redacted> <redacted>"


def test_a_body_of_a_refusal_that_is_no_text_stays() -> None:
    refused = Reject(400, (), b"\xff" + JWT.encode())
    assert redacted(refused) == refused


def test_many_entries_are_redacted_as_each_alone() -> None:
    clean = Entries.of(Entry(at, 1, Side.CLIENT, f"message {at}") for at in range(3))
    assert REDACTOR.entries(clean) is clean
    secret = Entries.of([*clean, Entry(3, 1, Side.SERVER, '{"token": "s3cret"}')])
    assert REDACTOR.entries(secret) == [REDACTOR.entry(entry) for entry in secret] != secret
    mixed = Entries.of([*clean, Entry(3, 1, Side.SERVER, b"x")])
    assert REDACTOR.entries(mixed) == mixed
    shout = Redactor(rules=(str.upper,))
    assert [entry.what for entry in shout.entries(clean)] == ["MESSAGE 0", "MESSAGE 1", "MESSAGE 2"]


@given(
    st.lists(
        st.sampled_from(
            [
                "plain",
                "",
                '"token"',
                ': "tiger"',
                '{"token": "tiger"}',
                '{"id": 1}',
                "Bearer abcdef12345",
                "sk-abcdefghijklmnop1",
                "a value to hide",
                b'{"token": "tiger"}',
                b"binary",
                Ping(b"Bearer abcdef12345"),
                Close(1000, "Bearer abcdef12345"),
            ]
        ),
        max_size=6,
    ),
    st.sampled_from(
        [Redactor(), Redactor(secrets={"mine": "a value to hide"}), Redactor(rules=(str.upper,))]
    ),
)
def test_many_entries_lose_what_each_of_them_loses(events: list[Event], redactor: Redactor) -> None:
    many = Entries.of(Entry(0, 1, Side.CLIENT, what) for what in events)
    assert redactor.entries(many) == [redactor.entry(entry) for entry in many]
