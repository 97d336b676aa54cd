"""A script of a page against a real peer, and from its recording."""

from pathlib import Path

from tests.javascript.writing import Write
from wsfake import Harness
from wsfake.cassette import load

URL = "ws://games.test/live"
SCRIPT = """
const socket = new WebSocket("/live");
socket.binaryType = "arraybuffer";
const waited = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
socket.onopen = async () => {
  socket.send("one");
  await waited(30);
  socket.send(new Uint8Array([1, 2, 3]));
};
socket.onmessage = ({ data, origin }) => {
  console.log(typeof data === "string" ? data : new Uint8Array(data), origin, socket.bufferedAmount);
  if (typeof data !== "string") socket.close(3000, "enough");
};
socket.onclose = ({ code, wasClean }) => console.log(code, wasClean);
"""
PRINTED = ["one ws://games.test 0", "[1, 2, 3] ws://games.test 0", "3000 true"]


def run_script(path: Path, cassette: Path, mode: str, server: str) -> list[str]:
    with Harness(
        profile="browser", base_url="http://games.test/", cassette=cassette, mode=mode
    ) as ws_fake:
        ws_fake.alias(URL, to=f"{server}/echo")
        script = ws_fake.load_script(path)
        ws_fake.run(timeout=60)
        return script.printed


def test_a_page_is_recorded_and_replayed(server: str, write: Write, tmp_path: Path) -> None:
    path, cassette = write(SCRIPT), tmp_path / "page.msgpack"

    assert run_script(path, cassette, "rewrite", server) == PRINTED
    assert run_script(path, cassette, "none", "ws://nowhere.invalid") == PRINTED
    said = [entry.what for entry in load(cassette).entries if isinstance(entry.what, str | bytes)]
    assert said == ["one", "one", b"\1\2\3", b"\1\2\3"]
