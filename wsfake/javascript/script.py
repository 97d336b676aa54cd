"""A script in JavaScript, as a test sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wsfake.clock import Timer, microseconds
from wsfake.errors import Failure, RunawayScript, ScriptError, UsageError, hide_frames
from wsfake.javascript.engine import Engine, Interrupted, Thrown, dumps
from wsfake.javascript.files import Files, named_files, read_script, url_of
from wsfake.javascript.places import Place, Places, shown_path
from wsfake.javascript.sockets import Servers, Sockets
from wsfake.javascript.sources import BORDER, FIRST_LINE, common_start, read_source
from wsfake.javascript.values import decode
from wsfake.network.failures import field_lines
from wsfake.script_api import Host

__all__ = ["Script"]

__tracebackhide__ = hide_frames

_MOST_FRAMES = 10


class Script:
    """One script, from its load to its `stop`. `ws_fake.load_script` makes it."""

    def __init__(
        self,
        path: Path,
        host: Host,
        *,
        files: Files,
        servers: bool,
        context: str,
        entity: str | None,
        time_limit: float,
        memory_limit: int,
    ) -> None:
        self.path = path
        self.printed: list[str] = []
        """What the script has printed so far, a text for each call of `print` and `console`."""
        self._host = host
        self._network = host.network
        self._time_limit = time_limit
        self._stopped = False
        self._stopping = False
        self._timers: dict[int, Timer] = {}
        self._results: list[Any] = []
        self._calls: list[tuple[str, list[Any]]] = []
        self._now = 0
        self._sockets = Sockets(self, host)
        self._servers = Servers(self, host, self._sockets)
        self._operations: dict[str, Callable[..., None]] = {
            **self._sockets.operations(),
            **self._servers.operations(),
            "print": self.printed.append,
            "error": self._report,
            "timer": self._begin_timer,
            "clear": self._clear_timer,
            "result": self._take_result,
            "call": self._note_call,
            "stop": self._stop_later,
            "lint": self._lint,
        }
        self._places = Places(FIRST_LINE)
        text = read_script(path)
        self._begin = self._places.add(shown_path(path), text)
        self.text = text
        """Its source."""
        known: dict[Path, list[Any]] = {}
        sources = {}
        for name, (file, source) in named_files(path, text, files).items():
            if file not in known:
                known[file] = [self._places.add(shown_path(file), source), source]
            sources[name] = known[file]
        self._engine = Engine(time_limit=time_limit, memory_limit=memory_limit)
        self._engine.boot(
            read_source(BORDER),
            common_start(host.profile, servers=servers),
            {
                "url": url_of(path),
                "sources": sources,
                "context": context,
                "entity": entity,
                "real": self._clock_is_real,
            },
        )

    @property
    def _clock_is_real(self) -> bool:
        return bool(getattr(self._network.clock, "real", False))

    # Turns

    def start(self, *, entity: bool, entity_id: str) -> None:
        """Run the top level of the script, and what its host does with it then."""
        with self._network.lock:
            self.turn("begin")
            padded = "\n" * (self._begin - 1) + self.text
            try:
                last = self._engine.evaluate(padded)
            except Thrown as thrown:
                self._throw(thrown)
                last = None
            self._finish_turn("")
            self.turn("loaded", entity, entity_id, value=last)

    def turn(self, name: str, *given: Any, value: Any = None) -> None:
        """Have JavaScript do something, and do what it asks for then."""
        with self._network.lock:
            text = dumps([[*self._news()] or 0, name, *given])
            try:
                out = self._engine.turn(text, value)
            except Thrown as thrown:
                self._throw(thrown)
                out = ""
            self._finish_turn(out)

    def _finish_turn(self, out: str) -> None:
        """Carry out what a turn has asked for, and what the jobs have that follow it."""
        engine = self._engine
        waiting = [out] if out else []
        try:
            if engine.run_jobs() or not out:
                waiting.append(engine.turn(""))
        except Thrown as thrown:
            self._throw(thrown)
            waiting.append(engine.turn(""))
        for text in waiting:
            if text:
                for name, *given in json.loads(text):
                    self._operations[name](*given)

    def _news(self) -> Iterator[list[Any]]:
        now = self._network.clock.now
        if now != self._now:
            self._now = now
            yield ["now", now / 1000]
        yield from self._sockets.news()
        yield from self._servers.news()

    # What goes wrong

    @contextmanager
    def said_at(self, stack: str) -> Iterator[None]:
        """Let a verdict on what is done in this block name the line of the script that did it."""
        try:
            yield
        except Failure as failure:
            places = self._places.find(stack)
            if places:
                failure.args = (_with_place(str(failure), places[0]),)
            self._network.report(failure)

    def _throw(self, thrown: Thrown) -> None:
        self._network.report(self._error(thrown.text, thrown.stack, type(thrown)))

    def _report(self, described: list[str], rejected: bool) -> None:
        text, stack = described
        if rejected:
            text = f"a promise was rejected, and nothing handles it: {text}"
        self._network.report(self._error(text, stack, Thrown))

    def _error(self, text: str, stack: str, kind: type[Thrown]) -> ScriptError:
        places = self._places.find(stack)
        made: type[ScriptError] = ScriptError
        if kind is Interrupted:
            made = RunawayScript
            text = (
                f"the script was stopped: it ran for {self._time_limit:g} s of CPU time in one turn"
            )
        lines = [text, *_place_lines(places, self.path)]
        if len(places) > 1:
            lines += ["", *(f"    at {_frame(place)}" for place in places[:_MOST_FRAMES])]
            if len(places) > _MOST_FRAMES:
                lines.append(f"    and {len(places) - _MOST_FRAMES} more")
        return made(self._network.redaction.text("\n".join(lines)))

    # What turns ask for

    def _begin_timer(self, number: int, milliseconds: float, again: bool) -> None:
        delay = microseconds(min(milliseconds, 1e12) / 1000)
        clock = self._network.clock

        def tick() -> None:
            if not again:
                del self._timers[number]
            self.turn("timer", number)

        if again:
            self._timers[number] = self._host.call_every(delay, tick)
        else:
            self._timers[number] = clock.call_at(clock.now + delay, tick)

    def _clear_timer(self, number: int) -> None:
        timer = self._timers.pop(number, None)
        if timer is not None:
            self._network.clock.cancel(timer)

    def _take_result(self, encoded: str) -> None:
        self._results.append(decode(encoded))

    def _note_call(self, name: str, encoded: str) -> None:
        self._calls.append((name, decode(encoded)))

    def _lint(self, name: str, particulars: dict[str, Any], stack: str) -> None:
        """Pass over a mistake; the profile may name it."""

    def _stop_later(self) -> None:
        self._network.clock.call_soon(self.stop)

    # What a test does

    def eval(self, source: str) -> Any:
        """Evaluate an expression of JavaScript in the script, and return what it is.

        Null and undefined are None, buffers are `bytes`, a function is its name. Raises
        `ScriptError` for what it throws.
        """
        with self._network.lock:
            self._check_running("evaluate anything")
            line = self._places.add("<eval>", source)
            text = dumps([[*self._news()] or 0, "evaluate", [line, source]])
            try:
                out = self._engine.turn(text)
            except Thrown as thrown:
                self._finish_turn("")
                raise self._error(thrown.text, thrown.stack, type(thrown)) from None
            self._finish_turn(out)
            return self._results.pop()

    def calls(self, name: str | None = None) -> list[Any]:
        """Return the arguments of each call of a function of the host, as in `Overlays.addOverlay`.

        Without a name, return every call: its name, and its arguments.
        """
        return [
            arguments if name is not None else (called, arguments)
            for called, arguments in self._calls
            if name is None or called == name
        ]

    def _check_running(self, what: str) -> None:
        if self._stopped:
            raise UsageError(f"{self.path.name} has ended, and cannot {what}")

    def stop(self) -> None:
        """End the script, as its host does: its timers, `unload` and `scriptEnding`, its sockets.

        Sockets that it left open are closed with 1001. Twice is nothing.
        """
        self._end()
        self._sockets.leave()
        self._servers.leave()

    def _end(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        with self._network.lock:
            for timer in self._timers.values():
                self._network.clock.cancel(timer)
            self._timers.clear()
            self.turn("stop")
            self._stopped = True

    def finish(self) -> None:
        """The test ends: end the script, whose sockets are the test's to end, and free it."""
        self._end()
        self._engine.close()

    def __repr__(self) -> str:
        return f"<Script {self.path.name}{' (ended)' if self._stopped else ''}>"


def _place_lines(places: list[Place], path: Path) -> list[str]:
    if not places:
        return field_lines({"script": shown_path(path)})
    place = places[0]
    return field_lines({"script": str(place), "line": place.source})


def _frame(place: Place) -> str:
    return f"{place.function} ({place})" if place.function else str(place)


def _with_place(text: str, place: Place) -> str:
    headline, _, rest = text.partition("\n")
    lines = [headline, f"  script    {place}", f"  line      {place.source}"]
    return "\n".join([*lines, rest] if rest else lines)
