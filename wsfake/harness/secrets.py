"""What takes secrets out of recordings, and of what is shown; loaded when it is first needed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from wsfake.harness.settings import Settings
from wsfake.model import Entry
from wsfake.transcript.literals import printable

if TYPE_CHECKING:
    from wsfake.cassette import Redactor

__all__ = ["Secrets", "secrets_of"]

_URL = re.compile(r"\bwss?://[^\s'\"]+", re.IGNORECASE)


def secrets_of(names: Iterable[str]) -> dict[str, str]:
    """Return the values of environment variables, of those that are set.

    An empty one is as good as none: machines of continuous integration give pull requests that.
    """
    return {name: os.environ[name] for name in names if os.environ.get(name, "") != ""}


class Secrets:
    """The redaction of one test's network."""

    def __init__(self, settings: Settings) -> None:
        """Raise `UsageError` for a value of the environment that is too short to be a secret."""
        self._settings = settings
        self.values = secrets_of(settings.redact_env)
        if self.values:
            from wsfake.cassette.tokens import check_secrets  # noqa: PLC0415 - few tests name any

            check_secrets(self.values)

    @cached_property
    def redactor(self) -> Redactor:
        from wsfake.cassette import Redactor  # noqa: PLC0415 - most tests show nothing

        settings = self._settings
        return Redactor(
            headers=settings.redact_headers,
            query=settings.redact_query,
            json_keys=settings.redact_json,
            secrets=self.values,
        )

    def text(self, text: str) -> str:
        """Return a text that is to be shown; there are URLs in it, too.

        What cannot be printed is escaped: a URL of a hostile cassette may hold commands for a
        terminal.
        """
        redactor = self.redactor
        clean = _URL.sub(lambda found: redactor.url(found[0]), redactor.text(text))
        return "\n".join(map(printable, clean.split("\n")))

    def message(self, text: str) -> str:
        """Return a script's message as a recording of it would have it."""
        return self.redactor.text(text)

    def url(self, url: str) -> str:
        return self.redactor.url(url)

    def entry(self, entry: Entry) -> Entry:
        return self.redactor.entry(entry)
