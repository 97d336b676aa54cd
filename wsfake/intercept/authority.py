"""The authority whose certificates intercepted clients trust, for as long as a test lasts."""

from __future__ import annotations

import ssl
from weakref import WeakSet

from wsfake.errors import UsageError
from wsfake.model.urls import THIS_MACHINE
from wsfake.ports import TLS, server_context

__all__ = ["Authority"]


class Authority:
    """Vouches for every host that is intercepted; its key is in memory only.

    Raises `UsageError` where the extra `wsfake[intercept]` is missing.
    """

    def __init__(self) -> None:
        try:
            import trustme  # noqa: PLC0415 - an extra
        except ImportError:
            raise UsageError(
                "intercepting wss needs the extra: pip install wsfake[intercept]"
            ) from None
        self._ca = trustme.CA()
        self._pem = self._ca.cert_pem.bytes().decode()
        self._certified: dict[str, TLS] = {}
        self._trusting: WeakSet[ssl.SSLContext] = WeakSet()

    def certify(self, host: str) -> TLS:
        """Return how a port speaks TLS in the name of a host."""
        if host not in self._certified:
            context = server_context()
            names = sorted({host, *THIS_MACHINE}) if host in THIS_MACHINE else [host]
            self._ca.issue_cert(*names).configure_cert(context)
            self._certified[host] = TLS(context)
        return self._certified[host]

    def be_trusted(self, context: ssl.SSLContext) -> None:
        """Let the connections that a client's context makes from now on trust this authority."""
        if context.protocol == ssl.PROTOCOL_TLS_SERVER:
            return
        if context.verify_mode is not ssl.CERT_NONE and context not in self._trusting:
            context.load_verify_locations(cadata=self._pem)
            self._trusting.add(context)
