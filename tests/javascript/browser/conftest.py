"""Pages with one script each."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.servers import echo, goodbye
from tests.javascript.writing import Write, write
from wsfake import Harness

__all__ = ["write"]

PAGE = "http://page.test/folder/page.html"
Show = Callable[[str], list[str]]


@pytest.fixture
def page() -> Iterator[Harness]:
    with Harness(profile="browser", base_url=PAGE) as ws_fake:
        ws_fake.serve("ws://h.test/echo", echo, connections=None)
        ws_fake.serve("ws://h.test/goodbye", goodbye)
        yield ws_fake


@pytest.fixture
def show(page: Harness, write: Write) -> Show:
    """Return a function that runs a script to its end, and returns what it prints."""

    def run(source: str) -> list[str]:
        script = page.load_script(write(source))
        page.run()
        return script.printed

    return run
