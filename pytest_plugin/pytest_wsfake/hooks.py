"""The hooks that wsfake adds to pytest."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.hookspec()
def pytest_wsfake_configure(config: pytest.Config, settings: dict[str, Any]) -> None:
    """Change the settings of every test, in place, after the ini file and before `ws_fake_config`.

    `settings` has the names of `wsfake.harness.Settings`, such as `profile` or `redact_json`.
    """
