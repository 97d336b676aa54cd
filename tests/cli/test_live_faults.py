"""The options by which `wsfake record` makes connections suffer."""

from __future__ import annotations

import argparse

import pytest

from wsfake.cli.live_faults import add_fault_options, faults_of
from wsfake.errors import UsageError
from wsfake.model import Close, Drop, Refuse, Reject, Stall
from wsfake.proxy import Faults


def parsed(*options: str) -> Faults:
    parser = argparse.ArgumentParser()
    add_fault_options(parser)
    return faults_of(parser.parse_args(options))


@pytest.mark.parametrize(
    ("options", "faults"),
    [
        ("", Faults()),
        ("--latency 200 --jitter 50 --seed 7", Faults(latency=0.2, jitter=0.05, seed=7)),
        ("--bandwidth 1.5", Faults(bandwidth=1500)),
        ("--drop-after 0", Faults().fault("message", Drop())),
        ("--reset-after 2", Faults().fault("message", Drop(reset=True), after=2)),
        ("--stall-after 3", Faults().fault("message", Stall(), after=3)),
        ("--close-after 4:1013", Faults().fault("message", Close(1013), after=4)),
        ("--close-after 0:4000:a:b", Faults().fault("message", Close(4000, "a:b"))),
        ("--reject 503", Faults().fault("handshake", Reject(503))),
        ("--refuse", Faults().fault("connect", Refuse())),
        (
            "--drop-after 9 --latency 1 --refuse",
            Faults(latency=0.001).fault("message", Drop(), after=9).fault("connect", Refuse()),
        ),
    ],
)
def test_an_option_is_a_fault(options: str, faults: Faults) -> None:
    assert parsed(*options.split()) == faults


@pytest.mark.parametrize(
    "options",
    [
        "--latency -1",
        "--latency inf",
        "--latency nan",
        "--jitter inf",
        "--bandwidth 0",
        "--bandwidth inf",
        "--drop-after -1",
        "--close-after 1:70000",
        f"--close-after 1:1000:{'x' * 124}",
        "--reject 1000",
    ],
)
def test_a_fault_that_cannot_be_is_refused(options: str) -> None:
    with pytest.raises(UsageError):
        parsed(*options.split())
