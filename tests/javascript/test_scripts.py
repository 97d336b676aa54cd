"""Scripts in the manner of real ones, unmodified, against what a test serves."""

import json
import struct
from pathlib import Path

import pytest

from tests.javascript.scripts import SCRIPTS
from wsfake import Harness, Transcript
from wsfake.errors import ScriptError


def test_the_echo_client_of_the_api_page() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(
            "ws://echo.websocket.org", Transcript().client("Test message").server("Test message")
        )
        script = ws_fake.load_script(SCRIPTS / "echo.js")
        ws_fake.run()

        assert script.printed == [
            "Create WebSocket",
            "WebSocket opened",
            "Ready state = 1",
            "Send a test message",
            "Message received: Test message",
            "Close WebSocket",
            "WebSocket closed",
            "Ready state = 3",
        ]


def test_the_echo_server_of_the_api_page() -> None:
    with Harness() as ws_fake:
        script = ws_fake.load_script(SCRIPTS / "echo-server.js")
        transcript = Transcript().client("Hello").server("Hello back!").client_closes()
        ws_fake.play_client(script.eval("webSocketServer.url"), transcript)
        ws_fake.run()

        assert script.printed == [
            "Create WebSocketServer",
            "Listening: true ws://127.0.0.1:50000",
            "New connection",
            "Message received: Hello",
        ]


def test_a_client_and_a_server_that_are_both_scripts() -> None:
    with Harness() as ws_fake:
        ws_fake.load_script(SCRIPTS / "echo-server.js")
        client = ws_fake.load_script(SCRIPTS / "bounce.js")
        ws_fake.run()

        assert client.printed == ["Message received: Hello back!", "Closed: 1000 done true"]


def test_a_gateway_connects_again_and_waits_longer_each_time() -> None:
    subscribe = {"op": "subscribe", "symbols": ["BTC", "ETH"]}
    price = {"type": "price", "symbol": "BTC", "price": 5}
    with Harness() as ws_fake:
        ws_fake.serve(
            "wss://gateway.example/v1",
            Transcript().client(subscribe).server(price).server_drops(),
            Transcript().server_refuses(),
            Transcript().client(subscribe).server({**price, "price": 6}),
        )
        script = ws_fake.load_script(SCRIPTS / "gateway.js")
        ws_fake.run()

        assert script.printed == [
            "BTC 5",
            "gone 1006 again in 1000",
            "gone 1000 again in 2000",  # what this host says of a wss that is refused
            "BTC 6",
        ]
        script.stop()
        assert 'close 1000 "ending"' in str(ws_fake.dialogue)
        assert ws_fake.now == 3


def test_a_beacon_says_what_it_had_to_say_before_it_was_open() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(
            "ws://beacon.example/collect",
            Transcript()
            .client({"name": "started", "data": {"avatar": "Tester", "at": "localhost"}})
            .client({"name": "position", "data": {"x": 2, "y": 1, "z": -2}})
            .client({"name": "late", "data": True}),
        )
        ws_fake.load_script(SCRIPTS / "beacon.js")
        ws_fake.run()


def test_a_relay_hands_on_what_other_scripts_say(tmp_path: Path) -> None:
    talker = tmp_path / "talker.js"
    talker.write_text('Messages.sendMessage("Chat", JSON.stringify({ text: "anybody?" }));')
    with Harness() as ws_fake:
        room = ws_fake.serve("ws://chat.example/room")
        relay = ws_fake.load_script(SCRIPTS / "chat-relay.js")
        ws_fake.run()
        ws_fake.load_script(talker)
        ws_fake.run()
        (said,) = room.connections[0].client_messages
        assert json.loads(said)["text"] == "anybody?"

        room.send("hello")
        ws_fake.run()
        assert relay.calls("Messages.sendMessage") == [["Chat", '{"text":"hello","relayed":true}']]
        assert len(room.connections[0].client_messages) == 1


def test_a_request_an_answer_and_the_end() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(
            "ws://lookup.example/?q=caf%C3%A9%20%26%20tea",
            Transcript().client("who").server("Ada").client_closes(1000),
        )
        script = ws_fake.load_script(SCRIPTS / "one-shot.js")
        ws_fake.run()

        assert script.calls("Window.displayAnnouncement") == [["It is Ada"]]
        assert script.printed == ["ended"]


def test_a_console_for_several_clients() -> None:
    first = Transcript().server("welcome, number 1").pause(2).client("who").server("2 connected")
    first = first.server("hello").client_closes()
    second = Transcript().server("welcome, number 2").pause(3).client("hello")
    second = second.pause(4).client("uptime").server("7 s")
    with Harness() as ws_fake:
        ws_fake.load_script(SCRIPTS / "console-server.js")
        for transcript in (first, second):
            ws_fake.play_client("ws://127.0.0.1:50505", transcript)
        ws_fake.run()


def test_floats_are_doubled() -> None:
    with Harness() as ws_fake:
        floats, doubled = struct.pack("<3f", 1.5, -2, 0), struct.pack("<3f", 3, -4, 0)
        ws_fake.serve("ws://floats.example/", Transcript().server(floats).client(doubled))
        script = ws_fake.load_script(SCRIPTS / "floats.js")
        ws_fake.run()

        assert script.printed == ["3 3"]


def test_an_entity_script_is_constructed_preloaded_and_unloaded() -> None:
    door = "{d0000000-0000-4000-8000-000000000001}"
    with Harness() as ws_fake:
        ws_fake.serve(
            f"ws://doors.example/{door}",
            Transcript().server("open").client("moved").client_closes(1001, "unloaded"),
        )
        script = ws_fake.load_script(SCRIPTS / "entity.js", kind="client entity", entity=door)
        ws_fake.run()

        assert script.calls("Entities.editEntity") == [
            [door, {"position": {"x": 1, "y": 0, "z": 0}}]
        ]
        script.stop()
        assert script.printed == ["unload"]


def test_a_script_in_several_files() -> None:
    with Harness() as ws_fake:
        ws_fake.serve("ws://names.example", Transcript().server("2").client("[format.js] 2: Grace"))
        script = ws_fake.load_script(SCRIPTS / "including.js")
        ws_fake.run()

        assert script.printed == ["1 2 names.js"]


def test_an_interval_sends_while_the_socket_is_open() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(
            "ws://telemetry.example",
            Transcript().client("tick 1").client("tick 2").client("tick 3").server_closes(1001),
        )
        script = ws_fake.load_script(SCRIPTS / "interval.js")
        ws_fake.run()
        ws_fake.advance(1)

        assert script.printed == ["stopped after 3"]


def test_a_mistake_in_a_handler_fails_the_test_and_not_the_connection() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(
            "ws://feed.example",
            Transcript().server("{}").client("seen").server({"prices": {"BTC": 7}}).client("seen"),
        )
        script = ws_fake.load_script(SCRIPTS / "throwing.js")
        with pytest.raises(ScriptError) as caught:
            ws_fake.run()
        ws_fake.run()

        assert script.printed == ["7"]
    assert (
        str(caught.value)
        == """\
TypeError: cannot read property 'BTC' of undefined
  script  tests/scripts/throwing.js:5:12
  line    return message.prices.BTC;

    at update (tests/scripts/throwing.js:5:12)
    at tests/scripts/throwing.js:10:29"""
    )


def test_top_level_code_and_an_entity_script_in_one_file() -> None:
    with Harness() as ws_fake:
        script = ws_fake.load_script(SCRIPTS / "both-shapes.js", entity="{1}")
        script.stop()

        assert script.printed == ["top level", "preload {1} shared", "unload"]


def test_a_position_is_sent_with_the_update_that_has_seen_it() -> None:
    positions = Transcript().client({"x": 0, "y": 0, "z": 0}).client({"x": 1, "y": 2, "z": 0})
    with Harness() as ws_fake:
        ws_fake.serve("ws://positions.example", positions)
        script = ws_fake.load_script(SCRIPTS / "avatar-update.js", kind="avatar")
        ws_fake.advance(1)
        script.eval("MyAvatar.position = { x: 1, y: 2, z: 0 }")
        ws_fake.run()

        assert 1 < ws_fake.now < 1.02  # 60 of them in a second


def test_answers_are_awaited_and_one_never_comes() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(
            "ws://rpc.example",
            Transcript()
            .client({"id": 1, "method": "add", "params": [1, 2]})
            .server({"id": 1, "result": 3})
            .client({"id": 2, "method": "never", "params": []})
            .client_closes(),
        )
        script = ws_fake.load_script(SCRIPTS / "promising.js")
        ws_fake.run()

        assert script.printed == ["sum 3", "never: no answer"]
        assert ws_fake.now == 5
