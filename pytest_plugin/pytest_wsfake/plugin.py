"""The plugin: the fixture `ws_fake`, its marker, its options and its summary."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_wsfake import hooks, options
from pytest_wsfake.report import RunReport

if TYPE_CHECKING:
    from wsfake import Harness

_REPORT = pytest.StashKey[RunReport]()
_HARNESS = pytest.StashKey["Harness"]()
_OUTCOME = pytest.StashKey[str]()
_RECORDING = pytest.StashKey[dict[Path, str]]()

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
    config.stash[_RECORDING] = {}
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
    from wsfake.harness import Harness  # noqa: PLC0415 - see the package

    item = request.node
    settings = _settings(item, ws_fake_config)
    command = f"pytest --ws-record {shlex.quote(item.nodeid)}"
    harness = Harness(how_to_record=command, **settings)
    item.stash[_HARNESS] = harness
    if harness.is_recording:
        _claim(item, settings["cassette"])
    with harness.activated():
        yield harness
        outcome = item.stash.get(_OUTCOME, "passed")
        _finish(item, harness, outcome)


def _settings(item: pytest.Item, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a test: command line, marker, `ws_fake_config`, hook, ini file."""
    settings = options.base_settings(item.config) | dict(config)
    marker = item.get_closest_marker("ws_fake")
    if marker is not None:
        if marker.args:
            raise pytest.UsageError(
                f"{item.nodeid}: the marker ws_fake takes keywords only, got {marker.args!r}"
            )
        settings |= marker.kwargs
    mode = options.chosen_mode(item.config)
    if mode is not None:
        settings["mode"] = mode
    settings["cassette"] = _cassette(item, settings.get("cassette"))
    return settings


def _cassette(item: pytest.Item, name: str | None) -> Path:
    from wsfake.cassette.paths import SUFFIX, cassette_path  # noqa: PLC0415 - see the package

    folder = options.cassette_dir(item.config)
    if name is not None:
        return folder / (name if str(name).endswith(SUFFIX) else f"{name}{SUFFIX}")
    assert isinstance(item, pytest.Function)
    module = _module(item)
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    params = item.callspec.id if hasattr(item, "callspec") else None
    return cassette_path(folder, module, [*classes, item.originalname], params)


def _module(item: pytest.Item) -> str:
    try:
        return item.path.relative_to(item.config.rootpath).as_posix()
    except ValueError:  # a module outside the root
        return item.path.name


def _claim(item: pytest.Item, path: Path) -> None:
    """Refuse that two tests record one cassette: the second would replace the first."""
    from wsfake.errors import UnsafeCassette  # noqa: PLC0415 - see the package

    first = item.config.stash[_RECORDING].setdefault(path, item.nodeid)
    if first != item.nodeid:
        raise UnsafeCassette(
            f"{path}: two tests record this cassette\n"
            f"  first   {first}\n"
            f"  second  {item.nodeid}\n"
            "  to do: give each a cassette of its own, with ws_fake(cassette=...)"
        )


def _finish(item: pytest.Item, harness: Harness, outcome: str) -> None:
    report = item.config.stash[_REPORT]
    try:
        harness.finish(failed=outcome == "failed", discard=outcome == "skipped")
    finally:
        summary = harness.summary
        report.add(summary)
        report.counts["unplayed"] += summary.unplayed


# What a failing test shows


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    harness = item.stash.get(_HARNESS, None)
    report = yield
    if harness is None:
        return report
    if report.when != "teardown" and report.outcome != "passed":
        item.stash[_OUTCOME] = report.outcome
    if report.failed and call.excinfo is not None:
        from wsfake.errors import Failure  # noqa: PLC0415 - see the package

        lines = harness.dialogue_lines()
        if lines and not isinstance(call.excinfo.value, Failure):  # whose text has it
            report.sections.append(("ws_fake dialogue", "\n".join(lines)))
    return report


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


def _asked_cassette(item: pytest.Item) -> Path:
    """Return the cassette of a test that may not have run, as when it was skipped."""
    marker = item.get_closest_marker("ws_fake")
    return _cassette(item, marker.kwargs.get("cassette") if marker is not None else None)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Gather what a worker of pytest-xdist did."""
    data = getattr(node, "workeroutput", {}).get("wsfake")
    if data is not None:
        node.config.stash[_REPORT].add_data(data)
