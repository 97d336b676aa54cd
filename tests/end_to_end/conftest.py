import pytest


@pytest.fixture(autouse=True)
def only_wsfake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load no other plugin in the runs within a test: that takes longer than they do."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_wsfake.plugin")
