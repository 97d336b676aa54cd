import pytest

import wsfake.harness.real
import wsfake.harness.recording
import wsfake.harness.verdicts  # noqa: F401 - once, and not in each of the runs within this one
from tests.servers import dead_url, no_ci, server

__all__ = ["alone", "dead_url", "no_ci", "server"]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load no plugin but those that a run asks for: some take longer than a whole run."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COLUMNS", "80")
