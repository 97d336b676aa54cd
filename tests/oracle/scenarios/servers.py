"""`WebSocketServer`: raw clients and sockets of the script connect to it."""

from typing import Any

from scenarios.model import (
    END,
    FIN,
    RST,
    SETTLE,
    UNDEFINED,
    Action,
    Scenario,
    Step,
    all_of,
    do,
    listen,
    open_socket,
    repeat,
    write,
)

UPGRADE: list[Step] = [write(["upgrade"]), ["expect", "handshake"], SETTLE]
MINE = "ws://127.0.0.1:{server}/"
UNMEASURED: dict[str, Any] = {"measured": False, "source": "script-api.md, 1"}


def told(*actions: Action, **handlers: list[Action]) -> list[Action]:
    """A server whose newConnection sets all the peer's handlers and then does more."""
    return [
        ["server", "server"],
        ["connect", "server", "listener", [*listen("it", **handlers), *actions]],
    ]


def state() -> list[Action]:
    return [["get", "server", name] for name in ("listening", "url", "port")]


def listening() -> list[Scenario]:
    options: dict[str, list[Any]] = {
        "no argument": [],
        "an empty object": [{}],
        "port 0": [{"port": 0}],
        "a server name": [{"serverName": "mine"}],
        "an empty server name": [{"serverName": ""}],
        "a server name that is a number": [{"serverName": 42}],
        "a port in a string": [{"port": "59999"}],
        "a port that is null": [{"port": None}],
        "a number in place of the object": [59999],
        "a text in place of the object": ["59999"],
        "undefined": [UNDEFINED],
    }
    made = [
        Scenario(
            f"a server made with {name}",
            [["server", "server", *arguments], *state()],
            clients={"client": ("server", UPGRADE)},
            **({} if name in {"no argument", "a server name"} else UNMEASURED),
        )
        for name, arguments in options.items()
    ]
    return [
        *made,
        Scenario(
            "a server on a port in use",
            [["server", "server", {"port": {"number": "{taken}"}}], *state(),
             ["connect", "server", "listener", []], ["close", "server"], *state()],
        ),
        Scenario(
            "a second server on the port of the first",
            [["server", "server"], ["server", "second", {"port": {"number": "{server}"}}],
             ["get", "second", "listening"], ["get", "second", "url"], ["get", "second", "port"]],
            clients={"client": ("server", UPGRADE)},
        ),
        Scenario(
            "two servers",
            [["server", "server"], ["server", "second"],
             ["connect", "server", "first listener", []], ["connect", "second", "second listener", []],
             *open_socket("ws://127.0.0.1:{second}/")],
            awaits=["socket.onopen"],
        ),
        Scenario(
            "a server's read-only properties are assigned",
            [["server", "server"], ["set", "server", "url", "x"], ["set", "server", "port", 1],
             ["set", "server", "listening", False], *state()],
            **UNMEASURED,
        ),
        Scenario("a server closed at once", [["server", "server"], ["close", "server"], *state()]),
        Scenario(
            "a server closed twice",
            [["server", "server"], ["close", "server"], ["close", "server"], *state()],
        ),
    ]  # fmt: skip


def connecting() -> list[Scenario]:
    targets: dict[str, tuple[str, ...]] = {
        "a slash": ("/",),
        "a path": ("/a/b",),
        "a path and a query": ("/a?x=1&y=2",),
        "escapes": ("/a%20b?q=%C3%A9",),
        "another Host": ("/", "example.test:81"),
        "a Host without a port": ("/", "example.test"),
    }
    urls = [
        Scenario(
            f"the peer's url when the client asks for {name}",
            told(["get", "it", "url"], ["get", "it", "readyState"]),
            clients={
                "client": ("server", [write(["upgrade", *target]), ["expect", "handshake"], SETTLE])
            },
        )
        for name, target in targets.items()
    ]
    own = [
        Scenario(
            f"the peer's url when a socket of the script connects with {name}",
            [*told(["get", "it", "url"]), *open_socket("ws://127.0.0.1:{server}" + rest)],
            awaits=["socket.onopen"],
        )
        for name, rest in {"no path": "", "a slash": "/", "a path and a query": "/a?x=1"}.items()
    ]
    one: list[Step] = [*UPGRADE, ["signal", "first"]]
    two: list[Step] = [["wait", "first"], *UPGRADE]
    return [
        *urls,
        *own,
        Scenario(
            "newConnection comes before the client's onopen",
            [*told(), *open_socket(MINE)],
            awaits=["socket.onopen"],
        ),
        Scenario(
            "two clients connect in turn",
            told(["send", "it", "welcome"]),
            clients={"a": ("server", one), "b": ("server", two)},
        ),
        Scenario(
            "a client connects and nobody listens for it",
            [["server", "server"]],
            clients={"client": ("server", [*UPGRADE, write(["text", "anyone?"]), SETTLE])},
        ),
        Scenario(
            "a client connects to a server that has been closed",
            [["server", "server"], ["close", "server"], *open_socket(MINE)],
            awaits=["socket.onerror"],
        ),
    ]


def requests() -> list[Scenario]:
    """What is no opening handshake."""
    plain = ["GET / HTTP/1.1", "Host: localhost"]
    upgrade = [*plain, "Upgrade: websocket", "Connection: Upgrade"]
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    heads = {
        "a plain HTTP GET": plain,
        "a POST": ["POST / HTTP/1.1", "Host: localhost", "Content-Length: 0"],
        "an upgrade without a key": [*upgrade, "Sec-WebSocket-Version: 13"],
        "an upgrade without a version": [*upgrade, key],
        "an upgrade of version 8": [*upgrade, key, "Sec-WebSocket-Version: 8"],
        "an upgrade to something else": [*plain, "Upgrade: h2c", "Connection: Upgrade", key, "Sec-WebSocket-Version: 13"],
        "an upgrade without Host": ["GET / HTTP/1.1", *upgrade[2:], key, "Sec-WebSocket-Version: 13"],
    }  # fmt: skip
    refused = [
        Scenario(
            f"a server is sent {name}",
            told(),
            clients={"client": ("server", [write(["http", head]), SETTLE])},
        )
        for name, head in heads.items()
    ]
    offered = [
        Scenario(
            f"a client offers {name}",
            told(["get", "it", "protocol"], ["get", "it", "extensions"]),
            clients={"client": ("server", [write(["upgrade", "/", "", [header]]), ["expect", "handshake"], SETTLE])},
        )
        for name, header in {
            "subprotocols": "Sec-WebSocket-Protocol: chat, superchat",
            "an extension": "Sec-WebSocket-Extensions: permessage-deflate",
            "an origin": "Origin: http://example.test",
        }.items()
    ]  # fmt: skip
    return [
        *refused,
        *offered,
        Scenario(
            "a client connects and says nothing",
            told(),
            clients={"client": ("server", [SETTLE, SETTLE])},
        ),
        Scenario(
            "a client connects and drops before its request",
            told(),
            clients={"client": ("server", [SETTLE, FIN, END])},
        ),
        Scenario(
            "a client connects and drops inside its request",
            told(),
            clients={
                "client": ("server", [write(["cut", ["http", upgrade], 20]), SETTLE, FIN, END])
            },
        ),
    ]


def talking() -> list[Scenario]:
    """What a raw client does when it is connected, and what its peer in the script sees."""
    stories: dict[str, list[Step]] = {
        "sends a text": [write(["text", "hello"]), SETTLE],
        "sends an empty text": [write(["text", ""]), SETTLE],
        "sends a binary message": [write(["binary", "0001ff"]), SETTLE],
        "sends a long text": [write(["text", repeat("0123456789", 7000)]), SETTLE],
        "sends a text in fragments": [
            write(["frame", "01", "6162"], ["frame", "80", "63"]),
            SETTLE,
        ],
        "sends three texts at once": [write(["text", "1"], ["text", "2"], ["text", "3"]), SETTLE],
        "sends a ping": [write(["ping", "70"]), SETTLE],
        "sends a frame that is not masked": [write(["unmasked", ["text", "bare"]]), SETTLE],
        "sends a reserved bit": [write(["frame", "c1", "68"]), SETTLE],
        "sends invalid UTF-8": [write(["frame", "81", "ff"]), SETTLE],
        "closes with 1000": [write(["close", 1000, "bye"]), SETTLE],
        "closes with 4001": [write(["close", 4001, "mine"]), SETTLE],
        "closes with an empty payload": [write(["close"]), SETTLE],
        "closes with 1005": [write(["close", 1005, "x"]), SETTLE],
        "closes and ends the stream": [write(["close", 1000, "bye"]), FIN, END],
        "ends the stream": [FIN, END],
        "resets": [RST, SETTLE],
        "sends a text and ends the stream": [write(["text", "last"]), FIN, END],
        "ends the stream inside a frame": [write(["cut", ["text", "hello"], 8]), SETTLE, FIN, END],
    }
    return [
        Scenario(
            f"a client {name}",
            told(),
            clients={"client": ("server", [*UPGRADE, *steps])},
        )
        for name, steps in stories.items()
    ]


def inside_new_connection() -> list[Scenario]:
    calls: dict[str, list[Action]] = {
        "send()": [["send", "it", "welcome"]],
        "two send()": [["send", "it", "one"], ["send", "it", "two"]],
        "close()": [["close", "it"]],
        "close(4001, nope)": [["close", "it", 4001, "nope"]],
        "send() and close()": [["send", "it", "no"], ["close", "it", 4001, "nope"]],
        "close() and send()": [["close", "it", 4001, "nope"], ["send", "it", "no"]],
        "an exception": [["throw", "oops"]],
        "close() of the server": [["close", "server"], *state()],
    }
    raw = [
        Scenario(
            f"{name} inside newConnection",
            told(*actions),
            clients={"client": ("server", UPGRADE)},
        )
        for name, actions in calls.items()
    ]
    own = [
        Scenario(
            f"{name} inside newConnection, seen by a socket of the script",
            [*told(*actions), *open_socket(MINE)],
            awaits=["socket.onclose"],
        )
        for name, actions in calls.items()
        if "close(" in name
    ]
    return [*raw, *own]


def closing() -> list[Scenario]:
    """The server is closed while clients are connected."""
    shut = do(["close", "server"], *state())
    return [
        Scenario(
            "a server with one client is closed",
            told(),
            clients={"client": ("server", [*UPGRADE, shut, END])},
        ),
        Scenario(
            "a server with two clients is closed",
            told(),
            clients={
                "a": ("server", [*UPGRADE, ["signal", "first"], END]),
                "b": ("server", [["wait", "first"], *UPGRADE, shut, END]),
            },
        ),
        Scenario(
            "a server with a socket of the script is closed",
            [*told(), *open_socket(MINE, onopen=[["close", "server"], *state()])],
            awaits=["socket.onclose"],
        ),
        Scenario(
            "a server is closed inside a peer's onmessage",
            told(onmessage=[["close", "server"], *state()]),
            clients={"client": ("server", [*UPGRADE, write(["text", "stop"]), END])},
        ),
        Scenario(
            "a server is closed inside a peer's onclose",
            told(onclose=[["close", "server"], *state()]),
            clients={"client": ("server", [*UPGRADE, write(["close", 1000, "bye"]), END])},
        ),
        Scenario(
            "a server is closed when its client has gone",
            told(),
            clients={"client": ("server", [*UPGRADE, write(["close", 1000, "bye"]), END, shut])},
        ),
        Scenario(
            "a server is closed while a client has not asked yet",
            told(),
            clients={"client": ("server", [SETTLE, shut, SETTLE])},
        ),
        Scenario(
            "the peer closes, seen by a socket of the script",
            [*told(onmessage=[["close", "it", 4000, "enough"]]),
             *open_socket(MINE, onopen=[["send", "it", "please"]])],
            awaits=["socket.onclose"],
        ),
        Scenario(
            "a socket of the script closes, seen by the peer",
            [*told(), *open_socket(MINE, onopen=[["close", "it", 1000, "bye"]])],
            awaits=["peer1.onclose"],
        ),
        Scenario(
            "an echo server",
            [*told(onmessage=[["send", "it", "echo"]]),
             *open_socket(MINE, onopen=[["send", "it", "hello"]], onmessage=[["close", "it", 1000, "bye"]])],
            awaits=["peer1.onclose"],
        ),
    ]  # fmt: skip


def signals() -> list[Scenario]:
    twice: list[Action] = [
        ["server", "server"],
        ["connect", "server", "listener", []],
        ["connect", "server", "listener"],
    ]
    client = {"client": ("server", UPGRADE)}
    source: dict[str, Any] = {"measured": False, "source": "script-api.md, 3 and 4"}
    both = [
        Scenario(
            f"one function connected twice ({host})",
            twice,
            clients=client,
            profiles=(host,),
            **source,
        )
        for host in ("overte", "vircadia", "hifi")
    ]
    return [
        *both,
        Scenario(
            "two functions connected to one signal",
            [["server", "server"], ["connect", "server", "first", []], ["connect", "server", "second", []]],
            clients=client,
            **source,
        ),
        Scenario(
            "a function disconnected",
            [["server", "server"], ["connect", "server", "first", []], ["connect", "server", "second", []],
             ["disconnect", "server", "first"]],
            clients=client,
            **source,
        ),
        Scenario(
            "a function disconnected that was never connected",
            [["server", "server"], ["connect", "server", "first", []], ["disconnect", "server", "other", []]],
            clients=client,
            profiles=("overte",),
            **source,
        ),
        Scenario(
            "a function connected again",
            [["server", "server"], ["connect", "server", "first", []], ["disconnect", "server", "first"],
             ["connect", "server", "first"]],
            clients=client,
            **source,
        ),
        Scenario(
            "a function that throws before another",
            [["server", "server"], ["connect", "server", "first", [["throw", "oops"]]],
             ["connect", "server", "second", []]],
            clients=client,
            **source,
        ),
    ]  # fmt: skip


SCENARIOS = all_of(
    listening(), connecting(), requests(), talking(), inside_new_connection(), closing(), signals()
)
