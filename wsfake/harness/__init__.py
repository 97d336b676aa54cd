"""The harness: what the `ws_fake` fixture is, and what scripts outside pytest use."""

from wsfake.harness.advice import Advice
from wsfake.harness.harness import Harness, Outcome
from wsfake.harness.settings import MODES, RECORDING_MODES, Settings
from wsfake.harness.summary import Summary

__all__ = ["MODES", "RECORDING_MODES", "Advice", "Harness", "Outcome", "Settings", "Summary"]
