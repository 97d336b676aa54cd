"""Tells a scenario to wsfake, in process and on virtual time."""

from functools import cache
from typing import Any

from scenarios import Scenario
from telling.log import Ports
from telling.script import Script, ScriptError

from fake.host import FakeHost
from fake.javascript import Script as JavaScript
from fake.peer import RawClientEnd, RawServer, RawServerEnd, Says
from wsfake import Harness, Transcript
from wsfake.errors import ScriptError as JavaScriptError
from wsfake.script_api import Profile, profile_named

PEER, REFUSED, TAKEN = 40001, 40002, 40003
NOWHERE = "nowhere.invalid"
AT_REST = 0.001  # virtual: everything that is due, and not what hosts wait five seconds for


@cache
def without_lints(profile: str) -> Profile:
    """Scenarios are full of mistakes, on purpose."""
    return profile_named(profile)._replace(lints=())


class Stage:
    """One scenario, with one profile."""

    def __init__(
        self, scenario: Scenario, profile: str, says: Says, language: str = "Python"
    ) -> None:
        self.scenario = scenario
        self.ws_fake = Harness(profile=without_lints(profile))
        self.script = self._make_script(language)
        self.says = says
        self.network = self.ws_fake._network
        ends = [RawServerEnd(self.network, steps, self.script, says) for steps in scenario.peers]
        self.server = RawServer(PEER, profile_named(profile), ends)
        self.network.answerers.insert(0, self.server)
        for scheme in ("ws", "wss"):
            refused = Transcript().server_refuses()
            self.ws_fake.serve(f"{scheme}://127.0.0.1:{REFUSED}/", refused, connections=None)
            unknown = Transcript().server_refuses("not found")
            self.ws_fake.serve(f"{scheme}://{NOWHERE}/", unknown, connections=None)
        self.ws_fake.WebSocketServer({"port": TAKEN})
        self.clients: dict[str, RawClientEnd] = {}

    def _make_script(self, language: str) -> Any:
        numbers = {"peer": PEER, "refused": REFUSED, "taken": TAKEN}
        hosts = {"nowhere": NOWHERE}
        if language == "JavaScript":
            return JavaScript(self.ws_fake, numbers, hosts)
        ports = Ports()
        ports.numbers.update(numbers)
        ports.hosts.update(hosts)
        return Script(FakeHost(self.ws_fake), ports)

    def play(self) -> dict[str, Any]:
        self.script.run(self.scenario.script)
        for name, (server, steps) in sorted(self.scenario.clients.items()):
            self.clients[name] = RawClientEnd(
                self.script.objects[server], self.network, steps, self.script, self.says
            )
        going = True
        while going:
            self._rest()
            ends = [*self.server.connected, *self.clients.values()]
            for end in ends:
                end.settled = True
            going = sum(end.turn() for end in ends) > 0
        self._pass_time()
        return self._story()

    def _rest(self) -> None:
        """Let all happen that happens at once; what handlers throw, the scenario notes itself."""
        try:
            self.ws_fake.advance(AT_REST)
        except (ScriptError, JavaScriptError, ExceptionGroup) as problem:
            check_thrown(problem)
            self._rest()

    def _pass_time(self) -> None:
        try:
            self.ws_fake.run()
        except (ScriptError, JavaScriptError, ExceptionGroup) as problem:
            check_thrown(problem)

    def _story(self) -> dict[str, Any]:
        called = {entry.get("callback") for entry in self.script.log}
        ends = [*self.server.connected, *self.clients.values()]
        assert [name for name in self.scenario.awaits if name not in called] == []
        assert not self.server.waiting, "not all peers were connected to"
        assert all(end.done for end in ends), "not all steps were done"
        wires = {f"peer {number}": end.wire for number, end in enumerate(self.server.connected, 1)}
        wires.update({f"client {name}": end.wire for name, end in self.clients.items()})
        return {"log": self.script.log, "ends": self.script.ends(), "wire": wires}


def check_thrown(problem: Exception) -> None:
    """Let only pass what the scenario has thrown on purpose."""
    problems = problem.exceptions if isinstance(problem, ExceptionGroup) else [problem]
    for each in problems:
        meant = isinstance(each, ScriptError) or str(each).startswith("Error: of the scenario: ")
        if not meant:
            raise problem


def tell(scenario: Scenario, profile: str, says: Says, language: str = "Python") -> dict[str, Any]:
    return Stage(scenario, profile, says, language).play()
