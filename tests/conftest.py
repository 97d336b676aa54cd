"""What holds for every test."""

import os

from hypothesis import HealthCheck, settings

import wsfake.proxies  # noqa: F401 - else a pytest within a test loads it, and takes it away again

# No test depends on the machine's speed, and where changes land every run is the same.
settings.register_profile(
    "wsfake",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("wsfake")
