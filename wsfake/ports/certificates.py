"""Certificates for ports that speak TLS: the user's own, or throw-away ones."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

from attrs import frozen

from wsfake.errors import UsageError

__all__ = ["TLS", "server_context"]

_NAMES = ("localhost", "127.0.0.1", "::1")


@frozen(eq=False)
class TLS:
    """How a port speaks TLS. `ca_file` is the PEM file that clients are to trust, if it is ours."""

    context: ssl.SSLContext
    ca_file: Path | None = None

    @classmethod
    def throw_away(cls, *names: str) -> TLS:
        """Make an authority, and a certificate of it for this machine and for other `names`.

        The authority's own certificate is written to `ca_file`; its key is nowhere. `forget`
        removes the file. Raises `UsageError` where the extra `wsfake[intercept]` is missing.
        """
        try:
            import trustme  # noqa: PLC0415 - an extra
        except ImportError:
            raise UsageError(
                "a throw-away certificate needs the extra: pip install wsfake[intercept];"
                " or name a certificate of your own"
            ) from None
        authority = trustme.CA()
        context = server_context()
        authority.issue_cert(*dict.fromkeys((*_NAMES, *names))).configure_cert(context)
        with tempfile.NamedTemporaryFile(prefix="wsfake-ca-", suffix=".pem", delete=False) as file:
            file.write(authority.cert_pem.bytes())
        return cls(context, Path(file.name))

    @classmethod
    def of_file(cls, certificate: str, key: str | None = None) -> TLS:
        """Use the certificates in a PEM file, whose key is in it or in another file.

        Raises `UsageError` for files that hold none.
        """
        context = server_context()
        try:
            context.load_cert_chain(certificate, key)
        except OSError as error:  # SSLError is one
            raise UsageError(
                f"expected a certificate and its key in {certificate}: {error}"
            ) from None
        return cls(context)

    def forget(self) -> None:
        """Remove the authority's file."""
        if self.ca_file is not None:
            self.ca_file.unlink(missing_ok=True)


def server_context() -> ssl.SSLContext:
    """Return a context for a port that speaks HTTP/1.1, without a certificate yet.

    It sends no session tickets (RFC 8446 section 4.6.1), which nobody here resumes a session with.
    A client that reads in one thread while it writes its first words in another, as that of
    `websockets` in threads, gets them at that very moment, and the ssl of CPython 3.11 does not
    keep the two apart: one request in some hundreds was never sent.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    context.num_tickets = 0
    return context
