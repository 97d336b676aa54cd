"""The runner of the web-platform-tests, with a suite of our own in place of theirs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
EXPECTED: dict[str, dict[str, str]] = json.loads(
    (HERE / "web_platform" / "expected.json").read_text("utf-8")
)
SCOPE = (ROOT / "tests" / "browser" / "web_platform_tests.txt").read_text("utf-8").splitlines()
PAGE = (ROOT / "docs" / "fidelity.md").read_text("utf-8")

HARNESS = """
const all = [];
let told = () => {};
const setup = () => {};
const add_completion_callback = (callback) => { told = callback; };
const run = async (name, body) => {
  try { await body(); all.push({ name, status: 0, message: null }); }
  catch (error) { all.push({ name, status: 1, message: String(error) }); }
};
const done = () => told(all, { status: 0, message: null });
"""
CONSTANTS = 'const HOST = "{{host}}:{{ports[ws][0]}}";'
ANY = """// META: script=constants.sub.js
// META: variant=?default
// META: variant=?wss
run("echoes", () => new Promise((resolve, reject) => {
  const socket = new WebSocket(`ws://${HOST}/echo`);
  socket.onopen = () => socket.send("x");
  socket.onmessage = ({ data }) => (data === "x" ? resolve() : reject(data));
}))
  .then(() => run("is at ?default", () => {
    if (location.search !== "?default") throw location.search;
  }))
  .then(done);
"""
HTML = """<title>A title &amp; more</title>
<script src="/resources/testharness.js"></script>
<script src="../constants.sub.js"></script>
<script>
run(document.title, () => new Promise((resolve) => {
  new WebSocket(`ws://${HOST}/nowhere`).onerror = resolve;
})).then(done);
</script>
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    files = {
        "resources/testharness.js": HARNESS,
        "websockets/constants.sub.js": CONSTANTS,
        "websockets/own.any.js": ANY,
        "websockets/folder/001.html": HTML,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def run(*arguments: object) -> tuple[int, list[str]]:
    """Run the script; return its exit status, and its lines."""
    command = [sys.executable, str(HERE / "wpt"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.stderr == "" or done.returncode == 2, done.stderr
    return done.returncode, (done.stdout or done.stderr).splitlines()


def test_every_difference_from_what_is_expected_is_told_and_fails(suite: Path) -> None:
    status, lines = run(suite, "own.any.js", "folder/001.html", "-v")

    assert status == 1
    assert lines == [
        "own.any.js?wss: is at ?default: FAIL: ?wss",
        "first variants: 3 of 3 subtests pass",
        "all variants: 4 of 5 subtests pass",
        "folder/001.html: (the harness): expected not there, got OK",
        "folder/001.html: A title & more: expected not there, got PASS",
        "own.any.js?default: (the harness): expected not there, got OK",
        "own.any.js?default: echoes: expected not there, got PASS",
        "own.any.js?default: is at ?default: expected not there, got PASS",
        "own.any.js?wss: (the harness): expected not there, got OK",
        "own.any.js?wss: echoes: expected not there, got PASS",
        "own.any.js?wss: is at ?default: expected not there, got FAIL",
        "8 not as expected",
    ]


def test_a_folder_that_is_no_suite_is_refused(tmp_path: Path) -> None:
    status, lines = run(tmp_path)

    assert status == 2
    assert lines[-1].endswith("expected a copy of the suite: no resources/testharness.js")


def test_the_result_of_every_file_in_scope_is_expected() -> None:
    files = {line.split(" ", 1)[1] for line in SCOPE}

    assert {name.partition("?")[0] for name in EXPECTED} == files
    assert all(page[""] == "OK" for page in EXPECTED.values())


def test_the_page_on_fidelity_says_what_passes_and_what_does_not() -> None:
    first = {name.partition("?")[0]: page for name, page in reversed(EXPECTED.items())}
    sums = []
    for pages in (first, EXPECTED):
        told = [status for page in pages.values() for name, status in page.items() if name]
        sums += [len(told), told.count("PASS")]
    section = PAGE.partition("## The web-platform-tests, in JavaScript")[2].partition("\n## ")[0]

    assert list(map(int, re.findall(r"\b\d{3,4}\b(?=[ ,;:.])", section)))[:4] == sums
    failing = {name.partition("?")[0] for name, page in EXPECTED.items() if "FAIL" in page.values()}
    assert set(re.findall(r"^\* `([^`]+)`", section, re.MULTILINE)) == failing
    assert {status for page in EXPECTED.values() for status in page.values()} == {
        "OK",
        "PASS",
        "FAIL",
    }
