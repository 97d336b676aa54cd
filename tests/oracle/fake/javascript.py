"""A script in JavaScript that does the actions of a scenario, as `telling.script.Script` does."""

import json
from pathlib import Path
from typing import Any

from telling.log import Ports, shortened

from wsfake import Harness
from wsfake.javascript import Script as JavaScript

SCRIPT = Path(__file__).with_name("script.js")


class JavaScriptPorts(Ports):
    """Knows the ports of the servers that the script has made, too."""

    def __init__(self, script: "Script") -> None:
        super().__init__()
        self.script = script

    @property
    def numbers(self) -> dict[str, int]:
        script = getattr(self, "script", None)
        return {} if script is None else script.loaded.eval("tell.numbers")

    @numbers.setter
    def numbers(self, value: dict[str, int]) -> None:
        """The script keeps them."""


class Gates:
    def __init__(self, script: "Script") -> None:
        self.script = script

    def add(self, gate: str) -> None:
        self.script.loaded.eval(f"tell.gates[{json.dumps(gate)}] = true")

    def __contains__(self, gate: str) -> bool:
        return bool(self.script.loaded.eval(f"{json.dumps(gate)} in tell.gates"))


class Servers:
    """The servers of the script, by its names for them, as the network knows them."""

    def __init__(self, script: "Script") -> None:
        self.script = script

    def __getitem__(self, label: str) -> Any:
        port = self.script.loaded.eval(f"tell.objects[{json.dumps(label)}].port")
        return self.script.ws_fake._host.servers._by_port[port]


class Script:
    def __init__(self, ws_fake: Harness, numbers: dict[str, int], hosts: dict[str, str]) -> None:
        self.ws_fake = ws_fake
        self.loaded: JavaScript = ws_fake.load_script(SCRIPT)
        self.loaded.eval(f"Object.assign(tell.numbers, {json.dumps(numbers)})")
        self.loaded.eval(f"Object.assign(tell.hosts, {json.dumps(hosts)})")
        self.ports = JavaScriptPorts(self)
        self.ports.hosts |= hosts
        self.gates = Gates(self)
        self.objects = Servers(self)

    def run(self, actions: list[Any]) -> None:
        self.loaded.eval(f"tell.run({json.dumps(actions)})")

    @property
    def log(self) -> list[dict[str, Any]]:
        log: list[dict[str, Any]] = self._shown(self.loaded.eval("tell.log"))
        for entry in log:
            if str(entry.get("got", "")).endswith(".port"):
                entry["value"] = self.ports.name_of(entry["value"])
        return log

    def ends(self) -> dict[str, Any]:
        ends: dict[str, Any] = self._shown(self.loaded.eval("tell.ends()"))
        return dict(sorted(ends.items()))

    def _shown(self, value: Any) -> Any:
        """What was read, as logs have it."""
        if isinstance(value, list):
            return [self._shown(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.keys() != {"shown"}:
            return {name: self._shown(item) for name, item in value.items()}
        seen = value["shown"]
        if isinstance(seen, str):
            return shortened(self.ports.hide(seen))
        return {"ArrayBuffer": shortened(seen.hex())} if isinstance(seen, bytes) else seen
