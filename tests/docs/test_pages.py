"""The pages of the documentation do what they say, and leave nothing out."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

import wsfake
import wsfake.errors
from pytest_wsfake.options import add_options
from tests.docs.examples import ROOT, Block, PageRun
from tests.docs.links import broken_links
from wsfake import cli
from wsfake.harness import MODES, Settings
from wsfake.network import Dialogue, Peer, PeerConnection, Served
from wsfake.script_api import PROFILES
from wsfake.script_api.lints import LINTS

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
OWN_TESTS = {
    "cassette-format.md": ROOT / "tests" / "cassette" / "test_format_page.py",
    "transcript.md": ROOT / "tests" / "transcript" / "test_page.py",
}
"""Pages whose examples are bytes and grammar; what holds them to their word."""


def _name(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in OWN_TESTS], ids=_name)
def test_every_block_of_the_page_runs(page: Path, pytester: pytest.Pytester) -> None:
    PageRun(page, pytester).run()


@pytest.mark.parametrize("page", OWN_TESTS)
def test_a_page_that_is_not_run_is_tested_elsewhere(page: str) -> None:
    assert page in OWN_TESTS[page].read_text()
    assert (DOCS / page).exists()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_to_something(page: Path) -> None:
    assert broken_links(page) == []


def test_the_index_names_every_page() -> None:
    named = set(re.findall(r"^([a-z-]+)$", (DOCS / "index.md").read_text(), re.MULTILINE))
    assert named >= {page.stem for page in PAGES} - {"index"}


# Nothing is left out


API = (DOCS / "api.md").read_text()


def _rows(heading: str) -> dict[str, list[str]]:
    """Return the rows of the first table under a heading, by the name in their first column."""
    table = re.search(r"(?:^\|.*\n)+", API.partition(f"# {heading}\n")[2], re.MULTILINE)
    assert table is not None, heading
    rows = [line.strip("|").split("|") for line in table[0].splitlines()[2:]]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in rows}


def test_every_setting_is_told_with_its_default() -> None:
    rows = _rows("Settings")
    defaults = Settings()._asdict()
    settings = {name: getattr(value, "name", value) for name, value in defaults.items()}
    assert list(rows) == list(settings)
    assert {name: ast.literal_eval(rows[name][0].strip("`")) for name in rows} == settings


class _Recorder:
    """Stands for pytest's parser, and keeps what the plugin asks of it."""

    def __init__(self) -> None:
        self.options: list[str] = []
        self.ini: list[str] = []

    def getgroup(self, *_: Any) -> "_Recorder":
        return self

    def addoption(self, name: str, **_: Any) -> None:
        self.options.append(name)

    def addini(self, name: str, *_: Any, **__: Any) -> None:
        self.ini.append(name)


def test_every_option_and_ini_option_is_told() -> None:
    asked: Any = _Recorder()
    add_options(asked)
    assert [name.partition("=")[0] for name in _rows("Options")] == asked.options
    assert sorted(_rows("The ini file")) == sorted(asked.ini)


def test_an_ini_option_is_told_with_the_setting_that_it_gives() -> None:
    told = {name: cells[-1].strip("`") for name, cells in _rows("The ini file").items()}
    assert told.pop("ws_cassette_dir") == ""
    assert told == {name: name.removeprefix("ws_") for name in told}


def test_every_command_is_told() -> None:
    told = {name.split()[1] for name in _rows("The command line") if "wsfake --" not in name}
    assert told == set(cli._COMMANDS)


@pytest.mark.parametrize("name", sorted({*wsfake.__all__, *wsfake.errors.__all__}))
def test_every_public_name_is_told(name: str) -> None:
    in_errors = name in wsfake.errors.__all__ and "automodule:: wsfake.errors" in API
    assert in_errors or re.search(rf"(`|wsfake\.){name}\b", API)


@pytest.mark.parametrize(
    "kind", [wsfake.Harness, Served, PeerConnection, Peer, Dialogue], ids=lambda kind: kind.__name__
)
def test_every_public_member_is_told(kind: type) -> None:
    found = re.search(rf"autoclass:: \S+\.{kind.__name__}\b.*\n   :members:(.*)", API)
    assert found is not None
    own = {name for name in vars(kind) if name[0] != "_"} - _INTERNAL.get(kind, set())
    assert found[1].strip() == "" or own <= set(found[1].strip().split(", "))


_INTERNAL: dict[type, set[str]] = {
    wsfake.Harness: {"activate", "deactivate", "dialogue_lines", "untold"},
    Served: {"count", "used_up", "take", "unopened", "unplayed"},
    Peer: {"arrive"},
}
"""What the other parts of the package use."""


@pytest.mark.parametrize("kind", [wsfake.Harness, wsfake.Transcript, PeerConnection])
def test_every_public_member_has_a_docstring(kind: type) -> None:
    bare = [name for name, member in vars(kind).items() if name[0] != "_" and not member.__doc__]
    assert bare == []


def test_every_profile_and_mode_is_told() -> None:
    assert all(f"`{name}`" in (DOCS / "script-api.md").read_text() for name in PROFILES)
    for page in (DOCS / "modes.md", ROOT / "README.md"):
        assert all(f"| `{mode}`" in page.read_text() for mode in MODES)


def test_every_lint_is_told() -> None:
    assert all(f"| {name} |" in (DOCS / "script-api.md").read_text() for name in LINTS)


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ([("rust", "fn main() {}\n")], "1: nothing runs this block"),
        ([("python", "1 / 0\n")], "division by zero"),
        ([("python", "def test_a(ws_fake):\n    assert ws_fake is None\n")], "object at"),
        ([("python", "print(1)\n")], "1: the page does not say what this prints"),
        ([("python", "print(1)\n"), ("text", "2\n")], "2 is not what comes"),
        ([("python", "# a.py\n")], "1: no later block uses a.py"),
        ([("text", "connect\n  0 ms  nobody  ends\n")], "line 2: expected client or server"),
        ([("console", "$ wsfake show nowhere\n")], "No such file"),
        ([("console", "$ rm nothing\n")], "1: nothing runs rm"),
        ([("sh", "./dev fly\n")], "1: not a command of this project: ./dev fly"),
    ],
)
def test_a_page_with_a_wrong_block_fails(
    blocks: list[tuple[str, str]],
    problem: str,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("WSFAKE_UPDATE_DOCS", raising=False)
    run = PageRun(ROOT / "README.md", pytester)
    run.blocks = [
        Block(ROOT / "nowhere.md", line, language, code, 0)
        for line, (language, code) in enumerate(blocks, 1)
    ]
    with pytest.raises(Exception, match=re.escape(problem)):
        run.run()
