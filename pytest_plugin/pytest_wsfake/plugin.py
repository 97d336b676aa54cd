"""The plugin: the fixture `ws_fake`, its marker, its options and its summary."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Generator, Iterator, Mapping
from traceback import walk_tb
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_wsfake import hooks, options
from pytest_wsfake.report import RunReport
from wsfake import real_time  # noqa: F401 - before a test freezes time; it imports nothing else

if TYPE_CHECKING:
    from pytest_wsfake.wishes import Wishes
    from wsfake.harness import Harness, Outcome

_REPORT = pytest.StashKey[RunReport]()
_HARNESS = pytest.StashKey["Harness"]()
_OUTCOME: pytest.StashKey[Outcome] = pytest.StashKey()
"""How a test ends; of one that is run again, still how it ended before."""
_OUR_OWN = pytest.StashKey[Exception]()
_WISHES = pytest.StashKey["Wishes"]()

_MARKER = (
    "ws_fake(cassette=None, mode=None, profile=None, match=None, volatile=None, unplayed=None):"
    " give the test an in-memory WebSocket network, with these settings"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    config.stash[_REPORT] = RunReport()
    options.on_command_line(config)  # which says what is wrong with it, before anything runs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the marker alone be enough: it asks for the fixture."""
    for item in items:
        if not isinstance(item, pytest.Function) or "ws_fake" in item.fixturenames:
            continue
        if item.get_closest_marker("ws_fake") is not None:
            item.fixturenames.insert(0, "ws_fake")


@pytest.fixture(scope="session")
def ws_fake_config() -> dict[str, Any]:
    """Settings for the tests that see this fixture; override it, in any scope."""
    return {}


@pytest.fixture
def ws_fake(
    request: pytest.FixtureRequest, ws_fake_config: Mapping[str, Any]
) -> Generator[Harness]:
    """An in-memory WebSocket network, its clock, and this test's cassette."""
    item = request.node
    retried = _OUTCOME in item.stash
    item.stash[_OUTCOME] = "interrupted"  # until a report says otherwise
    try:
        harness = _make_harness(item, ws_fake_config)
    except Exception as error:
        _tell_plainly(item, error)
        raise
    item.stash[_HARNESS] = harness
    harness.activate()
    try:
        yield harness
        outcome = item.stash[_OUTCOME]
        try:
            harness.finish("retried" if retried and outcome == "passed" else outcome)
        except Exception as error:
            _tell_plainly(item, error)
            raise
        finally:
            item.config.stash[_REPORT].add(harness.summary)
    finally:
        harness.deactivate()


def _tell_plainly(item: pytest.Item, error: Exception) -> None:
    """Let an error be told without a traceback, as no line of the user's has raised it."""
    harness = item.stash.get(_HARNESS, None)
    if _is_ours(error) and (harness is None or error not in harness.failures):
        item.stash[_OUR_OWN] = error


def _make_harness(item: pytest.Item, config: Mapping[str, Any]) -> Harness:
    from wsfake.errors import WsfakeWarning  # noqa: PLC0415 - see the package
    from wsfake.harness import Advice, Harness  # noqa: PLC0415 - see the package

    wishes = _wishes(item.config)
    settings = wishes.settings(item, config)
    harness = Harness(
        advice=Advice(record=f"pytest --ws-record {shlex.quote(item.nodeid)}"),
        warn=lambda text: item.warn(WsfakeWarning(text)),
        **settings,
    )
    if harness.is_recording:
        wishes.claim(item, settings["cassette"])
    return harness


def _wishes(config: pytest.Config) -> Wishes:
    wishes = config.stash.get(_WISHES, None)
    if wishes is None:
        from pytest_wsfake.wishes import Wishes  # noqa: PLC0415 - see the package

        wishes = config.stash[_WISHES] = Wishes(config)
    return wishes


# What a failing test shows


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    for each in (call.excinfo, *(getattr(item, "_excinfo", None) or ())):
        if each is not None:
            _hide_our_frames(each.value)
    report = yield
    excinfo = call.excinfo  # by now also of a test case of unittest
    if excinfo is not None and _is_told_plainly(item, excinfo.value):
        report.longrepr = excinfo.getrepr(style="value")
    if _HARNESS not in item.stash:  # as of most tests of a run that hardly uses it
        return report
    harness = item.stash[_HARNESS]
    if report.when != "teardown":
        _note_outcome(item, report)
    if report.failed and excinfo is not None:
        report.sections += _sections(harness, report.when, excinfo.value)
    if report.when == "teardown":
        del item.stash[_HARNESS]  # with all that was said, which a long run is not to keep
    return report


def _is_told_plainly(item: pytest.Item, error: BaseException) -> bool:
    """Whether no line of the user's has raised it, and so no traceback says anything."""
    if error is item.stash.get(_OUR_OWN, None):
        return True
    return _is_ours(error) and not any(map(_is_the_users, _frames(error)))


def _hide_our_frames(error: BaseException) -> None:
    """Leave our frames out of the traceback: its last line is to be the script's.

    That is for our errors, and for those of the script, which we called. Whatever else is raised
    in our frames is shown in full. So is what an error was raised from.
    """
    for each in _chain(error):
        for frame in _frames(each):
            if _package(frame) in _HIDDEN_PACKAGES:
                frame.f_globals["__tracebackhide__"] = _says_more_without_us
        if isinstance(each, BaseExceptionGroup):
            for inner in each.exceptions:
                _hide_our_frames(inner)


_HIDDEN_PACKAGES = ("wsfake", "pytest_wsfake", "contextlib")
"""Of the standard library, what stands between two frames of ours."""


def _says_more_without_us(excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
    return _is_no_fault_of_ours(excinfo.value)


def _is_no_fault_of_ours(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(map(_is_no_fault_of_ours, error.exceptions))
    if _is_ours(error):
        return True
    after: FrameType | None = None  # whom we called last
    for frame in reversed(_frames(error)):
        if _package(frame) in _HIDDEN_PACKAGES:
            return after is not None and _is_the_users(after)
        after = frame
    return False


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error, and what it was raised from, each once: a chain may come back to its start."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__context__ if error.__cause__ is None else error.__cause__


def _frames(error: BaseException) -> list[FrameType]:
    return [frame for frame, _ in walk_tb(error.__traceback__)]


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def _is_the_users(frame: FrameType) -> bool:
    """Whether a frame is of no library."""
    package = _package(frame)
    return (
        package not in _HIDDEN_PACKAGES
        and package not in sys.stdlib_module_names
        and "site-packages" not in frame.f_code.co_filename
    )


def _is_ours(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "wsfake"


def _note_outcome(item: pytest.Item, report: pytest.TestReport) -> None:
    if report.failed or hasattr(report, "wasxfail"):
        item.stash[_OUTCOME] = "passed" if report.passed else "failed"
    elif report.skipped:
        item.stash[_OUTCOME] = "skipped"
    elif report.when == "call" and item.stash[_OUTCOME] != "failed":  # as one of its subtests may
        item.stash[_OUTCOME] = "passed"


def _sections(harness: Harness, when: str | None, error: BaseException) -> list[tuple[str, str]]:
    """Return what else there is to say: what the script swallowed, and the dialogue."""
    from wsfake import errors  # noqa: PLC0415 - see the package

    untold = harness.untold(error) if when != "teardown" else []
    sections = [("ws_fake verdict", _verdict(each)) for each in untold]
    lines = harness.dialogue_lines()
    told = "\n".join([str(error), *map(str, untold)])
    mismatches = (errors.UnexpectedMessage, errors.UnexpectedClose, errors.UnexpectedHandshake)
    shown = any(isinstance(each, mismatches) for each in (error, *untold))
    if lines and not shown and lines[-1] not in told:
        sections.append(("ws_fake dialogue", "\n".join(lines)))
    if when == "call" and (hint := harness.hint(met_network=_is_of_the_network(error))):
        sections.append(("ws_fake hint", hint))
    return sections


def _verdict(error: Exception) -> str:
    """Return the text of an error; of one that is not ours, which a handler raised, all of it."""
    if _is_ours(error) or error.__traceback__ is None:
        return str(error)
    _hide_our_frames(error)
    return str(pytest.ExceptionInfo.from_exception(error).getrepr(style="short"))


def _is_of_the_network(error: BaseException) -> bool:
    return any(isinstance(each, OSError) for each in _chain(error))


# What the run shows


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    report = config.stash[_REPORT]
    full = report.used and _is_full_run(config)
    unused_in = options.cassette_dir(config) if full else None
    for line in report.lines(config.rootpath, unused_in):
        terminalreporter.write_line(line)


def _is_full_run(config: pytest.Config) -> bool:
    """Whether every test there is was asked for: only then is a cassette known to be unused."""
    if any(config.getoption(name, None) for name in _SELECTING):
        return False
    source = config.args_source
    if source is pytest.Config.ArgsSource.INVOCATION_DIR:  # where pytest was called, with no path
        return config.invocation_params.dir == config.rootpath
    return source is not pytest.Config.ArgsSource.ARGS


_SELECTING = (
    *("keyword", "markexpr", "lf", "deselect", "ignore", "ignore_glob", "maxfail", "stepwise"),
)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand this process's part to the one that reports, under pytest-xdist."""
    config = session.config
    used = config.stash[_REPORT].used
    if used and hasattr(session, "items"):
        used.update(map(str, _wishes(config).cassettes(session.items)))
    workeroutput = getattr(config, "workeroutput", None)
    if workeroutput is not None:
        workeroutput["wsfake"] = config.stash[_REPORT].to_data()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Gather what a worker of pytest-xdist did."""
    data = getattr(node, "workeroutput", {}).get("wsfake")
    if data is not None:
        node.config.stash[_REPORT].add_data(data)
