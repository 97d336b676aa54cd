"""Options, and the settings that they and the ini file give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

__all__ = [
    "WrongIniValue",
    "add_options",
    "cassette_dir",
    "ini_layers",
    "merged",
    "on_command_line",
]

_MODES = ("none", "once", "new_episodes", "rewrite", "live", "verify")


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text  # the settings say what is wrong with it


def _same(value: Any) -> Any:
    return value


_INI: dict[str, tuple[str, str, Callable[[Any], Any], str]] = {
    "ws_mode": ("string", "mode", _same, "what happens to URLs that are not served"),
    "ws_profile": ("string", "profile", _same, "whose behaviour the script API shows"),
    "ws_base_url": ("string", "base_url", _same, "the page that a browser's script is on"),
    "ws_match": ("string", "match", _same, "how messages are compared: exact or json"),
    "ws_volatile": ("linelist", "volatile", _same, "JSON values that differ from run to run"),
    "ws_unplayed": ("string", "unplayed", _same, "what was not played: fail, warn or ignore"),
    "ws_order": ("string", "order", _same, "order across connections: relaxed or strict"),
    "ws_order_wait": ("string", "order_wait", _number, "seconds after which order gives way"),
    "ws_timeout": ("string", "timeout", _number, "seconds after which waiting ends"),
    "ws_record_idle": ("string", "record_idle", _number, "seconds of silence that end a recording"),
    "ws_redact_headers": ("linelist", "redact_headers", _same, "more headers that are secret"),
    "ws_redact_query": ("linelist", "redact_query", _same, "more URL parameters that are secret"),
    "ws_redact_json": ("linelist", "redact_json", _same, "more JSON keys that are secret"),
    "ws_redact_env": ("linelist", "redact_env", _same, "environment variables that are secret"),
    "ws_intercept": ("bool", "intercept", _same, "intercept the sockets of every test"),
    "ws_passthrough": ("linelist", "passthrough", _same, "hosts that are let through"),
    "ws_text_sidecar": ("bool", "text_sidecar", _same, "write the text form beside each cassette"),
}


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("ws_fake", "WebSocket test doubles and recordings")
    group.addoption(
        "--ws-record",
        action="store_true",
        help="record afresh the cassettes of the selected tests, from the real servers"
        " (short for --ws-mode=rewrite)",
    )
    group.addoption(
        "--ws-mode",
        choices=_MODES,
        help="what happens to URLs that the test does not serve (default: none, replay only)",
    )
    group.addoption(
        "--ws-speed",
        metavar="0|1|N",
        type=float,
        help="how fast cassettes are played at real ports: at once (0, the default),"
        " as recorded (1), or so many times as fast",
    )
    parser.addini("ws_cassette_dir", "folder of the cassettes, from the root", default="cassettes")
    for name, (kind, _, _, text) in _INI.items():
        parser.addini(name, text, type=kind, default=None)  # type: ignore[arg-type]


def on_command_line(config: pytest.Config) -> dict[str, Any]:
    """Return what the command line chose, which goes before everything else."""
    record, mode = config.getoption("ws_record"), config.getoption("ws_mode")
    if record and mode not in (None, "rewrite"):
        raise pytest.UsageError(f"--ws-record means --ws-mode=rewrite, and --ws-mode={mode} came")
    chosen = {"mode": "rewrite" if record else mode, "speed": config.getoption("ws_speed")}
    return {name: value for name, value in chosen.items() if value is not None}


class WrongIniValue(Exception):
    """A value in the ini file that is not of the kind of its option."""


def ini_layers(config: pytest.Config) -> list[tuple[str, dict[str, Any]]]:
    """Return what the ini file asks for in every test, and by which option.

    Raises `WrongIniValue` for what pytest itself cannot read in it.
    """
    layers = []
    for name, (_, setting, convert, _) in _INI.items():
        try:
            value = config.getini(name)
        except (TypeError, ValueError, pytest.UsageError) as error:
            raise WrongIniValue(f"ini option {name}: {error}") from None
        if value not in (None, "", []):
            layers.append((f"ini option {name}", {setting: convert(value)}))
    return layers


def merged(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Merge settings, of which the later go before the earlier.

    What is None is not given. Secrets are added to those that are known.
    """
    settings: dict[str, Any] = {}
    for changes in layers:
        for name, value in changes.items():
            if name in _ADDED and isinstance(value, list | tuple):
                known = settings.get(name, ())
                settings[name] = (*known, *(each for each in value if each not in known))
            elif value is not None:
                settings[name] = value
    return settings


_ADDED = ("redact_headers", "redact_query", "redact_json", "redact_env")


def cassette_dir(config: pytest.Config) -> Path:
    return config.rootpath / str(config.getini("ws_cassette_dir"))
