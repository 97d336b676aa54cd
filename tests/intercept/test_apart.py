"""Libraries that need an environment of their own: `./dev apart` makes it, and runs these."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.intercept.clients import APART, Client
from tests.intercept.matrix import CAPABILITIES
from wsfake import Harness, Transcript

CELLS = [
    pytest.param(client, capability, id=f"{client.name}-{capability}")
    for client in APART
    for capability in CAPABILITIES
    if capability not in client.lacks
]


@pytest.mark.parametrize(("client", "capability"), CELLS)
def test_a_cell_of_the_table(client: Client, capability: str, tmp_path: Path) -> None:
    pytest.importorskip(client.package)
    CAPABILITIES[capability](client, tmp_path)


def test_a_port_is_the_door_of_what_does_its_networking_in_c(ws_fake: Harness) -> None:
    curl_cffi = pytest.importorskip("curl_cffi")
    ws_fake.serve("wss://feed.example/v1", Transcript().client("hi").server("hello"))
    url = ws_fake.url_for("wss://feed.example/v1", tls=False)
    with curl_cffi.Session() as session:
        connection = session.ws_connect(url)
        connection.send_str("hi")
        assert connection.recv_str() == "hello"
        connection.close()
