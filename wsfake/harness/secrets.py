"""What takes secrets out of recordings, and of what is shown; loaded when it is first needed."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from wsfake.harness.settings import Settings
from wsfake.model import Entry

if TYPE_CHECKING:
    from wsfake.cassette import Redactor

__all__ = ["Secrets"]

_URL = re.compile(r"\bwss?://[^\s'\"]+", re.IGNORECASE)


class Secrets:
    """The redaction of one test's network."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def redactor(self) -> Redactor:
        from wsfake.cassette import Redactor  # noqa: PLC0415 - most tests show nothing

        settings = self._settings
        return Redactor(
            headers=settings.redact_headers,
            query=settings.redact_query,
            json_keys=settings.redact_json,
        )

    def text(self, text: str) -> str:
        """Return a text that is to be shown; there are URLs in it, too."""
        redactor = self.redactor
        return _URL.sub(lambda found: redactor.url(found[0]), redactor.text(text))

    def message(self, text: str) -> str:
        """Return a script's message as a recording of it would have it."""
        return self.redactor.text(text)

    def url(self, url: str) -> str:
        return self.redactor.url(url)

    def entry(self, entry: Entry) -> Entry:
        return self.redactor.entry(entry)
