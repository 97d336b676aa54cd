"""The host's two classes as `ws_fake` has them, and its idea of JavaScript's values."""

from typing import Any

from wsfake import Harness
from wsfake.script_api.conversions import UNDEFINED


def function(*arguments: Any) -> None:
    """Only ever stored and read back."""


class FakeHost:
    def __init__(self, ws_fake: Harness) -> None:
        self.ws_fake = ws_fake

    def web_socket(self, *arguments: Any) -> Any:
        return self.ws_fake.WebSocket(*arguments)

    def web_socket_server(self, *arguments: Any) -> Any:
        return self.ws_fake.WebSocketServer(*arguments)

    def value(self, kind: str, tagged: dict[str, Any]) -> Any:
        if kind == "array":
            return tagged["items"]
        if kind == "ArrayBuffer":
            return bytes.fromhex(tagged["hex"])
        if kind == "Uint8Array":
            return memoryview(bytes.fromhex(tagged["hex"]))
        if kind in {"NaN", "Infinity"}:
            return float(kind)
        return {"undefined": UNDEFINED, "object": {}, "function": function}[kind]

    def kind_of(self, value: Any) -> str | None:
        if value is UNDEFINED:
            return "undefined"
        return "function" if value is function else None
