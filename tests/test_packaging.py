"""What is shipped: the wheel and the sdist, built and looked at."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both from the tree, with the tools that are installed."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    (path,) = built.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_both_packages_whole_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    sources = {
        path.relative_to(base).as_posix()
        for base, package in ((ROOT, "wsfake"), (ROOT / "pytest_plugin", "pytest_wsfake"))
        for path in (base / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert names == sources
    assert {"wsfake/py.typed", "pytest_wsfake/py.typed"} <= names


def test_the_wheel_names_its_plugin_its_command_and_its_licence(wheel: zipfile.ZipFile) -> None:
    texts = {Path(name).name: wheel.read(name).decode() for name in wheel.namelist()}

    assert texts["entry_points.txt"].split() == [
        "[console_scripts]", "wsfake", "=", "wsfake.cli:main",
        "[pytest11]", "wsfake", "=", "pytest_wsfake.plugin",
    ]  # fmt: skip
    assert "LICENSE" in texts


def test_the_wheel_asks_for_no_more_than_it_needs(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    asked = [line for line in wheel.read(name).decode().splitlines() if "Requires-Dist" in line]

    always = [line.partition(": ")[2].partition(">")[0] for line in asked if "extra" not in line]
    assert always == ["attrs", "msgpack", "pytest", "websockets"]


def test_the_sdist_holds_the_sources_and_the_tests(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {
        "pyproject.toml", "LICENSE", "README.md", "wsfake/__init__.py", "tests/test_packaging.py",
        "pytest_plugin/pytest_wsfake/plugin.py", "benchmarks/__main__.py", "comparison/__main__.py",
    } <= names  # fmt: skip
