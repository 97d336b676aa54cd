"""`new WebSocket(webSocket)`, as in Python."""

from pathlib import Path

from wsfake import Harness, Transcript

SCRIPT = """
var one = new WebSocket("ws://echo.example/");
function share(name) {
    var other = new WebSocket(one);
    other.onopen = function () { print(name, "open"); };
    other.onmessage = function (message) { print(name, message.data); };
}
one.onopen = function () { share("other"); };
"""


def test_one_that_is_made_in_a_handler_hears_from_the_next_event_on(tmp_path: Path) -> None:
    path = tmp_path / "sharing.js"
    path.write_text(SCRIPT)
    with Harness() as ws_fake:
        ws_fake.serve("ws://echo.example/", Transcript().server("a").server("b"))
        script = ws_fake.load_script(path)
        ws_fake.run()
        assert script.printed == ["other a", "other b"]
