"""Addresses for hosts that are found on a test's network alone."""

from __future__ import annotations

import ipaddress
import socket
from threading import Lock
from typing import Any

from wsfake.model.urls import THIS_MACHINE

__all__ = ["AddressInfo", "Names", "authority_of", "is_literal", "names", "number_of"]

AddressInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]

_MAPPED = "::ffff:"
"""An address of IPv4 as one of IPv6 (RFC 4291 section 2.5.5.2)."""

_NET = ipaddress.IPv4Network("127.77.0.0/16")
_MOST = _NET.num_addresses - 2
""".0.0 is no host's, and .255.255 is everybody's."""


def is_literal(host: str) -> bool:
    """Tell whether a host needs no look-up: an address, or this machine."""
    if host.lower() in THIS_MACHINE:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def number_of(port: Any) -> int | None:
    """Return a port that is given as a number, as its digits or as the name of a service."""
    if port is None or isinstance(port, int):
        return port
    text = port.decode() if isinstance(port, bytes) else str(port)
    if text.isdecimal():
        return int(text)
    try:
        return socket.getservbyname(text)
    except OSError:
        return None


def authority_of(host: str, port: int | None) -> str:
    """Return a host and a port as they stand in a URL."""
    name = f"[{host}]" if ":" in host else host
    return name if port is None else f"{name}:{port}"


class Names:
    """Gives each host an address in 127.77.0.0/16, and knows it again by that; in any thread.

    Where all are given, the host that was asked for longest ago gives its own away.
    """

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        """By host; the one that was asked for last is the last."""
        self._hosts: dict[str, str] = {}
        self._lock = Lock()

    def address_of(self, host: str) -> str:
        host = host.lower().rstrip(".")
        with self._lock:
            address = self._addresses.pop(host, None) or self._free_address()
            self._addresses[host] = address
            self._hosts[address] = host
        return address

    def _free_address(self) -> str:
        given = len(self._addresses)
        if given < _MOST:
            return str(_NET[1 + given])
        return self._addresses.pop(next(iter(self._addresses)))

    def host_of(self, address: str) -> str:
        """Return the host that an address was given to, or what was asked for itself."""
        return self._hosts.get(address.removeprefix(_MAPPED), address)

    def infos(
        self, host: str, port: int, kind: int, protocol: int, family: int = 0
    ) -> list[AddressInfo]:
        """Return what a look-up of a host finds; in IPv6, the same address as it is written there.

        Raises `socket.gaierror` for another family.
        """
        if family not in {socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6}:
            raise socket.gaierror(socket.EAI_ADDRFAMILY, "Address family not supported")
        name = self.address_of(host)
        address: tuple[Any, ...] = (name, port)
        if family == socket.AF_INET6:
            address = (f"{_MAPPED}{name}", port, 0, 0)
        found = socket.AF_INET6 if family == socket.AF_INET6 else socket.AF_INET
        wanted = [
            (socket.SOCK_STREAM, socket.IPPROTO_TCP),
            (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
        ]
        return [
            (found, each, number, "", address)
            for each, number in wanted
            if kind in {0, each} and protocol in {0, number}
        ]


names = Names()
"""Those of this process, for as long as it lives: clients keep what they have looked up once, over
many tests, and several tests may be under way at a time.
"""
