from __future__ import annotations

import subprocess
import sys

import pytest


def test_no_event_loop_is_imported() -> None:
    code = "import sys, wsfake.live; print('asyncio' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize("name", ["LiveClient", "LiveListener", "LiveServerEnd", "Reactor"])
def test_the_package_exports_what_real_connections_are_made_of(name: str) -> None:
    import wsfake.live

    assert name in wsfake.live.__all__
    assert getattr(wsfake.live, name).__name__ == name
