"""Tell the scenarios to a real Chromium, and write down what it does.

    python -m tests.browser.chromium.measure [CHROMIUM]

Left out, it is the `chromium` that is on the path. The same version writes the same again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect as connect_to

from tests.browser.chromium.peer import PATIENCE, Peer
from tests.browser.chromium.scenarios import CONSTRUCTIONS, SCENARIOS

GOLDEN = Path(__file__).parent / "golden.json"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
]
SCRIPT = (Path(__file__).parent / "script.js").read_text(encoding="utf-8")
PORT = "8000"
"""Stands for the peer's port in what is written down."""


class Browser:
    """A headless Chromium with one page, by its DevTools protocol."""

    def __init__(self, program: str, folder: str) -> None:
        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = self._wait_for_port(Path(folder) / "DevToolsActivePort")
        url = f"ws://127.0.0.1:{port[0]}{port[1]}"
        self._opened = ExitStack()
        self._connection: ClientConnection = self._opened.enter_context(
            connect_to(url, max_size=None, proxy=None)
        )
        self._number = 0
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]

    def _wait_for_port(self, file: Path) -> list[str]:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if file.exists() and len(lines := file.read_text().split()) == 2:
                return lines
            time.sleep(0.05)
        raise TimeoutError("the browser does not start")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        self._connection.send(json.dumps(message))
        while True:
            answer = json.loads(self._connection.recv())
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                result: dict[str, Any] = answer["result"]
                return result

    def evaluate(self, expression: str) -> Any:
        answer = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def go(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        end = time.monotonic() + 30
        while self.evaluate("location.href + document.readyState") != f"{url}complete":
            if time.monotonic() > end:
                raise TimeoutError(f"the page is not loaded: {url}")
            time.sleep(0.05)

    def close(self) -> None:
        self._opened.close()
        self._process.terminate()
        self._process.wait()


def measure(program: str) -> dict[str, Any]:
    peer = Peer(list(SCENARIOS.values()))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, folder)
        try:
            version = browser.call("Browser.getVersion")["product"]
            browser.go(f"http://127.0.0.1:{peer.port}/folder/page.html")
            browser.evaluate(SCRIPT)
            logs = {name: _tell(browser, peer, i) for i, name in enumerate(SCENARIOS)}
            made = [_construct(browser, peer.port, given) for given in CONSTRUCTIONS]
            orders = browser.evaluate("orders()")
        finally:
            browser.close()
            peer.close()
    return {"browser": version, "scenarios": logs, "constructions": made, "orders": orders}


def _tell(browser: Browser, peer: Peer, number: int) -> dict[str, Any]:
    scenario = list(SCENARIOS.values())[number]
    url = f"ws://127.0.0.1:{peer.port}/{number}"
    arguments = json.dumps([url, list(scenario.protocols), dict(scenario.script)])
    log = browser.evaluate(f"tell(...{arguments})")
    if log and log[-1][0] == "close":
        peer.finished[number].wait(PATIENCE + 1)
    saw = list(peer.saw.get(number, ()))
    browser.evaluate("leftOpen.close()")
    return {"log": log, "saw": saw}


def _construct(browser: Browser, port: int, given: list[Any]) -> str:
    made: str = browser.evaluate(f"construct(...{json.dumps(given)})")
    return made.replace(f":{port}", f":{PORT}")


def write(measured: dict[str, Any]) -> None:
    GOLDEN.write_text(_indent(measured, 2) + "\n", encoding="utf-8")


def _indent(value: Any, levels: int) -> str:
    """Write JSON with a line for each scenario."""
    if not levels or not isinstance(value, dict | list):
        return json.dumps(value)
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    lines = [
        ("" if name is None else f"{json.dumps(name)}: ") + _indent(item, levels - 1)
        for name, item in pairs
    ]
    left, right = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([left, ",\n".join(lines), right])


if __name__ == "__main__":
    write(measure(sys.argv[1] if len(sys.argv) > 1 else "chromium"))
