"""What a scenario is, and the few words that the tables of scenarios are written with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Action = list[Any]
Step = list[Any]
Item = list[Any]

QT_HOSTS = ("overte", "vircadia", "hifi")
URL = "ws://127.0.0.1:{peer}/"
HANDLERS = ("onopen", "onmessage", "onerror", "onclose")

UNDEFINED = {"js": "undefined"}
FUNCTION = {"js": "function"}
OBJECT = {"js": "object"}
NAN = {"js": "NaN"}


@dataclass(frozen=True)
class Scenario:
    """One story, told by what the raw ends do and what the script does; see README.md for each word."""

    name: str
    script: list[Action]
    peers: list[list[Step]] = field(default_factory=list)
    clients: dict[str, tuple[str, list[Step]]] = field(default_factory=dict)
    awaits: list[str] = field(default_factory=list)
    profiles: tuple[str, ...] = QT_HOSTS
    measured: bool = True
    source: str = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


# the script's side


def listen(label: str, **handlers: list[Action]) -> list[Action]:
    """All four handlers set, each logging; those named here do something as well."""
    return [["on", label, name, handlers.get(name, [])] for name in HANDLERS]


def open_socket(*arguments: Any, label: str = "socket", **handlers: list[Action]) -> list[Action]:
    """A socket with all its handlers; without arguments it connects to the raw peer."""
    return [["new", label, *(arguments or (URL,))], *listen(label, **handlers)]


def send(*arguments: Any, label: str = "socket") -> Action:
    return ["send", label, *arguments]


def close(*arguments: Any, label: str = "socket") -> Action:
    return ["close", label, *arguments]


def get(attribute: str, label: str = "socket") -> Action:
    return ["get", label, attribute]


def repeat(text: str, times: int) -> dict[str, Any]:
    return {"repeat": text, "times": times}


# the raw ends

HANDSHAKE: Step = ["expect", "handshake"]
SETTLE: Step = ["settle"]
FIN: Step = ["fin"]
RST: Step = ["rst"]
END: Step = ["expect", "end"]
ACCEPT: list[Step] = [HANDSHAKE, ["write", ["accept"]]]


def write(*items: Item) -> Step:
    return ["write", *items]


def accepted(*steps: Step) -> list[Step]:
    """A peer that accepts, lets the client come to rest, and goes on."""
    return [*ACCEPT, SETTLE, *steps]


def do(*actions: Action) -> Step:
    return ["do", list(actions)]


def scripted(name: str, *peer: Step, **handlers: list[Action]) -> Scenario:
    """One socket with all its handlers, one raw peer."""
    script: list[Action] = [["new", "socket", URL], *listen("socket", **handlers)]
    return Scenario(name, script, [list(peer)])


def all_of(*tables: Sequence[Scenario]) -> list[Scenario]:
    return [scenario for table in tables for scenario in table]
