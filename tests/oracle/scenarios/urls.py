"""URLs that a script may write: what they read back as, what is asked of the server, and what is no URL."""

from typing import Any

from scenarios.model import UNDEFINED, Scenario, accepted, all_of, get, open_socket

HERE = "127.0.0.1:{peer}"
# Read as written by Qt's tolerant parser; each is answered, so that the request is seen.
GOOD = {
    "no path": f"ws://{HERE}",
    "a slash": f"ws://{HERE}/",
    "a path": f"ws://{HERE}/a/b",
    "a path with a slash at its end": f"ws://{HERE}/a/b/",
    "a path and a query": f"ws://{HERE}/a?x=1&y=2",
    "a query and no path": f"ws://{HERE}?x=1",
    "an empty query": f"ws://{HERE}/a?",
    "a fragment": f"ws://{HERE}/a#part",
    "a query and a fragment": f"ws://{HERE}/a?x=1#part",
    "an empty fragment": f"ws://{HERE}/a#",
    "a user": f"ws://user@{HERE}/",
    "a user and a password": f"ws://user:secret@{HERE}/a",
    "a scheme in capitals": f"WS://{HERE}/a",
    "a host in capitals": "ws://LOCALHOST:{peer}/A",
    "a host name": "ws://localhost:{peer}/",
    "a path in capitals": f"ws://{HERE}/A/B",
    "an escaped space": f"ws://{HERE}/a%20b",
    "a bare space in the path": f"ws://{HERE}/a b",
    "an escaped slash": f"ws://{HERE}/a%2Fb",
    "a lower case escape": f"ws://{HERE}/a%2fb",
    "an escaped letter": f"ws://{HERE}/%61bc",
    "an escaped percent sign": f"ws://{HERE}/a%25b",
    "a lone percent sign": f"ws://{HERE}/100%",
    "an escaped question mark": f"ws://{HERE}/a%3Fb",
    "Greek in the path": f"ws://{HERE}/αβ",
    "escaped Greek in the path": f"ws://{HERE}/%CE%B1",
    "escaped bytes that are not UTF-8": f"ws://{HERE}/%FF",
    "Greek in the query": f"ws://{HERE}/?q=α",
    "an escaped ampersand in the query": f"ws://{HERE}/?q=a%26b",
    "a plus sign in the query": f"ws://{HERE}/?q=a+b",
    "an escaped plus sign in the query": f"ws://{HERE}/?q=a%2Bb",
    "brackets in the query": f"ws://{HERE}/?q=[1]",
    "dots in the path": f"ws://{HERE}/a/../b/./c",
    "two slashes in the path": f"ws://{HERE}//a",
    "a quote in the path": f'ws://{HERE}/"a"',
    "a brace in the path": f"ws://{HERE}/(a)",
    "a semicolon in the path": f"ws://{HERE}/a;b=1",
    "a user with an escape": f"ws://us%40er@{HERE}/",
}
# No host to look up, or one that is not there: a connection is tried, and fails.
REFUSED = {
    "no host": "ws://",
    "no host and a path": "ws:///path",
    "a colon and no port": "ws://{nowhere}:/",
    "the scheme alone": "ws:",
    "one slash": "ws:/127.0.0.1:{peer}/",
}
DEAD: dict[str, list[Any]] = {
    "an empty text": [""],
    "no argument": [],
    "undefined": [UNDEFINED],
    "null": [None],
    "a number": [42],
    "an address and a port": ["127.0.0.1:80"],
    "a port that is too large": ["ws://127.0.0.1:99999/"],
    "a port that is no number": ["ws://127.0.0.1:abc/"],
    "a negative port": ["ws://127.0.0.1:-1/"],
    "a space in the host": ["ws://a b/"],
    "white space around": ["  ws://127.0.0.1:{peer}/a  "],
    "a bracket in the host": ["ws://[/"],
    "the scheme http": ["http://127.0.0.1:{peer}/"],
    "the scheme https": ["https://127.0.0.1:{peer}/"],
    "the scheme ftp": ["ftp://127.0.0.1:{peer}/"],
    "no scheme": ["//127.0.0.1:{peer}/"],
    "a path alone": ["/path"],
    "words": ["not a url"],
    "a word": ["word"],
    "localhost and a port": ["localhost:8080"],
    "a line end inside": ["ws://127.0.0.1:{peer}/a\r\nX-Injected: 1"],
}
ENGINE = {"no argument", "undefined", "null", "a number"}


def good() -> list[Scenario]:
    return [
        Scenario(
            f"a URL with {name}",
            [["new", "socket", url], *open_socket(url)[1:], get("url"), get("readyState")],
            [accepted()],
        )
        for name, url in GOOD.items()
    ]


def refused() -> list[Scenario]:
    return [
        Scenario(
            f"a URL with {name}",
            [*open_socket(url), get("url"), get("readyState")],
            awaits=["socket.onerror"],
        )
        for name, url in REFUSED.items()
    ]


def dead() -> list[Scenario]:
    """No callback ever; the socket is closed from the start."""
    return [story(name, arguments) for name, arguments in DEAD.items()]


def story(name: str, arguments: list[Any]) -> Scenario:
    script = [["new", "socket", *arguments], *open_socket()[1:], get("url"), get("readyState")]
    if name in ENGINE:
        return Scenario(
            f"a URL that never connects: {name}", script, measured=False, source="script-api.md, 3"
        )
    return Scenario(f"a URL that never connects: {name}", script)


SCENARIOS = all_of(good(), refused(), dead())
