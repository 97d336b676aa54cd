"""Real ports: any program in any language talks to a test's network through them."""

from wsfake.ports.certificates import TLS, server_context
from wsfake.ports.desk import Desk, Through
from wsfake.ports.ports import Port, Ports

__all__ = ["TLS", "Desk", "Port", "Ports", "Through", "server_context"]
