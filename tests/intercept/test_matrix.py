"""Each client library, unchanged, with each thing that it can do."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from tests.intercept.clients import CLIENTS, Client
from tests.intercept.matrix import CAPABILITIES

CELLS = [
    pytest.param(client, capability, id=f"{client.name}-{capability}")
    for client in CLIENTS
    for capability in CAPABILITIES
    if capability not in client.lacks
]


@pytest.mark.filterwarnings("ignore:.*[uU]nclosed:ResourceWarning")  # some forget their sockets
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("client", "capability"), CELLS)
def test_a_cell_of_the_table(client: Client, capability: str, tmp_path: Path) -> None:
    CAPABILITIES[capability](client, tmp_path)
    if client.forgets:
        gc.collect()  # here, where it is known, and not in some other test
