"""Does what a script does, through the script API of any host, and logs what came of it."""

from collections.abc import Callable
from typing import Any, Protocol

from telling.log import Ports, shortened
from telling.wire import text_of

Action = list[Any]
ARGUMENT_FIELDS = ("data", "code", "reason", "wasClean")


class ScriptError(Exception):
    """Thrown by the `throw` action: the script's own mistake, which a host must survive."""


class Host(Protocol):
    """What a runner offers: the two classes, and its idea of JavaScript's values."""

    def web_socket(self, *arguments: Any) -> Any:
        """`new WebSocket(...)`."""

    def web_socket_server(self, *arguments: Any) -> Any:
        """`new WebSocketServer(...)`."""

    def value(self, kind: str, tagged: dict[str, Any]) -> Any:
        """The value that the data writes as `{"js": kind, ...}`."""

    def kind_of(self, value: Any) -> str | None:
        """The inverse of `value`, for what a script reads: "undefined", "function"... or None."""


class Script:
    def __init__(self, host: Host, ports: Ports) -> None:
        self.host = host
        self.ports = ports
        self.log: list[dict[str, Any]] = []
        self.objects: dict[str, Any] = {}
        self.functions: dict[str, Callable[..., None]] = {}
        self.gates: set[str] = set()
        self._peers = 0

    def run(self, actions: list[Action], it: str = "") -> None:
        for verb, *rest in actions:
            getattr(self, "_do_" + verb)(it, *rest)

    # what a script says of values

    def value(self, written: Any) -> Any:
        if isinstance(written, str):
            return self.ports.fill(written)
        if isinstance(written, dict):
            if "repeat" in written:
                return text_of(written)
            if "js" in written:
                return self.host.value(written["js"], written)
            return {key: self.value(item) for key, item in written.items()}
        return written

    def shown(self, value: Any) -> Any:
        kind = self.host.kind_of(value)
        if kind is not None:
            return {"js": kind}
        if isinstance(value, str):
            return shortened(self.ports.hide(value))
        if isinstance(value, (bytes, bytearray)):
            return {"ArrayBuffer": shortened(bytes(value).hex())}
        return value

    def _note(self, **entry: Any) -> None:
        self.log.append(entry)

    # the actions

    def _name(self, label: str, it: str) -> str:
        return it if label == "it" else label

    def _call(self, what: str, label: str, method: Callable[[], Any]) -> None:
        entry: dict[str, Any] = {"did": f"{what} {label}" if what == "new" else f"{label}.{what}"}
        try:
            result = method()
        except ScriptError:
            raise
        except Exception as problem:
            entry["threw"] = not isinstance(problem, AssertionError)
            if isinstance(problem, AssertionError):
                raise
        else:
            if what == "new":
                self.objects[label] = result
        state = getattr(self.objects.get(label), "readyState", None)
        if state is not None:
            entry["readyState"] = state
        self._note(**entry)

    def _do_new(self, it: str, label: str, *arguments: Any) -> None:
        values = [self.value(argument) for argument in arguments]
        self._call("new", label, lambda: self.host.web_socket(*values))

    def _do_server(self, it: str, label: str, *arguments: Any) -> None:
        values = [self.value(self._port_numbers(argument)) for argument in arguments]
        self._call("new", label, lambda: self.host.web_socket_server(*values))
        port = self.objects[label].port
        if port:
            self.ports.numbers.setdefault(label, port)

    def _port_numbers(self, options: Any) -> Any:
        """`{"port": {"number": "{taken}"}}` is the number behind the name."""
        if not isinstance(options, dict) or not isinstance(options.get("port"), dict):
            return options
        port = options["port"]
        if "number" not in port:
            return options
        return {**options, "port": int(self.ports.fill(port["number"]))}

    def _do_on(
        self, it: str, label: str, handler: str, actions: list[Action], tag: str = ""
    ) -> None:
        name = self._name(label, it)
        owner = self.objects[name]

        def handle(*arguments: Any) -> None:
            entry: dict[str, Any] = {
                "callback": f"{name}.{handler}",
                "readyState": owner.readyState,
            }
            if tag:
                entry["handler"] = tag
            entry["arguments"] = [self._argument(argument) for argument in arguments]
            self._note(**entry)
            self.run(actions, name)

        setattr(owner, handler, handle)

    def _argument(self, argument: Any) -> Any:
        return {
            field: self.shown(getattr(argument, field))
            for field in ARGUMENT_FIELDS
            if hasattr(argument, field)
        }

    def _do_set(self, it: str, label: str, attribute: str, value: Any) -> None:
        setattr(self.objects[self._name(label, it)], attribute, self.value(value))

    def _do_get(self, it: str, label: str, attribute: str) -> None:
        name = self._name(label, it)
        value = self.shown(getattr(self.objects[name], attribute))
        if attribute == "port":
            value = self.ports.name_of(value)
        self._note(got=f"{name}.{attribute}", value=value)

    def _do_send(self, it: str, label: str, *arguments: Any) -> None:
        name = self._name(label, it)
        values = [self.value(argument) for argument in arguments]
        self._call("send", name, lambda: self.objects[name].send(*values))

    def _do_close(self, it: str, label: str, *arguments: Any) -> None:
        name = self._name(label, it)
        values = [self.value(argument) for argument in arguments]
        self._call("close", name, lambda: self.objects[name].close(*values))

    def _do_connect(
        self, it: str, label: str, function: str, actions: list[Action] | None = None
    ) -> None:
        if actions is not None:
            self.functions[function] = self._listener(label, function, actions)
        self.objects[label].newConnection.connect(self.functions[function])

    def _listener(self, label: str, function: str, actions: list[Action]) -> Callable[..., None]:
        def listen(peer: Any) -> None:
            names = [name for name, known in self.objects.items() if known is peer]
            if not names:
                self._peers += 1
                names = [f"peer{self._peers}"]
                self.objects[names[0]] = peer
            self._note(
                callback=f"{label}.newConnection",
                handler=function,
                peer=names[0],
                readyState=peer.readyState,
            )
            self.run(actions, names[0])

        return listen

    def _do_disconnect(
        self, it: str, label: str, function: str, actions: list[Action] | None = None
    ) -> None:
        if actions is not None:
            self.functions[function] = self._listener(label, function, actions)
        self.objects[label].newConnection.disconnect(self.functions[function])

    def _do_signal(self, it: str, gate: str) -> None:
        self.gates.add(gate)

    def _do_note(self, it: str, text: str) -> None:
        self._note(note=text)

    def _do_throw(self, it: str, text: str) -> None:
        self._note(throws=text)
        raise ScriptError(text)

    def ends(self) -> dict[str, Any]:
        """How every socket and server stands when the scenario is over."""
        found: dict[str, Any] = {}
        for name, owner in sorted(self.objects.items()):
            if hasattr(owner, "listening"):
                found[name] = {"listening": owner.listening, "url": self.shown(owner.url)}
            else:
                found[name] = {"readyState": owner.readyState, "url": self.shown(owner.url)}
        return found
