"""What of a harness is for scripts: the classes they connect with, and what runs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from wsfake.script_api import Host

if TYPE_CHECKING:
    from wsfake import proxies, script_api
    from wsfake.javascript import Script
    from wsfake.javascript.files import Files

__all__ = ["Hosting"]


class Hosting:
    """The host of a test's scripts, in Python and in JavaScript."""

    _host: Host
    _scripts: list[Script]
    _running_scripts: list[Script]

    @property
    def WebSocket(self) -> type[proxies.WebSocket]:  # noqa: N802 - the name that scripts use
        """The class that a script of this test connects with."""
        return cast("type[proxies.WebSocket]", self._host.WebSocket)

    @property
    def WebSocketServer(self) -> type[script_api.WebSocketServer]:  # noqa: N802 - the name that scripts use
        """The class that a script of this test listens with."""
        return self._host.WebSocketServer

    def pyodide(self) -> AbstractContextManager[None]:
        """Let code that was written for Pyodide or PyScript run in CPython, in this block.

        It finds the modules `js`, `pyodide` and `pyscript`, with their WebSocket and what belongs
        to it, and nothing else of a browser. Raises `UsageError` in another profile.
        """
        from wsfake.script_api.browser.pyodide import provide  # noqa: PLC0415 - few scripts need it

        return provide(self._host)

    def load_script(
        self,
        path: str | os.PathLike[str],
        *,
        kind: str = "assignment client",
        files: Files = (),
        entity: str | None = None,
        time_limit: float = 10.0,
        memory_limit: int = 256 * 2**20,
        on_print: Callable[[str], object] | None = print,
    ) -> Script:
        """Run a script in JavaScript, unmodified: its top level now, the rest as the clock runs.

        `kind` is a type of script; `server entity` and `assignment client` have `WebSocketServer`.
        `files` are those that it includes or requires by a name that it makes up, and may map the
        name that it asks for to a file. An entity script is constructed, and its `preload` called
        with `entity`. `time_limit` is in seconds of CPU time for one turn, `memory_limit` in bytes.
        `on_print` is told at once what it prints: by default it goes to stdout, which pytest shows
        of a test that fails; None is silence. In the profile `browser` a script whose name ends
        with `.mjs` is a module.

        What the script does not catch, `run` raises. Raises `UsageError` for a file that is not
        there, and where the extra `wsfake[js]` is not installed.
        """
        from wsfake.javascript.loading import load  # noqa: PLC0415 - an extra, and few need it

        beside = Path(sys._getframe(1).f_code.co_filename).parent
        script, start = load(
            self._host,
            path,
            beside,
            self._running_scripts,
            kind=kind,
            files=files,
            entity=entity,
            time_limit=time_limit,
            memory_limit=memory_limit,
            on_print=on_print,
        )
        self._scripts.append(script)
        script.start(**start)
        return script
