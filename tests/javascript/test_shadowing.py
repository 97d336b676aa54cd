"""Scripts that declare globals of their own by names that the host knows, or assign to them."""

import json

import pytest

from tests.javascript.writing import Write
from wsfake import Harness, Transcript

URL = "ws://peer.example/"
FIXED = {"Infinity", "NaN", "undefined"}  # which no script can declare
MORE = {"addEventListener", "location"}  # that of a page is left by an assignment

# Each is a function of the globals as they were.
SCENARIOS = {
    "overte": """function scenario({ WebSocket, WebSocketServer, Script, Entities, Messages,
    Overlays, Settings, MyAvatar, Vec3, Quat, Uuid, Date, Uint8Array, print }) {
  const socket = new WebSocket("ws://peer.example/");
  socket.onmessage = ({ data }) => print(typeof data === "string" ? data : new Uint8Array(data));
  socket.onopen = () => {
    socket.send("text");
    socket.send(new Uint8Array([1, 2]).buffer);
    socket.send({ toString: () => "é" });
  };
  socket.onclose = ({ code, reason }) => print(code, reason);
  const server = new WebSocketServer({ port: 8080 });
  server.newConnection.connect((peer) => peer.send("welcome"));
  const timer = Script.setInterval(() => Script.clearInterval(timer), 1000);
  print(Script.require("./module.js").name, Script.resolvePath("a/../b") !== "");
  Script.include("library.js");
  Messages.messageReceived.connect((channel, message) => print(channel, message));
  Messages.subscribe("channel");
  Messages.sendMessage("channel", "message");
  const id = Entities.addEntity({ name: "one", position: Vec3.ONE });
  Entities.findEntities(Vec3.ZERO, 10).forEach((found) => print(found === id));
  print(Vec3.sum(Vec3.ONE, Vec3.multiplyQbyV(Quat.IDENTITY, Vec3.ONE)).x, Uuid.isNull(Uuid.NULL));
  Uuid.print("id", Uuid.NULL);
  print(Uuid.generate().length, MyAvatar.scale, Settings.getValue("key", "none"));
  print(new Date().getTime());
  Overlays.addOverlay("text", { bytes: new Uint8Array(1), big: 1n, none: -0 });
}""",
    "browser": """function scenario({ WebSocket, AbortController, AbortSignal, Blob, CustomEvent,
    EventTarget, TextDecoder, TextEncoder, URL, Date, TypeError, Uint8Array, addEventListener,
    console, location, performance, queueMicrotask, setTimeout, structuredClone }) {
  const socket = new WebSocket(new URL("/", "ws://peer.example"), ["v1"]);
  const shown = (data) => (typeof data === "string" ? data : data.bytes());
  socket.onmessage = async ({ data }) => console.log(await shown(data));
  socket.addEventListener("open", () => {
    socket.send("text");
    socket.send(new Uint8Array([1, 2]));
    socket.send(new Blob(["é"]));
    try { socket.close(1); } catch (error) { console.log(error.name); }
  });
  socket.onclose = ({ code, reason }) => console.log(code, reason);
  addEventListener("load", () => console.log("load"));
  function prevent(event) {
    console.log(event.message ?? event.reason);
    event.preventDefault();
  }
  addEventListener("error", prevent);
  addEventListener("unhandledrejection", prevent);
  setTimeout(async () => { throw 1; }, 1000);
  setTimeout(() => { throw new TypeError("told"); }, 1000);
  queueMicrotask(() => console.log("microtask", performance.now(), new Date().getTime()));
  const controller = new AbortController();
  const target = new EventTarget();
  target.addEventListener("x", () => console.log("x"), { signal: controller.signal });
  target.dispatchEvent(new CustomEvent("x"));
  controller.abort();
  console.log(target.dispatchEvent(new CustomEvent("x")), location.href);
  const late = AbortSignal.timeout(100);
  late.onabort = (event) => console.log(event.type, late.reason.name);
  console.log(new TextDecoder().decode(new TextEncoder().encode("é")));
  console.log(structuredClone({ a: [1, { b: 2n }], c: new Date(0), d: new Uint8Array(1) }));
  console.log([...new URL("ws://Bücher.example/%41?a=1&b=é").searchParams], new URL("ws://[::1]/").host);
}""",
}
SHADOWED = {
    "as a constant": "const {0} = 5;",
    "as a class": "class {0} {{}}",
    "by an assignment": "this.{0} = 5;",
}


def story(write: Write, profile: str, shadowed: str = "") -> list[str]:
    """Return what the scenario of a profile prints, with every global shadowed before it begins."""
    with Harness(profile=profile) as ws_fake:
        names = set(ws_fake.load_script(write("")).eval("Object.getOwnPropertyNames(globalThis)"))
    assert names > FIXED | {"Array", "Object", "Promise", "WebSocket", "globalThis", "parseInt"}
    names -= FIXED | MORE
    kept = json.dumps(sorted(names | MORE))
    keep = f"var kept = {{}}; for (var name of {kept}) kept[name] = this[name];"
    lines = [shadowed.format(name) for name in sorted(names)]
    write("exports.name = 'module';", "module.js")
    write("let shared = 1;", "library.js")
    source = "\n".join([keep, *lines, SCENARIOS[profile], "scenario(kept);"])
    with Harness(profile=profile) as ws_fake:
        ws_fake.serve(
            URL,
            Transcript(subprotocol="v1" if profile == "browser" else None)
            .client("text")
            .client(b"\1\2")
            .client("é".encode())
            .server("hello")
            .server(b"\3\4")
            .server_closes(4001, "over"),
        )
        script = ws_fake.load_script(write(source))
        if profile == "overte":
            ws_fake.play_client("ws://127.0.0.1:8080/", Transcript().server("welcome"))
        ws_fake.run()
        assert script.eval("[1n, { a: -0 }, kept.Uint8Array.of(7)]") == [1, {"a": -0.0}, b"\7"]
        assert "Overlays" not in names or script.calls("Overlays.addOverlay") == [
            ["text", {"bytes": b"\0", "big": 1, "none": -0.0}],
        ]  # fmt: skip
        return script.printed


@pytest.mark.parametrize("how", SHADOWED)
@pytest.mark.parametrize("profile", SCENARIOS)
def test_whatever_a_script_declares_the_host_goes_on(profile: str, how: str, write: Write) -> None:
    told = story(write, profile)

    assert "4001 over" in told
    assert story(write, profile, SHADOWED[how]) == told
