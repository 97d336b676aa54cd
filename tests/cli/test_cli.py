"""The command line: what is printed, where, and the exit code; never a traceback."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest

from wsfake import Harness, Transcript
from wsfake.cassette import load, write_cassette
from wsfake.cli import main


def cli(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "wsfake.cli", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, timeout=120
    )


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    with Harness() as ws_fake:
        ws_fake.serve("ws://a.test", Transcript().client("hi").server(b"\x00\xff"))
        socket = ws_fake.WebSocket("ws://a.test")
        socket.onopen = lambda: socket.send("hi")
        ws_fake.run()
        return ws_fake.save(tmp_path / "a.msgpack")


SHOWN = """\
connect ws://a.test
     0 ms  server  accepts
     0 ms  client  "hi"
     0 ms  server  b"\\x00\\xff"
"""


def test_no_command_is_wrong_use() -> None:
    result = cli()

    assert result.returncode == 2
    assert result.stderr.startswith("usage: wsfake [-h] [--version] COMMAND ...\n")


def test_the_version_is_that_of_the_package() -> None:
    result = cli("--version")

    assert (result.returncode, result.stdout) == (0, f"wsfake {version('wsfake')}\n")


def test_show_prints_the_dialogue(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(cassette)]) == 0
    assert capsys.readouterr() == (SHOWN, "")


def test_show_prints_one_json_object_for_each_entry(
    cassette: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "--json", str(cassette)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told == [
        {
            "at": 0, "connection": 1, "side": "client", "kind": "open", "url": "ws://a.test",
            "headers": [], "subprotocols": [], "extensions": [],
        },
        {
            "at": 0, "connection": 1, "side": "server", "kind": "accept", "subprotocol": None,
            "headers": [], "extensions": [],
        },
        {"at": 0, "connection": 1, "side": "client", "kind": "text", "text": "hi"},
        {"at": 0, "connection": 1, "side": "server", "kind": "binary", "base64": "AP8="},
    ]  # fmt: skip


def test_show_prints_a_cut_cassette_to_the_cut(
    cassette: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cassette.write_bytes(cassette.read_bytes()[:-10])

    assert main(["show", str(cassette)]) == 1
    told = capsys.readouterr()
    assert told.out == SHOWN
    assert told.err == f"wsfake: {cassette}: cut off: what was recorded after this is lost\n"


def test_show_tells_what_is_damaged(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cassette.write_bytes(cassette.read_bytes().replace(b"hi", b"ho"))

    assert main(["show", str(cassette)]) == 1
    told = capsys.readouterr()
    assert told.err.startswith(f"wsfake: {cassette}: block 1 at byte ")


NO_CASSETTE = "this is not a cassette, or its header is damaged"
BAD = {
    "missing": (None, "this cassette cannot be read: No such file or directory"),
    "a folder": ("folder", "this cassette cannot be read: Is a directory"),
    "empty": (b"", NO_CASSETTE),
    "text": (b"hello\n" * 99, NO_CASSETTE),
    "JSON": (b'{"log": {}}', NO_CASSETTE),
    "the beginning of a header": (b"\x99\xa6wsfake\x00", NO_CASSETTE),
}
READERS = {
    "show": ["show", "{path}"],
    "diff": ["diff", "{path}", "{path}"],
    "verify": ["verify", "{path}"],
    "serve": ["serve", "{path}"],
    "serve --side client": ["serve", "{path}", "--side", "client", "--at", "ws://127.0.0.1:9"],
    "scrub": ["scrub", "{path}"],
    "scrub --check": ["scrub", "--check", "{path}"],
    "convert": ["convert", "{path}", "made.txt"],
    "convert --recover": ["convert", "--recover", "{path}", "made.txt"],
}


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_no_cassette_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, command: str
) -> None:
    content, text = BAD[what]
    path = tmp_path / "x.msgpack"
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)

    assert main([word.format(path=path) for word in READERS[command]]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[0] == f"wsfake: {path}: {text}"
    assert "--recover" not in told.err


def test_run_tells_that_a_cassette_is_cut_off(
    cassette: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cassette.write_bytes(cassette.read_bytes()[:-10])
    script = tmp_path / "script.py"
    script.write_text(
        "from wsfake import WebSocket\n"
        "socket = WebSocket('ws://a.test')\n"
        "socket.onopen = lambda: socket.send('hi')\n",
        encoding="utf-8",
    )

    assert main(["run", str(script), "--cassette", str(cassette)]) == 0
    assert capsys.readouterr().err == (
        f"wsfake: warning: {cassette}: this cassette is cut off after entry 4;"
        " it is played as far as it goes\n"
    )


def test_show_prints_what_a_terminal_cannot_show(tmp_path: Path) -> None:
    with Harness() as ws_fake:
        ws_fake.serve("ws://a.test", Transcript().server("λ"))
        ws_fake.WebSocket("ws://a.test")
        ws_fake.run()
        path = ws_fake.save(tmp_path / "a.msgpack")

    result = subprocess.run(
        [sys.executable, "-m", "wsfake.cli", "show", str(path)],
        capture_output=True, check=False, env={"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip

    assert (result.returncode, result.stderr) == (0, b"")
    assert b'server  "\\u03bb"' in result.stdout


SCRIPT = """
import os, sys
from wsfake import WebSocket

socket = WebSocket(os.environ["URL"])
socket.onopen = lambda: socket.send("hi")
def on_message(message):
    print("received", message.data)
    socket.close()
socket.onmessage = on_message
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return path


def test_run_connects_for_real_records_and_replays(
    script: Path, tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URL", f"{server}/echo")
    cassette = tmp_path / "run.msgpack"

    live = cli("run", script)
    recorded = cli("run", script, "--cassette", cassette, "--record")
    replayed = cli("run", script, "--cassette", cassette)

    assert (live.returncode, live.stdout, live.stderr) == (0, "received hi\n", "")
    assert (recorded.returncode, recorded.stdout) == (0, "received hi\n")
    assert recorded.stderr == f"wsfake: recorded {cassette}\n"
    assert (replayed.returncode, replayed.stdout, replayed.stderr) == (0, "received hi\n", "")


def test_run_tells_a_script_that_says_something_else(
    script: Path, tmp_path: Path, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URL", "ws://a.test")
    script.write_text(SCRIPT.replace('send("hi")', 'send("ho")'))

    result = cli("run", script, "--cassette", cassette)

    assert result.returncode == 1
    assert result.stderr.splitlines()[0] == (
        "wsfake: client message #1 does not match the recording (connection 1, t=0.000 s)"
    )
    assert result.stderr.endswith(
        f"  to accept it: wsfake run {script} --cassette {cassette} --record\n"
    )
    assert "Traceback" not in result.stderr


WRONG_USE = {
    ("run", "missing.py"): "expected a script that exists, got missing.py",
    ("run", f"{'n' * 300}.py"): f"expected a script that exists, got {'n' * 300}.py",
    ("run", "script.py", "--cassette", "n" * 300): (
        f"{'n' * 300}: this cassette cannot be read: File name too long"
    ),
    ("run", "script.ts"): "expected a script in JavaScript (.js, or .mjs for a module) or Python"
    " (.py), got script.ts",
    ("run", "script.py", "--record"): "--record writes a cassette: name it with --cassette FILE",
    ("run", "script.py", "--cassette", "no.msgpack"): (
        "no.msgpack: there is no such cassette; --record makes it"
    ),
    ("run", "script.py", "--profile", "x"): "expected a profile, one of overte, got 'x'",
    ("demo", "--dir", "script.py"): (
        "expected a folder that can be written to, got script.py: File exists"
    ),
}


@pytest.mark.parametrize("arguments", WRONG_USE, ids=" ".join)
def test_wrong_use_is_told_in_one_line(
    arguments: tuple[str, ...],
    script: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(script.parent)

    assert main(arguments) == 2
    told = capsys.readouterr().err
    if arguments[:4:3] == ("run", "x"):
        assert told.startswith("wsfake: expected a profile, one of ")
    else:
        assert told == f"wsfake: {WRONG_USE[arguments]}\n"


ENDS = {
    "raise KeyError('lost')": (1, 'Traceback (most recent call last):\n  File "{script}", line 1'),
    "import sys; sys.exit(3)": (3, ""),
    "import sys; sys.exit()": (0, ""),
    "import sys; sys.exit('no')": (1, "no\n"),
    "1 +": (1, '  File "{script}", line 1'),
    "from wsfake import WebSocket\nWebSocket('ws://127.0.0.1:1').onclose = lambda: 1 / 0": (
        1,
        'Traceback (most recent call last):\n  File "{script}", line 2',
    ),
}


@pytest.mark.parametrize("source", ENDS)
def test_run_ends_as_its_script_does(
    script: Path, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(source)
    code, told = ENDS[source]

    assert main(["run", str(script)]) == code
    shown = capsys.readouterr().err
    assert shown.startswith(told.format(script=script)) if told else shown == ""
    assert "runpy" not in shown


def test_run_says_where_nothing_was_recorded(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text("pass")

    assert main(["run", str(script), "--cassette", str(tmp_path / "x.msgpack"), "--record"]) == 1
    assert capsys.readouterr().err == (
        "wsfake: nothing was recorded: the script made no connection\n"
    )


def test_the_demo_records_stops_the_server_replays_and_leaves_its_files(tmp_path: Path) -> None:
    result = cli("demo", cwd=tmp_path)

    assert result.returncode == 0, result.stdout + result.stderr
    folder = tmp_path / "wsfake-demo"
    cassette = folder / "cassettes" / "test_echo" / "test_echo.msgpack"
    assert {"echo_script.py", "test_echo.py", "pytest.ini", "cassettes"} <= {
        path.name for path in folder.iterdir()
    }
    told = result.stdout
    assert told.count("connect ws://echo.demo/") == 2
    assert told.count('client  "Test message"') == 2
    assert told.index("the server is stopped") > told.index("recorded cassettes/")
    assert "the cassette: wsfake-demo/cassettes/test_echo/test_echo.msgpack" in told
    assert load(cassette).footer is not None


def test_a_cassette_of_a_later_format_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as later:
        later.setattr("wsfake.cassette.contents.FORMAT_VERSION", 2)
        path = write_cassette(tmp_path / "new.msgpack", [])

    assert main(["show", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"wsfake: {path}: a later version of wsfake wrote this cassette\n"
        "  expected  format 1\n"
        "  actual    format 2\n"
        "  to read it: pip install --upgrade wsfake\n"
    )


JAVASCRIPT = """
var socket = new WebSocket("{url}");
socket.onopen = function () {{ socket.send("hi"); }};
socket.onmessage = function (message) {{
    print("received", message.data);
    socket.close();
}};
"""


def test_run_runs_a_script_in_javascript_for_real_recorded_and_replayed(
    tmp_path: Path, server: str
) -> None:
    script, cassette = tmp_path / "script.js", tmp_path / "run.msgpack"
    script.write_text(JAVASCRIPT.format(url=f"{server}/echo"))

    live = cli("run", script)
    recorded = cli("run", script, "--cassette", cassette, "--record")
    replayed = cli("run", script, "--cassette", cassette)

    assert (live.returncode, live.stdout, live.stderr) == (0, "received hi\n", "")
    assert (recorded.returncode, recorded.stdout) == (0, "received hi\n")
    assert recorded.stderr == f"wsfake: recorded {cassette}\n"
    assert (replayed.returncode, replayed.stdout, replayed.stderr) == (0, "received hi\n", "")


def test_run_tells_what_a_script_in_javascript_throws(tmp_path: Path) -> None:
    script = tmp_path / "script.js"
    script.write_text("print('a');\nnothing();\n")

    result = cli("run", script.name, cwd=tmp_path)

    assert (result.returncode, result.stdout) == (1, "a\n")
    assert result.stderr == (
        "wsfake: ReferenceError: nothing is not defined\n"
        "  script  script.js:2:1\n"
        "  line    nothing();\n"
    )


def test_run_ends_a_script_after_some_seconds(tmp_path: Path) -> None:
    script = tmp_path / "script.js"
    script.write_text("""
Script.setInterval(function () { print("tick"); }, 1000);
Script.scriptEnding.connect(function () { print(Script.context, "ends"); });
""")

    result = cli("run", script, "--for", 2.5, "--profile", "hifi")

    assert (result.returncode, result.stdout, result.stderr) == (0, "tick\ntick\nagent ends\n", "")


@contextmanager
def begun(*arguments: object, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command as a user does who will end it by Ctrl-C."""
    command = [sys.executable, "-m", "wsfake.cli", *map(str, arguments)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **variables},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Send SIGINT; return the exit code and what was said on stderr."""
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]
    return process.returncode, errors


def test_a_run_that_is_interrupted_says_where_its_recording_is(
    script: Path, tmp_path: Path, server: str
) -> None:
    script.write_text(SCRIPT.replace("    socket.close()\n", ""))
    cassette = tmp_path / "run.msgpack"
    options = ("--cassette", cassette, "--record", "--for", "100")
    with begun("run", script, *options, URL=f"{server}/echo") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "received hi\n"
        code, errors = interrupted(process)

    aside = tmp_path / "run.interrupted.msgpack"
    assert (code, errors) == (130, f"wsfake: set aside {aside}\nwsfake: interrupted\n")
    assert "hi" in [entry.what for entry in load(aside).entries]


@pytest.mark.parametrize("command", [("verify",), ("serve", "--side", "client")], ids=" ".join)
def test_a_client_that_is_interrupted_ends_without_a_traceback(
    command: tuple[str, ...], cassette: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        at = f"ws://127.0.0.1:{silent.getsockname()[1]}/"
        with begun(*command, cassette, "--at", at) as process:
            connection, _ = silent.accept()
            with connection:
                assert connection.recv(4) == b"GET "
                code, errors = interrupted(process)
    assert (code, errors) == (130, "wsfake: interrupted\n")
