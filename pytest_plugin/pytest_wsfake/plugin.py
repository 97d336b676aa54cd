"""The plugin: the fixture `ws_fake`, its marker, its options and its summary."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

import pytest

from pytest_wsfake import hooks, options
from pytest_wsfake.report import RunReport

if TYPE_CHECKING:
    from wsfake.harness import Harness, Outcome

_REPORT = pytest.StashKey[RunReport]()
_HARNESS = pytest.StashKey["Harness"]()
_OUTCOME: pytest.StashKey[Outcome] = pytest.StashKey()
"""How a test ends; of one that is run again, still how it ended before."""
_OUR_OWN = pytest.StashKey[Exception]()
_CLAIMS = pytest.StashKey[dict[Path, str]]()
_JUDGED = pytest.StashKey[dict[str, dict[str, Any]]]()
"""What each source of settings asked for when it was last found to be right."""

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
    config.stash[_CLAIMS] = {}
    config.stash[_JUDGED] = {}
    options.chosen_mode(config)  # which says what is wrong with it, before anything runs


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
    with _telling_plainly(item):
        harness = _make_harness(item, ws_fake_config)
    item.stash[_HARNESS] = harness
    with harness.activated():
        yield harness
        outcome = item.stash[_OUTCOME]
        try:
            with _telling_plainly(item):
                harness.finish("retried" if retried and outcome == "passed" else outcome)
        finally:
            item.config.stash[_REPORT].add(harness.summary)


@contextmanager
def _telling_plainly(item: pytest.Item) -> Iterator[None]:
    """Let an error be told without a traceback, as no line of the user's has raised it."""
    try:
        yield
    except Exception as error:
        harness = item.stash.get(_HARNESS, None)
        if _is_ours(error) and (harness is None or error not in harness.failures):
            item.stash[_OUR_OWN] = error
        raise


def _make_harness(item: pytest.Item, config: Mapping[str, Any]) -> Harness:
    from wsfake.errors import WsfakeWarning  # noqa: PLC0415 - see the package
    from wsfake.harness import Harness  # noqa: PLC0415 - see the package

    settings = _settings(item, config)
    harness = Harness(
        how_to_record=f"pytest --ws-record {shlex.quote(item.nodeid)}",
        warn=lambda text: item.warn(WsfakeWarning(text)),
        **settings,
    )
    if harness.is_recording:
        _claim(item, settings["cassette"])
    return harness


def _settings(item: pytest.Item, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a test: command line, marker, `ws_fake_config`, hook, ini file.

    Raises `UsageError` for what cannot be, and says who asked for it.
    """
    from wsfake.errors import UsageError  # noqa: PLC0415 - see the package
    from wsfake.harness import Settings  # noqa: PLC0415 - see the package

    layers: list[tuple[str, Any]]
    try:
        layers = [*options.base_settings(item.config)]
    except options.WrongIniValue as error:
        raise UsageError(str(error)) from None
    layers += [("ws_fake_config", config), ("marker ws_fake", _marked(item))]
    mode = options.chosen_mode(item.config)
    layers.append(("command line", {"mode": mode, "speed": item.config.getoption("ws_speed")}))
    judged = item.config.stash[_JUDGED]
    for source, changes in layers:
        if not isinstance(changes, Mapping):
            raise UsageError(f"{source}: expected a dict of settings, got {changes!r}")
        if not changes or judged.get(source) == changes:
            continue
        try:
            Settings.of(options.merged([changes]))
        except UsageError as error:
            raise UsageError(f"{source}: {error}") from None
        judged[source] = dict(changes)
    settings = options.merged(changes for _, changes in layers)
    settings["cassette"] = _cassette(item, settings.get("cassette"))
    return settings


def _marked(item: pytest.Item) -> dict[str, Any]:
    """Return what the markers of a test ask for; its own go before those around it."""
    from wsfake.errors import UsageError  # noqa: PLC0415 - see the package

    settings: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("ws_fake"))):
        if marker.args:
            raise UsageError(f"the marker ws_fake takes keywords only, got {marker.args!r}")
        settings |= marker.kwargs
    return settings


def _cassette(item: pytest.Item, name: str | os.PathLike[str] | None) -> Path:
    from wsfake.cassette.paths import SUFFIX, cassette_path  # noqa: PLC0415 - see the package

    folder = options.cassette_dir(item.config)
    if name is not None:
        asked = os.fspath(name)
        return folder / (asked if asked.endswith(SUFFIX) else f"{asked}{SUFFIX}")
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    test = item.originalname if isinstance(item, pytest.Function) else item.name
    params = item.callspec.id if hasattr(item, "callspec") else None
    return cassette_path(folder, _module(item), [*classes, test], params)


def _module(item: pytest.Item) -> str:
    try:
        return item.path.relative_to(item.config.rootpath).as_posix()
    except ValueError:  # a module outside the root
        return item.path.name


def _claim(item: pytest.Item, path: Path) -> None:
    """Refuse that two tests record one cassette: the second would replace the first.

    The first is the first that was collected: so it is also where the two run in two processes.
    """
    from wsfake.errors import UnsafeCassette  # noqa: PLC0415 - see the package

    claims = item.config.stash[_CLAIMS]
    if not claims:
        for other in item.session.items:
            if "ws_fake" in getattr(other, "fixturenames", ()):
                claims.setdefault(_asked_cassette(other), other.nodeid)
    first = claims.setdefault(path, item.nodeid)
    if first != item.nodeid:
        raise UnsafeCassette(
            f"{path}: two tests record this cassette\n"
            f"  first   {first}\n"
            f"  second  {item.nodeid}\n"
            "  to do: give each a cassette of its own, with ws_fake(cassette=...)"
        )


def _asked_cassette(item: pytest.Item) -> Path:
    """Return the cassette of a test that may not run, as far as its markers tell."""
    named = [marker.kwargs.get("cassette") for marker in item.iter_markers("ws_fake")]
    known = (name for name in named if isinstance(name, str | os.PathLike))
    return _cassette(item, next(known, None))


# What a failing test shows


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    if call.excinfo is not None:
        _hide_our_frames(call.excinfo.value)
    report = yield
    if call.excinfo is not None and call.excinfo.value is item.stash.get(_OUR_OWN, None):
        report.longrepr = call.excinfo.getrepr(style="value")
    harness = item.stash.get(_HARNESS, None)
    if harness is None:
        return report
    if report.when != "teardown":
        _note_outcome(item, report)
    if report.failed and call.excinfo is not None:
        report.sections += _sections(harness, report.when, call.excinfo.value)
    if report.when == "teardown":
        del item.stash[_HARNESS]  # with all that was said, which a long run is not to keep
    return report


def _hide_our_frames(error: BaseException | None) -> None:
    """Leave our frames out of the traceback of our errors: its last line is to be the script's.

    Whatever else is raised in them is shown in full. So is what an error was raised from.
    """
    while error is not None:
        for frame, _ in walk_tb(error.__traceback__):
            names = frame.f_globals
            if str(names.get("__name__")).partition(".")[0] in _HIDDEN_PACKAGES:
                names["__tracebackhide__"] = _is_told_by_us
        error = error.__cause__ or error.__context__


_HIDDEN_PACKAGES = ("wsfake", "pytest_wsfake", "contextlib")
"""Of the standard library, what stands between two frames of ours."""


def _is_told_by_us(excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
    return _is_ours(excinfo.value)


def _is_ours(error: BaseException) -> bool:
    errors = sys.modules.get("wsfake.errors")
    return errors is not None and isinstance(error, errors.WsfakeError | errors.WsfakeWarning)


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
    sections = [("ws_fake verdict", str(each)) for each in untold]
    lines = harness.dialogue_lines()
    told = "\n".join([str(error), *map(str, untold)])
    mismatches = (errors.UnexpectedMessage, errors.UnexpectedClose, errors.UnexpectedHandshake)
    shown = any(isinstance(each, mismatches) for each in (error, *untold))
    if lines and not shown and lines[-1] not in told:
        sections.append(("ws_fake dialogue", "\n".join(lines)))
    return sections


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
    selected = any(
        config.getoption(name, None)
        for name in ("keyword", "markexpr", "lf", "deselect", "ignore", "maxfail", "stepwise")
    )
    return config.args_source is not pytest.Config.ArgsSource.ARGS and not selected


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand this process's part to the one that reports, under pytest-xdist."""
    config = session.config
    for item in session.items if hasattr(session, "items") else ():
        if config.stash[_REPORT].used and "ws_fake" in getattr(item, "fixturenames", ()):
            config.stash[_REPORT].used.add(str(_asked_cassette(item)))
    workeroutput = getattr(config, "workeroutput", None)
    if workeroutput is not None:
        workeroutput["wsfake"] = config.stash[_REPORT].to_data()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Gather what a worker of pytest-xdist did."""
    data = getattr(node, "workeroutput", {}).get("wsfake")
    if data is not None:
        node.config.stash[_REPORT].add_data(data)
