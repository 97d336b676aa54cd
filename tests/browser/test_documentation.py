import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parent.parent.parent / "docs" / "browser.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_on_the_page_runs(number: int) -> None:
    names: dict[str, Any] = {"__name__": "example"}

    exec(compile(EXAMPLES[number], f"docs/browser.md, example {number + 1}", "exec"), names)
