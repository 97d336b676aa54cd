"""The engine: the one module that knows quickjs-ng.

What it does about the traps of the binding:

* With a time limit set, JavaScript cannot call Python. So a turn is one call in, with a text, and
  what JavaScript wants of Python comes back from it, as a text.
* Texts from JavaScript are cut at a NUL, lone surrogates raise, and numbers over 2**31 are wrong:
  the texts are JSON, which escapes the first two, and there are no other values.
* No file is named in a stack, and all lines are of one `<input>`: see `places`.
* An exception of Python would be a SystemError in JavaScript: none is ever raised there.
* Rejections that nobody handles are silent: see `rejections`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from wsfake.errors import UsageError
from wsfake.javascript.modules import load_modules
from wsfake.javascript.rejections import track_rejections
from wsfake.javascript.stacks import STACK

__all__ = ["INTERRUPTED", "Engine", "Interrupted", "Thrown", "global_names"]


INTERRUPTED = "InternalError: interrupted"
"""What the engine says of a script that it has stopped."""

_SAID = {
    "null": "InternalError: out of memory, or the script threw null",
    "(Failed obtaining QuickJS error string. Concurrency issue?)": "something that has no text",
}
"""What the binding says of what has no text, and what it is: the engine throws null where there is
not even memory for an error."""

_HOLDER = "$wsfake"


class Thrown(Exception):
    """What JavaScript threw out of a turn: its text, and its stack as the engine writes it."""

    def __init__(self, text: str, stack: str) -> None:
        super().__init__(text)
        self.text = text
        self.stack = stack


class Interrupted(Thrown):
    """JavaScript was stopped, as it took more time than it may."""


class Engine:
    """One context, in which one script runs.

    `time_limit` is in seconds of CPU time for one turn with all the jobs that follow it, and
    `memory_limit` in bytes. Raises `UsageError` where quickjs-ng is not installed.
    """

    def __init__(self, *, time_limit: float, memory_limit: int) -> None:
        quickjs = _quickjs()
        self._thrown: tuple[type[Exception], ...] = (quickjs.JSException, quickjs.StackOverflow)
        self._limit = time_limit
        self._context = quickjs.Context()
        self._context.set_memory_limit(memory_limit)
        self._context.set_time_limit(time_limit)
        self._stack = 0
        self._fit_stack()
        self._run_job = self._context.execute_pending_job
        self._call: Any = None
        self._rejections: Any = None
        self._modules: Any = None
        self._endless = False

    def boot(self, source: str, common: str, own: dict[str, Any]) -> None:
        """Make the border of a file of wsfake's, with what is common and own.

        Raises `UsageError` where there is too little memory for it.
        """
        tracks = track_rejections(self._context)
        try:
            make = self._context.eval(source)()
            self._call = make(common, dumps({**own, "tracks": tracks is not None}))
        except self._thrown as error:
            if "memory" not in _thrown(error).text:
                raise
            raise UsageError("memory_limit is too little for the host of the script") from None
        if tracks is not None:
            self._context.set(_HOLDER, self._call)
            tracks.begin(_HOLDER, "track")
            self._context.eval(f"delete globalThis.{_HOLDER}")
        self._rejections = tracks

    def _fit_stack(self) -> None:
        """Be entered by this thread."""
        self._stack = STACK.limit
        self._context.set_max_stack_size(self._stack)

    def evaluate(self, source: str) -> Any:
        """Evaluate a whole script; return what its last expression is, a value of the engine's.

        Raises `Thrown`.
        """
        if STACK.limit != self._stack:
            self._fit_stack()
        try:
            return self._context.eval(source)
        except self._thrown as error:
            raise _thrown(error) from None
        except UnicodeDecodeError:  # a text that is no text to Python: nobody asks for it
            return None

    def have_modules(self, read: Callable[[str], str]) -> None:
        """Let scripts import modules: `read` returns the text of a URL, or raises `LookupError`.

        Raises `UsageError` where the engine has no way to ask for them.
        """
        self._modules = load_modules(self._context, read)
        if self._modules is None:
            raise UsageError("modules cannot be loaded here: the engine's C API is not to be found")

    def turn(self, text: str, value: Any = None) -> str:
        """Have one turn, without the jobs that follow it; return its outbox.

        Raises `Thrown`; what is in the outbox then comes with the next turn.
        """
        if STACK.limit != self._stack:
            self._fit_stack()
        try:
            out: str = self._call(text) if value is None else self._call(text, value)
        except self._thrown as error:
            raise _thrown(error) from None
        return out

    def run_jobs(self) -> bool:
        """Do what promises have waiting; tell whether that may have left anything in the outbox.

        Raises `Thrown`, and `Interrupted` where there is no end of it: from then on it is not done
        any more, as the engine cannot be told to forget it.
        """
        tracks = self._rejections
        if self._endless:
            return False
        try:
            if not self._run_job():
                return tracks is not None and tracks.take_news()
            began = time.process_time()
            while self._run_job():
                if time.process_time() - began > self._limit:
                    self._endless = True
                    raise Interrupted(INTERRUPTED, "")
        except self._thrown as error:
            raise _thrown(error) from None
        return True

    def close(self) -> None:
        """Free the context."""
        self._call = self._run_job = self._rejections = None
        del self._context
        self._modules = None  # which the context may have asked until now


@cache
def global_names() -> frozenset[str]:
    """Return the names of the globals that the engine has, before a host adds any."""
    names: str = _quickjs().Context().eval("Object.getOwnPropertyNames(globalThis).join()")
    return frozenset(names.split(","))


def dumps(value: Any) -> str:
    """Return JSON in ASCII, so that any text crosses."""
    return json.dumps(value, separators=(",", ":"))


def _thrown(error: Exception) -> Thrown:
    text, _, stack = str(error).partition("\n    at ")
    lines = text.rstrip("\n").removesuffix("\nundefined")
    stack = f"    at {stack}" if stack else ""
    if lines.rstrip("\n") == INTERRUPTED:
        return Interrupted(lines, stack)
    return Thrown(_SAID.get(lines, lines), stack)


def _quickjs() -> Any:
    try:
        import quickjs  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise UsageError("scripts in JavaScript need an engine: pip install wsfake[js]") from None
    return quickjs
