"""A script in JavaScript, as a test sees it."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wsfake.errors import Failure, LintWarning, RunawayScript, ScriptError, UsageError
from wsfake.javascript.engine import INTERRUPTED, Engine, Interrupted, Thrown, dumps
from wsfake.javascript.faces import (
    BORDER,
    FIRST_LINE,
    Part,
    Teller,
    common_start,
    face_of,
    read_source,
)
from wsfake.javascript.files import Files, named_files, path_of, read_script, url_of
from wsfake.javascript.places import Places, shown_path
from wsfake.javascript.values import decode, encode
from wsfake.javascript.verdicts import error_text, with_place
from wsfake.script_api import Host
from wsfake.transcript.literals import abbreviate

__all__ = ["Script"]


_read_json = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # C alone
_LONGEST = 4000
"""Characters of what a script may say of an error; more is cut."""

_SESSION = "{{5e5510a1-0000-4000-8000-{:012}}}"


class Script:
    """One script, from its load to its `stop`. `ws_fake.load_script` makes it."""

    def __init__(
        self,
        path: Path,
        host: Host,
        neighbours: list[Script],
        *,
        files: Files,
        beside: Path,
        servers: bool,
        context: str,
        time_limit: float,
        memory_limit: int,
        on_print: Callable[[str], object] | None = None,
    ) -> None:
        self.path = path
        """Where it is."""
        self.printed: list[str] = []
        """What the script has printed so far, a text for each call of `print` and `console`."""
        self.text = read_script(path)
        """Its source."""
        self.neighbours = neighbours
        """The scripts of the test that run, this one included."""
        self._network = host.network
        self._time_limit = time_limit
        self._stopping = self._stopped = False
        self._on_print = on_print
        self._results: list[Any] = []
        self._asked: dict[str, int] = {}
        self._calls: list[tuple[str, list[Any]]] = []
        self._now = 0
        self._pending: deque[list[Any]] = deque()
        self._parts: list[Part] = face_of(host.profile).parts(self, host)
        self._lints = host.lints
        self._is_module = path.suffix == ".mjs"
        if self._is_module and not face_of(host.profile).modules:
            raise UsageError(f"{path.name}: scripts of {host.profile.host} are no modules")
        self._operations = self._all_operations()
        self._tellers = [part.news for part in self._parts if isinstance(part, Teller)]
        self._places = Places(FIRST_LINE)
        self._begin = self._places.add(shown_path(path), self.text)
        facts = {
            "url": url_of(path),
            "begin": self._begin,
            "sources": self._number(named_files(path, self.text, files, beside)),
            "context": context,
            **self._surroundings(host),
        }
        self._engine = Engine(time_limit=time_limit, memory_limit=memory_limit)
        self._engine.boot(read_source(BORDER), common_start(host.profile, servers=servers), facts)

    def _all_operations(self) -> dict[str, Callable[..., None]]:
        """Return what the script can ask for, by its name."""
        operations: dict[str, Callable[..., None]] = {
            "print": self._print,
            "error": self._report,
            "result": self._take_result,
            "call": self._note_call,
            "stop": self._stop_later,
            "lint": self._lint,
        }
        for part in self._parts:
            operations |= part.operations()
        return operations

    def _surroundings(self, host: Host) -> dict[str, Any]:
        return {
            "page": host.base_url,
            "session": _SESSION.format(len(self.neighbours) + 1),
            "real": host.servers.listen_for_real is not None,
        }

    def _number(self, files: dict[str, tuple[Path, str]]) -> dict[str, list[Any]]:
        """Return files by the names that they are asked for by, each with its first line."""
        numbered: dict[Path, list[Any]] = {}
        for path, text in files.values():
            if path not in numbered:
                numbered[path] = [self._places.add(shown_path(path), text), text]
        return {name: numbered[path] for name, (path, _) in files.items()}

    # Turns

    def start(self, *, entity: bool | str, entity_id: str) -> None:
        """Run the top level of the script, and what its host does with it then.

        `entity` is whether it is an entity script, or the text that may end with one.
        """
        with self._network.lock:
            self.neighbours.append(self)
            self.turn("begin")
            last = None
            if self._is_module:
                self._import()
            else:
                last = self._evaluate()
            self.turn("loaded", entity, entity_id, value=last)

    def _evaluate(self) -> Any:
        last = None
        try:
            last = self._engine.evaluate("\n" * (self._begin - 1) + self.text)
        except Interrupted as interrupted:  # which is no affair of the script's
            self._throw(interrupted)
        except Thrown as thrown:
            self._turn(self._envelope("thrown", (thrown.text, thrown.stack)))
            return None
        self._finish_turn("")
        return last

    def _import(self) -> None:
        self._engine.have_modules(self._read_module)
        self.turn("import", url_of(self.path))

    def _read_module(self, url: str) -> str:
        """Return the text of a module, behind the lines of all others; `LookupError` for none."""
        path = path_of(url)
        if path is None or not os.path.isfile(path):
            raise LookupError(f"there is no module {url!r}: expected a file, as in './other.js'")
        if path == self.path:
            return "\n" * (self._begin - 1) + self.text
        text = read_script(path)
        return "\n" * (self._places.add(shown_path(path), text) - 1) + text

    def turn(self, name: str, *given: Any, value: Any = None) -> None:
        """Have JavaScript do something, and do what it asks for then; after its end, nothing."""
        with self._network.lock:
            self.settle()
            if not self._stopped:
                self._turn(self._envelope(name, given), value)

    def fire(self, number: int, state: str, event: str, given: str) -> None:
        """Have the handlers of a socket's event called; `given` is JSON of what it hands them."""
        with self._network.lock:
            if not self._stopped:
                self._turn(f'[{self.news()},"fire",[{number},"{state}","{event}",{given}]]')

    def _turn(self, envelope: str, value: Any = None) -> None:
        try:
            out = self._engine.turn(envelope, value)
        except Thrown as thrown:
            self._throw(thrown)
            out = ""
        self._finish_turn(out)

    def _envelope(self, name: str, given: tuple[Any, ...]) -> str:
        return f'[{self.news()},"{name}",{dumps(given)}]'

    def news(self) -> str:
        """Return what JavaScript is to know before the next turn, as a part of its envelope."""
        told: list[list[Any]] = []
        now = self._network.clock.now
        if now != self._now:
            self._now = now
            told.append(["now", now / 1000])
        for tell in self._tellers:
            told += tell()
        return dumps(told) if told else "0"

    def _finish_turn(self, out: str) -> None:
        """Carry out what a turn has asked for, and what the jobs have that follow it."""
        rest = ""
        try:
            if self._engine.run_jobs() or not out:
                rest = self._flush()
        except Thrown as thrown:
            self._throw(thrown)
            rest = self._flush()
        if out:
            self._pending += _read_json(out, 0)[0]
        if rest:
            self._pending += _read_json(rest, 0)[0]
        self.settle()

    def _flush(self) -> str:
        try:
            return self._engine.turn("")
        except Thrown as thrown:  # by a function that is told of what nobody handles
            self._throw(thrown)
            return ""

    def settle(self) -> None:
        """Carry out what turns have asked for.

        What is carried out may begin another turn, which is to find the rest of it done.
        """
        pending, operations = self._pending, self._operations
        while pending:
            name, *given = pending.popleft()
            try:
                operations[name](*given)
            except Exception as error:  # noqa: BLE001 - told by `run`; the rest is done
                self._network.report(error)

    # What goes wrong

    @contextmanager
    def said_at(self, stack: str) -> Iterator[None]:
        """Let a verdict on what is done in this block name the line of the script that did it."""
        lints = self._lints
        before, lints.find_place = lints.find_place, lambda: self._lint_place(stack)
        try:
            yield
        except Failure as failure:
            self.blame(failure, stack)
        except LintWarning as warning:  # where warnings are errors
            self._network.report(warning)
        finally:
            lints.find_place = before

    def blame(self, failure: Failure, stack: str) -> None:
        """Let a verdict name the line of the script that it is on, and be told."""
        places = self._places.find(stack)
        if places:
            text = with_place(str(failure), places[0])
            failure.args = (self._network.redaction.text(text),)
        self._network.report(failure)

    def _lint_place(self, stack: str) -> tuple[str, int, str] | None:
        place = next(iter(self._places.find(stack)), None)
        return None if place is None else (place.path, place.line, place.path)

    def _throw(self, thrown: Thrown) -> None:
        self._network.report(self._error(thrown))

    def _report(self, described: list[str], rejected: bool) -> None:
        text, stack = described
        if text == INTERRUPTED:  # while a module was evaluated, which is a promise
            self._throw(Interrupted(text, stack))
            return
        if rejected:
            text = f"a promise was rejected, and nothing handles it: {text}"
        self._throw(Thrown(text, stack))

    def _error(self, thrown: Thrown) -> ScriptError:
        kind: type[ScriptError] = ScriptError
        told = abbreviate(self._network.redaction.text(thrown.text), _LONGEST)
        if isinstance(thrown, Interrupted):
            kind = RunawayScript
            told = f"the script was stopped: one turn took {self._time_limit:g} s of CPU time"
        places = self._places.find(thrown.stack)
        return kind(self._network.redaction.text(error_text(told, places, self.path)))

    # What turns ask for

    def _print(self, text: str) -> None:
        self.printed.append(text)
        if self._on_print is not None:
            self._on_print(text)

    def _take_result(self, encoded: str) -> None:
        self._results.append(decode(encoded))

    def _note_call(self, name: str, encoded: str) -> None:
        self._calls.append((name, decode(encoded)))

    def _lint(self, what: str, given: list[Any] | dict[str, Any], stack: str) -> None:
        """Take note of what may be a mistake: what is sent in vain, or a lint by its name."""
        with self.said_at(stack):
            if isinstance(given, dict):
                self._lints.warn(what, **given)
            else:
                self._lints.lost(*given)

    def _stop_later(self) -> None:
        self._network.clock.call_soon(self.stop)

    # What a test does

    def eval(self, source: str) -> Any:
        """Evaluate an expression of JavaScript in the script, and return what it is.

        Null and undefined are None, buffers are `bytes`, a function is its name. Raises
        `ScriptError` for what it throws, and `UsageError` for what is no text, and where the script
        has ended.
        """
        if not isinstance(source, str):
            raise UsageError(f"expected an expression of JavaScript, a text, got {source!r}")
        if source not in self._asked:
            self._asked[source] = self._places.add("<eval>", source)
        return self._ask("evaluate", [self._asked[source], source])

    def calls(self, name: str | None = None) -> list[Any]:
        """Return the arguments of each call of a function of the host, as in `Overlays.addOverlay`.

        Without a name, return every call: its name, and its arguments.
        """
        if name is None:
            return list(self._calls)
        return [arguments for called, arguments in self._calls if called == name]

    def emit(self, signal: str, *arguments: Any) -> None:
        """Emit a signal of the host, as in `Controller.keyPressEvent`, to what is connected to it.

        Raises `UsageError` for a name that is no signal, for values that JavaScript has not, and
        where the script has ended.
        """
        try:
            encoded = dumps([encode(argument) for argument in arguments])
        except RecursionError:
            raise UsageError("expected values that hold neither themselves nor too much") from None
        if not isinstance(signal, str) or not self._ask("emit", signal, encoded):
            raise UsageError(f"expected a signal of {self.path.name}'s host, got {signal!r}")

    def _ask(self, name: str, *given: Any) -> Any:
        """Have a turn that has a result; return it."""
        with self._network.lock:
            if self._stopped:
                raise UsageError(f"{self.path.name} has ended: ask it before")
            try:
                out = self._engine.turn(self._envelope(name, given))
            except Thrown as thrown:
                self._finish_turn("")
                raise self._error(thrown) from None
            self._finish_turn(out)
            return self._results.pop()

    def stop(self) -> None:
        """End the script, as its host does: its timers, `unload` and `scriptEnding`, its sockets.

        Sockets that it left open are closed with 1001. Twice is nothing.
        """
        with self._network.lock:
            self._end()
            for part in self._parts:
                part.leave()

    def _end(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        self.turn("stop")
        self._stopped = True
        self.neighbours.remove(self)

    def finish(self) -> None:
        """The test ends: end the script, whose sockets are the test's to end, and free it."""
        with self._network.lock:
            self._end()
        self._engine.close()

    def __repr__(self) -> str:
        return f"<Script {self.path.name}{' (ended)' if self._stopped else ''}>"
