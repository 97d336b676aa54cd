"""Runs scenarios against the real Qt: `python run.py SCENARIOS.json LOGS.json [NAME...]`."""

import json
import os
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from golden_data import profile_for
from PyQt5.QtCore import QCoreApplication, QEvent, qVersion
from telling.log import Ports
from telling.script import Script

from qt.peer import End, Listener, Quiet
from qt.wrapper import QtHost

BOUND = (
    12.0  # seconds for one scenario: far more than any needs, so that running into it is a failure
)
# Qt 5.12 stops its thread for up to five seconds when a frame is not whole. Longer than BLOCKED in
# one round of events means that it has, and then the raw ends go on in a thread of their own, as
# they would in another process.
BLOCKED = 0.05
ROUND = 0.0005
# A name that no resolver needs to be asked about: longer than a name may be.
NOWHERE = ".".join(["nowhere"] + ["a" * 60] * 5)


class Stage:
    """One scenario on the real Qt."""

    def __init__(self, scenario: dict[str, Any], profile: str) -> None:
        self.scenario = scenario
        self.host = QtHost(profile)
        self.ports = Ports()
        self.script = Script(self.host, self.ports)
        self.quiet = Quiet()
        self.clients: dict[str, End] = {}
        self.listener = Listener(scenario["peers"], self.script, self.quiet)
        self.refused = socket.socket()
        self.refused.bind(("127.0.0.1", 0))
        self.taken = socket.create_server(("127.0.0.1", 0))
        self.ports.hosts["nowhere"] = NOWHERE
        self.ports.numbers.update(
            peer=self.listener.port,
            refused=self.refused.getsockname()[1],
            taken=self.taken.getsockname()[1],
        )
        self._seen = 0
        self._raw = threading.Lock()  # held by whoever plays the raw ends
        self._entered = 0.0
        self._closed = False
        self._problems: list[BaseException] = []

    def play(self, application: QCoreApplication) -> dict[str, Any]:
        deadline = time.monotonic() + BOUND
        self.script.run(self.scenario["script"])
        for name, (server, steps) in sorted(self.scenario["clients"].items()):
            tcp = socket.create_connection(("127.0.0.1", self.ports.numbers[server]))
            self.clients[name] = End(tcp, steps, self.script, self.quiet, client=True)
        if qVersion().startswith("5.12"):
            threading.Thread(target=self._stand_in, daemon=True).start()
        while not self._over():
            if self._problems:
                raise self._problems[0]
            if time.monotonic() > deadline:
                raise AssertionError(f"not over after {BOUND} s: {self._waiting()}")
            self._round(application)
        return self._story()

    def _round(self, application: QCoreApplication) -> None:
        self._entered = time.monotonic()
        application.processEvents()
        self._entered = 0.0
        with self._raw:
            self._turn()
        if self.quiet.rounds:
            time.sleep(ROUND)

    def _turn(self) -> None:
        self.quiet.rounds += 1
        if len(self.script.log) != self._seen:
            self._seen = len(self.script.log)
            self.quiet.stir()
        self.listener.turn()
        for end in self.clients.values():
            end.turn()

    def _stand_in(self) -> None:
        while True:
            time.sleep(ROUND)
            with self._raw:
                if self._closed:
                    return
                entered = self._entered
                if entered and time.monotonic() - entered > BLOCKED:
                    try:
                        self._turn()
                    except Exception as problem:
                        self._problems.append(problem)
                        return

    def _over(self) -> bool:
        ends = list(self.clients.values())
        return (
            self.quiet.reached
            and self.listener.done
            and all(end.done for end in ends)
            and not self._missing()
        )

    def _missing(self) -> list[str]:
        called = {entry.get("callback") for entry in self.script.log}
        return [name for name in self.scenario["awaits"] if name not in called]

    def _waiting(self) -> str:
        steps = [end.step for end in [*self.listener.ends, *self.clients.values()] if not end.done]
        connections = f"{len(self.listener.ends)} connections, waiting in {steps}"
        return f"{connections}, for {self._missing()}, log {self.script.log}"

    def _story(self) -> dict[str, Any]:
        story: dict[str, Any] = {"log": list(self.script.log), "ends": self.script.ends()}
        wires = {f"peer {number}": end.wire for number, end in enumerate(self.listener.ends, 1)}
        wires.update({f"client {name}": end.wire for name, end in self.clients.items()})
        story["wire"] = {name: list(wire) for name, wire in wires.items()}
        return story

    def close(self) -> None:
        with self._raw:
            self._closed = True
        self.host.close()
        for end in self.clients.values():
            end.close()
        self.listener.close()
        self.refused.close()
        self.taken.close()


def main(arguments: list[str]) -> int:
    scenarios = json.loads(Path(arguments[0]).read_text())
    application = QCoreApplication([])
    failures: list[str] = []
    sys.excepthook = lambda kind, problem, trace: failures.append(
        f"in a slot: {kind.__name__}: {problem}"
    )
    stories: dict[str, Any] = {}
    for scenario in scenarios:
        profile = profile_for(scenario["profiles"], qVersion())
        if profile is None or (arguments[2:] and scenario["name"] not in arguments[2:]):
            continue
        stage = Stage(scenario, profile)
        try:
            stories[scenario["name"]] = {"profile": profile, **stage.play(application)}
        except Exception as problem:
            failures.append(f"{scenario['name']}: {type(problem).__name__}: {problem}")
        stage.close()
        application.processEvents()
        application.sendPostedEvents(None, QEvent.DeferredDelete)
    Path(arguments[1]).write_text(json.dumps({"qt": qVersion(), "stories": stories}))
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # In which order the bindings take Qt apart at exit is not ours to decide, nor measured.
    os._exit(status)
