"""The options by which commands are told of more secrets, as the `ws_redact_*` settings are."""

from __future__ import annotations

import argparse

from wsfake.cassette import Header, Redactor
from wsfake.harness.secrets import secrets_of

__all__ = ["add_redaction_options", "names_secrets", "redacted_by", "redactor_of"]

_OPTIONS = (
    ("header", "a header whose value is secret"),
    ("query", "a URL parameter whose value is secret"),
    ("json", "a JSON key whose value is secret"),
    ("env", "an environment variable whose value is secret wherever it stands"),
)


def add_redaction_options(parser: argparse.ArgumentParser) -> None:
    for name, text in _OPTIONS:
        parser.add_argument(
            f"--redact-{name}",
            action="append",
            default=[],
            metavar="NAME",
            help=f"{text}; can be given several times",
        )


def names_secrets(arguments: argparse.Namespace) -> bool:
    """Tell whether any of the options is given."""
    return any(getattr(arguments, f"redact_{name}") for name, _ in _OPTIONS)


def redacted_by(redactor: Redactor, header: Header) -> Header:
    """Return the header of a cassette that a redactor has gone over, with the names it knows."""
    names = dict.fromkeys((*header.redacted, *redactor.names))
    return header._replace(redacted=tuple(names))


def redactor_of(arguments: argparse.Namespace) -> Redactor:
    """Return what takes out the secrets that are known, and those that the options name.

    Raises `UsageError` for a value of the environment that is too short to be a secret.
    """
    return Redactor(
        headers=arguments.redact_header,
        query=arguments.redact_query,
        json_keys=arguments.redact_json,
        secrets=secrets_of(arguments.redact_env),
    )
