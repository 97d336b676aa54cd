"""Running a page of the suite in the browser profile."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from attrs import frozen

from tests.conformance.web_platform.handlers import serve_all
from tests.conformance.web_platform.suite import Page
from wsfake import Harness
from wsfake.errors import ScriptError

__all__ = ["Result", "run"]

_MOST_ERRORS = 1000  # that a page may leave uncaught


@frozen
class Result:
    """What the harness of a page has found: the status of each subtest, by its name."""

    harness: str
    subtests: dict[str, str]
    messages: dict[str, str]
    """Of what does not pass, why."""


def run(page: Page, folder: Path) -> Result:
    """Run a page to its end, on the virtual clock."""
    path = folder / "page.js"
    path.write_text(page.script, encoding="utf-8")
    with warnings.catch_warnings(), Harness(profile="browser", base_url=page.url) as ws_fake:
        warnings.simplefilter("ignore")
        serve_all(ws_fake)
        script = ws_fake.load_script(path, on_print=None)
        _finish(ws_fake)
        report: dict[str, Any] | None = script.eval("globalThis.REPORT")
    if report is None:
        return Result("NO REPORT", {}, {})
    subtests = {name: status for name, status, _ in report["subtests"]}
    messages = {name: told for name, status, told in report["subtests"] if status != "PASS"}
    if report["harness"] != "OK":
        messages["(the harness)"] = report["message"]
    return Result(report["harness"], subtests, messages)


def _finish(ws_fake: Harness) -> None:
    """Let the clock run until nothing is due; uncaught errors are the page's to report."""
    for _ in range(_MOST_ERRORS):
        try:
            ws_fake.run()
        except ScriptError:
            continue
        except ExceptionGroup as group:
            if group.split(ScriptError)[1] is not None:
                raise
        else:
            return
    raise AssertionError(f"the page has more than {_MOST_ERRORS} uncaught errors")
