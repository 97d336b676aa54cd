"""The system's own functions, as they are before anything of a test stands in their place.

Our own connections to real servers are made by these: while the sockets of a test are intercepted,
ours are not.
"""

from __future__ import annotations

import socket

__all__ = ["connect_ex", "getaddrinfo"]

getaddrinfo = socket.getaddrinfo
connect_ex = socket.socket.connect_ex
