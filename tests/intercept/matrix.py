"""What every client library is tried with, and the table of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trio
from attrs import evolve

from tests.intercept.clients import APART, CLIENTS, Call, Client, Seen
from tests.processes import running
from wsfake import Harness, Transcript

__all__ = ["CAPABILITIES", "table", "transcript_of"]

HOST = "feed.example"
PATIENCE = 60


def talk(client: Client, call: Call) -> Seen:
    seen: Seen
    if client.kind == "asyncio":
        seen = asyncio.run(asyncio.wait_for(client.talk(call), PATIENCE))
    elif client.kind == "trio":
        seen = trio.run(client.talk, call)
    else:
        seen = client.talk(call)
    return seen


def transcript_of(client: Client, begin: Transcript | None = None) -> Transcript:
    transcript = begin if begin is not None else begin_of(client)
    for said, answers in client.turns:
        if said is not None:
            transcript = transcript.client(said)
        for answer in answers:
            transcript = transcript.server(answer)
    return transcript


def begin_of(client: Client, **answer: Any) -> Transcript:
    if client.needs_subprotocol:
        answer["subprotocol"] = client.subprotocol
    return Transcript().server_accepts(**answer) if answer else Transcript()


def with_farewell(transcript: Transcript) -> Transcript:
    """Bear what a client says by itself behind the end: that it is done (gql, Socket.IO)."""
    for farewell in ({"id": "1", "type": "complete"}, "41", "1"):
        transcript = transcript.optional(Transcript().client(farewell))
    return transcript


def serve(
    client: Client, ws_fake: Harness, transcript: Transcript, *, scheme: str = "ws", **call: Any
) -> Seen:
    """Let a client talk with a transcript, and return what it has seen."""
    url = f"{scheme}://{HOST}{client.path}"
    ws_fake.serve(url, with_farewell(transcript))
    with ws_fake.intercept():
        return talk(client, Call(url, **call))


def scripted(client: Client, tmp_path: Path) -> None:
    with Harness() as ws_fake:
        assert serve(client, ws_fake, transcript_of(client)).heard == "hello"


def wss(client: Client, tmp_path: Path) -> None:
    with Harness() as ws_fake:
        assert serve(client, ws_fake, transcript_of(client), scheme="wss").heard == "hello"


CANNED_SERVER = """
import asyncio, json, sys
from websockets.asyncio.server import serve

turns, subprotocols = json.loads(sys.argv[1]), sys.argv[2:] or None

async def talk(connection):
    for says, answers in turns:
        if says is not None:
            await connection.recv()
        for answer in answers:
            await connection.send(answer)
    async for message in connection:
        pass

async def main():
    async with serve(talk, "127.0.0.1", 0, subprotocols=subprotocols) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

asyncio.run(main())
"""


def record(client: Client, tmp_path: Path) -> None:
    turns, cassette = json.dumps(client.turns), tmp_path / "recorded.msgpack"
    chosen = [client.subprotocol] if client.needs_subprotocol else []
    with running(CANNED_SERVER, turns, *chosen) as server:
        with Harness(cassette=cassette, mode="rewrite") as ws_fake:
            ws_fake.alias(f"ws://{HOST}", to=server)
            with ws_fake.intercept():
                seen = talk(client, Call(f"ws://{HOST}{client.path}"))
        assert seen.heard == "hello"
        assert ws_fake.summary.recorded > 2
    with Harness(cassette=cassette) as ws_fake, ws_fake.intercept():
        assert talk(client, Call(f"ws://{HOST}{client.path}")).heard == "hello"


def replay(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "said.msgpack"
    with Harness() as ws_fake:
        serve(client, ws_fake, transcript_of(client))
        ws_fake.save(path)
    with Harness(cassette=path) as ws_fake, ws_fake.intercept():
        assert talk(client, Call(f"ws://{HOST}{client.path}")).heard == "hello"
        assert ws_fake.dialogue.entries[0].what.url == f"ws://{HOST}{client.path}"  # type: ignore[union-attr]


def rejection(client: Client, tmp_path: Path) -> None:
    rejects = Transcript().server_rejects(401, {"X-Why": "key"}, b"wrong key")
    with Harness() as ws_fake:
        assert serve(client, ws_fake, rejects).status == 401


def close_codes(client: Client, tmp_path: Path) -> None:
    with Harness() as ws_fake:
        closing = transcript_of(client).server_closes(4001, "enough")
        seen = serve(client, ws_fake, closing, until_closed=True)
        assert seen.close == (4001, "enough")


def pings(client: Client, tmp_path: Path) -> None:
    with Harness() as ws_fake:
        pinging = begin_of(client).server_pings(b"beat").client_pongs(b"beat")
        assert serve(client, ws_fake, transcript_of(client, pinging)).heard == "hello"


def subprotocol(client: Client, tmp_path: Path) -> None:
    name = client.subprotocol
    with Harness() as ws_fake:
        begin = Transcript().server_accepts(subprotocol=name)
        seen = serve(client, ws_fake, transcript_of(client, begin), subprotocols=("other", name))
        assert (seen.heard, seen.subprotocol) == ("hello", name)


def compression(client: Client, tmp_path: Path) -> None:
    with Harness() as ws_fake:
        begin = begin_of(client, extensions=["permessage-deflate"])
        assert serve(client, ws_fake, transcript_of(client, begin)).heard == "hello"
        offered = ws_fake.dialogue.entries[0].what.extensions  # type: ignore[union-attr]
        assert any("permessage-deflate" in offer for offer in offered)


def virtual_time(client: Client, tmp_path: Path) -> None:
    with Harness() as ws_fake:
        *turns, (said, answers) = client.turns
        late = transcript_of(evolve(client, turns=tuple(turns)))
        late = late.client(said).pause(3.0).server(answers[0])
        ws_fake.serve(f"ws://{HOST}{client.path}", with_farewell(late))
        with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
            seen = runner.run(client.talk(Call(f"ws://{HOST}{client.path}")))
        assert seen.heard == "hello"
        assert ws_fake.now >= 3
        assert not ws_fake._clock.real


CAPABILITIES: dict[str, Callable[[Client, Path], None]] = {
    "scripted": scripted,
    "record": record,
    "replay": replay,
    "wss": wss,
    "rejection": rejection,
    "close codes": close_codes,
    "ping/pong": pings,
    "subprotocol": subprotocol,
    "compression": compression,
    "virtual time": virtual_time,
}


def table() -> list[str]:
    """Return the lines of the table: what runs is ticked, what cannot be has a note."""
    notes: list[str] = []
    lines = [
        f"| library | version | {' | '.join(CAPABILITIES)} |",
        f"|---|---|{'---|' * len(CAPABILITIES)}",
    ]
    apart = (
        "wants other versions of `websockets`: tried in an environment of its own (`./dev apart`)"
    )
    for client in (*CLIENTS, *APART):
        if client.tried and apart not in notes:
            notes.append(apart)
        cells = []
        for capability in CAPABILITIES:
            why = client.lacks.get(capability)
            if why is None:
                cells.append("yes")
                continue
            if why not in notes:
                notes.append(why)
            cells.append(f"no ({notes.index(why) + 1})")
        name = f"{client.name} ({notes.index(apart) + 1})" if client.tried else client.name
        lines.append(f"| {name} | {client.version} | {' | '.join(cells)} |")
    return [*lines, "", *(f"{number}. {note}" for number, note in enumerate(notes, 1))]
