"""A thousand scripts, one after another, and an engine that tells of no rejections."""

import gc
import resource
import sys

import pytest

from tests.javascript.scripts import SCRIPTS
from tests.javascript.writing import Write
from wsfake import Harness, Transcript
from wsfake.errors import ScriptError
from wsfake.javascript import engine


def run_one() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(
            "ws://echo.websocket.org", Transcript().client("Test message").server("Test message")
        )
        script = ws_fake.load_script(SCRIPTS / "echo.js")
        script.eval("var kept = []; for (var i = 0; i < 20000; i++) kept.push({ i: i }); 1")
        ws_fake.run()
        assert script.printed[-1] == "Ready state = 3"


def memory() -> int:
    """Bytes of memory that are resident now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_thousand_scripts_do_not_grow_memory() -> None:
    for _ in range(50):
        run_one()
    gc.collect()
    before = memory()
    for _ in range(1000):
        run_one()
    gc.collect()
    grown = memory() - before

    assert grown < 20 * 2**20  # each has held some 2 MB


def test_an_engine_is_freed_when_its_test_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[engine.Engine] = []
    close = engine.Engine.close

    def note(self: engine.Engine) -> None:
        close(self)
        closed.append(self)

    monkeypatch.setattr(engine.Engine, "close", note)
    run_one()

    (one,) = closed
    assert not hasattr(one, "_context")
    assert one._call is None


def test_where_the_engine_tells_of_no_rejections_handlers_are_watched(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "track_rejections", lambda context: None)
    path = write("Script.setTimeout(async function () { throw new Error('lost'); }, 5);")
    with Harness() as ws_fake:
        ws_fake.load_script(path)
        with pytest.raises(ScriptError) as caught:
            ws_fake.run()
    assert str(caught.value).splitlines()[0] == (
        "a promise was rejected, and nothing handles it: Error: lost"
    )
