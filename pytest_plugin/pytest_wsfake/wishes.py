"""What a test asks for: its settings, and its cassette. Loaded when the first test asks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_wsfake import options
from wsfake.cassette.paths import SUFFIX, cassette_folder, cassette_name
from wsfake.errors import UnsafeCassette, UsageError
from wsfake.harness import Settings

__all__ = ["Wishes"]


class Wishes:
    """Knows what is the same for every test of a run, and so is found out once."""

    def __init__(self, config: pytest.Config) -> None:
        """Raise `UsageError` for what the ini file cannot say."""
        self._config = config
        self._folder = options.cassette_dir(config)
        self._command_line = options.on_command_line(config)
        try:
            self._ini = options.ini_layers(config)
        except options.WrongIniValue as error:
            raise UsageError(str(error)) from None
        self._judged: dict[str, dict[str, Any]] = {}
        self._latest: tuple[dict[str, Any], dict[str, Any]] | None = None
        """The markers of the last test for which nothing else asked, and the settings it had."""

        self._folders: dict[Path, Path] = {}
        self._claims: dict[Path, str] = {}

    def settings(self, item: pytest.Item, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings of a test: command line, marker, `ws_fake_config`, hook, ini file.

        Raises `UsageError` for what cannot be, and says who asked for it.
        """
        marked = _marked(item)
        # what a fixture or a hook gives may be another thing each time
        hooked = self._config.hook.pytest_wsfake_configure.get_hookimpls()
        marked_alone = config == {} and not hooked
        if marked_alone and self._latest is not None and self._latest[0] == marked:
            settings = self._latest[1].copy()  # most tests ask for what the one before has
        else:
            settings = self._merged(config, marked)
            if marked_alone:
                self._latest = marked, settings.copy()
        settings["cassette"] = self._cassette(item, settings.get("cassette"))
        return settings

    def _merged(self, config: Mapping[str, Any], marked: dict[str, Any]) -> dict[str, Any]:
        layers = [
            *self._ini,
            ("hook pytest_wsfake_configure", self._hooked()),
            ("ws_fake_config", config),
            ("marker ws_fake", marked),
            ("command line", self._command_line),
        ]
        for source, changes in layers:
            self._judge(source, changes)
        return options.merged([changes for _, changes in layers if changes])

    def _hooked(self) -> dict[str, Any]:
        hook = self._config.hook.pytest_wsfake_configure
        if not hook.get_hookimpls():
            return {}
        settings = options.merged(changes for _, changes in self._ini)
        hook(config=self._config, settings=settings)
        return settings

    def _judge(self, source: str, changes: Any) -> None:
        """Raise `UsageError` for what cannot be, but not again and again for what can."""
        if type(changes) is dict and changes == self._judged.get(source, {}):
            return
        if not isinstance(changes, Mapping):
            raise UsageError(f"{source}: expected a dict of settings, got {changes!r}")
        try:
            Settings.of(options.merged([changes]))
        except UsageError as error:
            raise UsageError(f"{source}: {error}") from None
        self._judged[source] = dict(changes)

    def _cassette(self, item: pytest.Item, name: str | os.PathLike[str] | None) -> Path:
        if name is not None:
            asked = os.fspath(name)
            return self._folder / (asked if asked.endswith(SUFFIX) else f"{asked}{SUFFIX}")
        classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
        test = item.originalname if isinstance(item, pytest.Function) else item.name
        bare = item.name == test  # where it has no parameters, or pytest is told to hide them
        params = item.callspec.id if hasattr(item, "callspec") and not bare else None
        folder = self._folders.get(item.path)
        if folder is None:
            folder = self._folders[item.path] = cassette_folder(self._folder, _module(item))
        return folder / cassette_name([*classes, test], params)

    def cassettes(self, items: list[pytest.Item]) -> dict[Path, str]:
        """Return the cassettes of tests that may not run, as far as their markers tell.

        Of two tests that ask for one, the first has it.
        """
        asked: dict[Path, str] = {}
        for item in items:
            if "ws_fake" in getattr(item, "fixturenames", ()):
                named = [marker.kwargs.get("cassette") for marker in item.iter_markers("ws_fake")]
                known = (name for name in named if isinstance(name, str | os.PathLike))
                asked.setdefault(self._cassette(item, next(known, None)), item.nodeid)
        return asked

    def claim(self, item: pytest.Item, path: Path) -> None:
        """Refuse that two tests record one cassette: the second would replace the first.

        The first is the first that was collected: so it is also where the two run in two processes.
        """
        if not self._claims:
            self._claims = self.cassettes(item.session.items)
        first = self._claims.setdefault(path, item.nodeid)
        if first != item.nodeid:
            raise UnsafeCassette(
                f"{path}: two tests record this cassette\n"
                f"  first   {first}\n"
                f"  second  {item.nodeid}\n"
                "  to do: give each a cassette of its own, with ws_fake(cassette=...)"
            )


def _marked(item: pytest.Item) -> dict[str, Any]:
    """Return what the markers of a test ask for; its own go before those around it."""
    settings: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("ws_fake"))):
        if marker.args:
            raise UsageError(f"the marker ws_fake takes keywords only, got {marker.args!r}")
        settings |= marker.kwargs
    return settings


def _module(item: pytest.Item) -> str:
    try:
        return item.path.relative_to(item.config.rootpath).as_posix()
    except ValueError:  # a module outside the root
        return item.path.name
