"""What scripts of Qt hosts find: globals, timers, signals, and stubs that note their calls."""

import re

import pytest

from tests.javascript.writing import Write
from wsfake import Harness, Transcript
from wsfake.errors import UsageError

URL = "ws://peer.example"


def printed(write: Write, source: str, profile: str = "overte") -> list[str]:
    """Run a script for ten seconds; return what it prints."""
    with Harness(profile=profile) as ws_fake:
        script = ws_fake.load_script(write(source))
        ws_fake.advance(10)
        return script.printed


def test_print_joins_its_arguments_with_a_space(write: Write) -> None:
    source = "print(1, 'a', null, undefined, [1, 2], { a: 1 }); console.log('x', 'y'); print();"
    assert printed(write, source) == ["1 a null undefined 1,2 [object Object]", "x y", ""]


def test_what_is_printed_is_told_at_once(write: Write) -> None:
    told: list[str] = []
    with Harness() as ws_fake:
        ws_fake.load_script(write("print('a'); console.error('b');"), on_print=told.append)
    assert told == ["a", "b"]


def test_what_is_printed_goes_to_stdout(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("print('a', 1);")
    with Harness() as ws_fake:
        ws_fake.load_script(path)
        ws_fake.load_script(path, on_print=None)
    assert capsys.readouterr() == ("a 1\n", "")


# Timers


def test_timers_are_objects_on_the_virtual_clock(write: Write) -> None:
    source = """
var timeout = Script.setTimeout(function () { print("timeout", Date.now() - start); }, 1500);
var interval = Script.setInterval(function () {
    print("interval", Date.now() - start);
    if (Date.now() - start > 2000) Script.clearTimeout(interval);
}, 1000);
var cleared = Script.setTimeout(function () { print("never"); }, 10);
Script.clearInterval(cleared);
Script.clearTimeout(undefined); Script.clearTimeout(cleared); Script.clearTimeout(7);
var start = Date.now();
print(typeof timeout, typeof setTimeout, typeof setInterval);
"""
    assert printed(write, source) == [
        "object undefined undefined",
        "interval 1000",
        "timeout 1500",
        "interval 2000",
        "interval 3000",
    ]


def test_a_timer_that_sets_itself_again_keeps_a_run_going(write: Write) -> None:
    path = write("""
var left = 3;
(function again() { if (left-- > 0) Script.setTimeout(again, 100); })();
""")
    with Harness() as ws_fake:
        ws_fake.load_script(path)
        ws_fake.run()
        assert ws_fake.now == pytest.approx(0.3)


def test_an_interval_alone_does_not(write: Write) -> None:
    with Harness() as ws_fake:
        ws_fake.load_script(write("Script.setInterval(function () {}, 100);"))
        ws_fake.run()
        assert ws_fake.now == 0


def test_update_comes_sixty_times_a_second(write: Write) -> None:
    source = """
var count = 0, passed = 0;
function onUpdate(deltaTime) {
    count += 1;
    passed += deltaTime;
    if (count === 120) { print(passed.toFixed(3)); Script.update.disconnect(onUpdate); }
}
Script.update.connect(onUpdate);
"""
    with Harness() as ws_fake:
        script = ws_fake.load_script(write(source))
        ws_fake.advance(2.01)
        assert script.printed == ["2.000"]


def test_a_promise_goes_on_in_its_own_turn(write: Write) -> None:
    source = """
const sleep = (ms) => new Promise((resolve) => Script.setTimeout(resolve, ms));
(async () => { print("a"); await sleep(1000); print("b", typeof performance); })();
print("c");
"""
    assert printed(write, source) == ["a", "c", "b undefined"]


# Signals

SIGNAL = """
function f() { print("f"); }
function g() { print("g"); Script.scriptEnding.disconnect(g); }
Script.scriptEnding.connect(f);
Script.scriptEnding.connect(f);
Script.scriptEnding.connect(g);
Script.scriptEnding.disconnect(function () {});
Script.scriptEnding.connect({ name: "it", h: function () { print(this.name); } }, "h");
"""


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ("overte", ["f", "g", "it"]),
        ("vircadia", ["f", "f", "g", "it"]),
        ("hifi", ["f", "f", "g", "it"]),
    ],
)
def test_a_function_that_is_connected_twice(profile: str, told: list[str], write: Write) -> None:
    with Harness(profile=profile) as ws_fake:
        script = ws_fake.load_script(write(SIGNAL))
        script.stop()
    assert script.printed == told


# WebSocket


def test_this_in_a_handler_is_the_global_object(write: Write) -> None:
    path = write(f"""
var s = new WebSocket("{URL}");
s.onopen = function () {{ print(this === globalThis, arguments.length); }};
s.onclose = function (data) {{ print(Object.keys(data), arguments.length); }};
""")
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server_closes(4001, "x"))
        script = ws_fake.load_script(path)
        ws_fake.run()
    assert script.printed == ["true 0", "code,reason,wasClean 1"]


def test_the_same_connection_for_another_websocket(write: Write) -> None:
    path = write(f"""
var one = new WebSocket("{URL}");
var two = new WebSocket(one);
one.onmessage = function (m) {{ print("one", m.data); }};
two.onmessage = function (m) {{ print("two", m.data); two.close(); print(one.readyState); }};
""")
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server("x").client_closes())
        script = ws_fake.load_script(path)
        ws_fake.run()
    assert script.printed == ["one x", "two x", "3"]


def test_many_connections_are_forgotten_when_they_are_closed(write: Write) -> None:
    path = write(f"""
var left = 50;
(function again() {{
    var s = new WebSocket("{URL}");
    s.onopen = function () {{ s.close(); if (left-- > 0) Script.setTimeout(again, 1); }};
}})();
""")
    with Harness() as ws_fake:
        ws_fake.serve(URL, connections=None)
        script = ws_fake.load_script(path)
        ws_fake.run()
        script.eval("1")
        (sockets,) = (part for part in script._parts if type(part).__name__ == "Sockets")
        assert sockets._faces == {}  # type: ignore[attr-defined]


# What a host has


def test_vectors_and_rotations(write: Write) -> None:
    source = """
function short(n) { return Number(n.toFixed(3)); }
function show(v) { return [v.x, v.y, v.z].map(short).join(); }
var a = { x: 1, y: 2, z: 3 };
print(show(Vec3.sum(a, Vec3.UNIT_X)), show(Vec3.subtract(a, Vec3.ONE)), show(Vec3.multiply(2, a)));
print(show(Vec3.multiply(a, 2)), Vec3.dot(a, a), Vec3.length({ x: 3, y: 4, z: 0 }));
print(show(Vec3.cross(Vec3.UNIT_X, Vec3.UNIT_Y)), show(Vec3.normalize({ x: 0, y: 5, z: 0 })));
print(Vec3.distance(a, Vec3.ZERO).toFixed(3), show(Vec3.mix(Vec3.ZERO, Vec3.ONE, 0.25)));
var turn = Quat.fromPitchYawRollDegrees(0, 90, 0);
print(show(Vec3.multiplyQbyV(turn, Vec3.UNIT_X)), show(Quat.getForward(turn)));
print(show(Quat.safeEulerAngles(Quat.fromPitchYawRollDegrees(10, 20, 30))));
print(show(Vec3.multiplyQbyV(Quat.inverse(turn), Vec3.multiplyQbyV(turn, a))));
print(show(Quat.safeEulerAngles(Quat.slerp(Quat.IDENTITY, turn, 0.5))));
print(show(Vec3.multiplyQbyV(Quat.rotationBetween(Vec3.UNIT_X, Vec3.UNIT_NEG_X), Vec3.UNIT_X)));
"""
    assert printed(write, source) == [
        "2,2,3 0,1,2 2,4,6",
        "2,4,6 14 5",
        "0,0,1 0,1,0",
        "3.742 0.25,0.25,0.25",
        "0,0,-1 -1,0,0",
        "10,20,30",
        "1,2,3",
        "0,45,0",
        "-1,0,0",
    ]


def test_entities_are_kept_in_memory(write: Write) -> None:
    source = """
Entities.addingEntity.connect(function (id) { print("added", id); });
Entities.deletingEntity.connect(function (id) { print("deleted", id); });
var position = { x: 1, y: 0, z: 0 };
var id = Entities.addEntity({ type: "Box", name: "box", position: position });
position.x = 9;
Entities.editEntity(id, { name: "crate", userData: JSON.stringify({ open: true }) });
print(JSON.stringify(Entities.getEntityProperties(id, ["name", "position", "userData"])));
print(Entities.getEntityProperties(id).type, Entities.getEntityProperties("no").type);
print(Entities.findEntities(Vec3.ZERO, 2).length, Entities.findEntities(Vec3.ZERO, 0.5).length);
print(Entities.findEntitiesByType("Box", Vec3.ZERO, 5)[0] === id);
print(Entities.findEntitiesByName("box", Vec3.ZERO, 5).length);
Entities.deleteEntity(id);
Entities.deleteEntity(id);
print(Entities.isAddedEntity(id));
"""
    id_ = "{00000000-0000-4000-8000-000000000001}"
    assert printed(write, source) == [
        f"added {id_}",
        r'{"name":"crate","position":{"x":1,"y":0,"z":0},"userData":"{\"open\":true}"}',
        "Box undefined",
        "1 0",
        "true",
        "0",
        f"deleted {id_}",
        "false",
    ]


def test_messages_reach_every_script_that_has_subscribed(write: Write) -> None:
    listener = write(
        """
Messages.messageReceived.connect(function (channel, message, sender, local) {
    print(channel, message, sender === MyAvatar.sessionUUID, local);
});
Messages.dataReceived.connect(function (channel, data) { print(channel, new Uint8Array(data)); });
Messages.subscribe("chat");
""",
        "listener.js",
    )
    talker = write(
        """
Messages.sendMessage("chat", "to all");
Messages.sendMessage("other", "to nobody");
Messages.sendLocalMessage("chat", "here");
Messages.sendData("chat", new Uint8Array([1, 2]).buffer);
""",
        "talker.js",
    )
    with Harness() as ws_fake:
        first, second = ws_fake.load_script(listener), ws_fake.load_script(listener)
        ws_fake.load_script(talker)
        second.eval("Messages.unsubscribe('chat'); Messages.sendMessage('chat', 'mine')")
        ws_fake.run()
    assert first.printed == [
        "chat to all false false",
        "chat here false true",
        "chat 1,2",
        "chat mine false false",
    ]
    assert second.printed == []


def test_other_things_of_a_script(write: Write) -> None:
    source = """
print(Settings.getValue("k"), Settings.getValue("k", 5));
Settings.setValue("k", [1]);
print(Settings.getValue("k", 5), location.hostname, MyAvatar.displayName, Script.context);
print(AvatarList.getAvatarIdentifiers().length, AvatarList.getAvatar(null) === MyAvatar);
print(Uuid.isNull(Uuid.fromString("x")), Uuid.isEqual("{A0000000-0000-4000-8000-000000000001}",
    "a0000000-0000-4000-8000-000000000001"), Uuid.toString("no") === Uuid.NULL);
print(Uuid.generate(), Uuid.generate() === Uuid.generate());
"""
    *told, generated = printed(write, source)
    assert told == [" 5", "1 localhost Tester agent", "1 true", "true true true"]
    assert re.fullmatch(
        r"\{[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\} false", generated
    )


# Stubs


def test_a_stub_answers_with_itself_and_notes_its_calls(write: Write) -> None:
    path = write("""
var overlay = Overlays.addOverlay("text", { text: "hi", done: function onDone() {}, size: -0 });
Overlays.editOverlay(overlay, { visible: false }).then;
Window.location.assign("x")[3];
var web = new OverlayWebWindow("title", 1, 2);
web.visible = true;
print(overlay, overlay > -1, JSON.stringify({ overlay }), web.visible, [...overlay].length);
var round = {}; round.round = round;
Menu.addMenu(round, new Uint8Array([7]));
Window = { alert: print };
Window.alert("own");
""")
    with Harness() as ws_fake:
        script = ws_fake.load_script(path)
        assert script.printed == [
            'Overlays.addOverlay true {"overlay":"Overlays.addOverlay"} true 0',
            "own",
        ]
        assert script.calls("Overlays.addOverlay") == [
            ["text", {"text": "hi", "done": "[function onDone]", "size": -0.0}]
        ]
        assert script.calls("Overlays.editOverlay") == [["Overlays.addOverlay", {"visible": False}]]
        assert script.calls("Nothing.of.it") == []
        assert [name for name, _ in script.calls()] == [
            "Overlays.addOverlay",
            "Overlays.editOverlay",
            "Window.location.assign",
            "OverlayWebWindow",
            "Menu.addMenu",
        ]


def test_a_test_emits_the_signals_of_the_host(write: Write) -> None:
    path = write("""
function onKey(event) { print(event.text); }
Controller.keyPressEvent.connect(onKey);
Entities.clickDownOnEntity.connect(function (id, event) { print(id, event.button); });
""")
    with Harness() as ws_fake:
        script = ws_fake.load_script(path)
        script.emit("Controller.keyPressEvent", {"text": "q"})
        script.emit("Entities.clickDownOnEntity", "{1}", {"button": "Primary"})
        script.eval("Controller.keyPressEvent.disconnect(onKey)")
        script.emit("Controller.keyPressEvent", {"text": "w"})
        assert script.printed == ["q", "{1} Primary"]
        for wrong in ("Controller.mouseMoveEvent", "Nothing.atAll", "Vec3.sum", "x"):
            with pytest.raises(UsageError) as caught:
                script.emit(wrong)
            assert str(caught.value) == f"expected a signal of script.js's host, got {wrong!r}"


def test_a_name_that_no_host_has_is_still_an_error(write: Write) -> None:
    with Harness() as ws_fake:
        script = ws_fake.load_script(write("print(typeof Overlay, typeof window, typeof require);"))
    assert script.printed == ["undefined undefined undefined"]
