"""A real server that nobody here wrote: a kernel of Jupyter, over its WebSocket channel."""

import json
import os
import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import running
from wsfake.cassette import load

SERVER = """
import sys
from jupyter_server.serverapp import ServerApp

folder, token = sys.argv[1:]
app = ServerApp.instance()
app.initialize([
    f"--ServerApp.root_dir={folder}", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
    "--ServerApp.open_browser=False", "--ServerApp.allow_root=True",
    "--ServerApp.log_level=CRITICAL",
    f"--IdentityProvider.token={token}", "--ServerApp.jpserver_extensions={}",
], new_httpserver=True)
# from the loop, which runs once the server listens
app.io_loop.add_callback(lambda: print(f"http://127.0.0.1:{app.port}", flush=True))
app.start()
"""

TEST = '''
import os, uuid, json
import pytest

CHANNELS = "ws://kernel.test/channels"


class Kernel:
    """Runs code in a kernel; every id is new in each run."""

    def __init__(self, WebSocket, url):
        self.session = uuid.uuid4().hex
        self.asked, self.output, self.replies, self.idle = [], [], [], False
        self.socket = WebSocket(url)
        self.socket.onmessage = self.on_message

    def run(self, code):
        msg_id = uuid.uuid4().hex
        self.asked.append(msg_id)
        header = {"msg_id": msg_id, "session": self.session, "username": "test",
                  "date": "2026-01-01T00:00:00Z", "msg_type": "execute_request", "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": True}
        self.socket.send(json.dumps({"channel": "shell", "header": header, "parent_header": {},
                                     "metadata": {}, "content": content, "buffers": []}))

    def on_message(self, event):
        message = json.loads(event.data)
        parent = message["parent_header"]
        if parent.get("msg_id") not in self.asked:
            return  # the kernel speaks of its start
        assert parent["session"] == self.session
        self.replies.append(message["msg_type"])
        if message["msg_type"] == "stream":
            self.output.append(message["content"]["text"])
        if message["msg_type"] == "status":
            self.idle = message["content"]["execution_state"] == "idle"

    def is_done(self):
        # the reply and the output come on channels of their own, in any order
        return self.idle and "execute_reply" in self.replies


@pytest.mark.ws_fake(volatile=["msg_id", "session", "date"])
def test_kernel(ws_fake):
    ws_fake.alias(CHANNELS, to=lambda: os.environ["KERNEL_URL"])
    kernel = Kernel(ws_fake.WebSocket, CHANNELS)
    kernel.socket.onopen = lambda: kernel.run("print(6*7)")
    ws_fake.run(until=kernel.is_done)
    assert kernel.output == ["42\\n"]
    assert {"status", "stream", "execute_reply"} <= set(kernel.replies)
'''


@contextmanager
def kernel(folder: Path, token: str) -> Iterator[str]:
    """Run a Jupyter server with one kernel; yield the URL of its channels."""
    with running(SERVER, str(folder), token) as base:
        request = urllib.request.Request(f"{base}/api/kernels?token={token}", method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            kernel_id = json.load(answer)["id"]
        ws = base.replace("http", "ws")
        yield f"{ws}/api/kernels/{kernel_id}/channels?token={token}"


def test_a_conversation_with_a_kernel_is_recorded_and_replayed_with_fresh_ids(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = secrets.token_hex(16)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    pytester.makepyfile(test_kernel=TEST)
    with kernel(tmp_path, token) as url:
        monkeypatch.setenv("KERNEL_URL", url)
        pytester.runpytest_subprocess("--ws-record").assert_outcomes(passed=1)
    monkeypatch.delenv("KERNEL_URL")
    cassette = pytester.path / "cassettes" / "test_kernel" / "test_kernel.msgpack"

    for _ in range(2):
        replayed = pytester.runpytest_subprocess("-p", "no:cacheprovider")
        replayed.assert_outcomes(passed=1)

    assert token.encode() not in cassette.read_bytes()
    assert load(cassette).entries[0].what.url == "ws://kernel.test/channels"  # type: ignore[union-attr]
    assert "KERNEL_URL" not in os.environ
