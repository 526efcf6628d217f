"""What is published: the wheel and the source distribution, as `python -m build` makes them."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from conftest import ROOT
from meingpt import __version__


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("dist")
    # First the source distribution, and the wheel of what is in it.
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    yield folder


def wheel(folder: Path) -> Path:
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_has_the_sources_and_says_that_they_are_typed(built: Path) -> None:
    with zipfile.ZipFile(wheel(built)) as archive:
        names = set(archive.namelist())
    sources = {
        f"meingpt/{file.relative_to(ROOT / 'src' / 'meingpt').as_posix()}"
        for file in (ROOT / "src" / "meingpt").rglob("*")
        if file.suffix == ".py" or file.name == "py.typed"
    }
    assert "meingpt/py.typed" in sources
    assert {name for name in names if not name.startswith("meingpt-")} == sources


def test_the_wheel_needs_nothing_and_runs_alone(built: Path) -> None:
    with zipfile.ZipFile(wheel(built)) as archive:
        metadata = message_from_bytes(archive.read(f"meingpt-{__version__}.dist-info/METADATA"))
    assert metadata.get_all("Requires-Dist") is None
    assert metadata["Requires-Python"] == ">=3.9"
    program = (
        "import meingpt; print(meingpt.WorkflowClient(webhook_secret='s3cret').webhooks.sign('body'), meingpt.__file__)"
    )
    # Without site-packages: what it imports is its own or Python's.
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(wheel(built))!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.split()[0] == "63d7d468988fe3de60e994cf90f219719ea4b63df0ee7521079ed251fa76e83d"
    assert ".whl" in said


def test_the_source_distribution_has_what_the_wheel_is_made_of(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = opened.getnames()
    for name in ("pyproject.toml", "README.md", "src/meingpt/py.typed", "src/meingpt/types.py"):
        assert f"meingpt-{__version__}/{name}" in names


def test_it_has_the_version_of_the_repository() -> None:
    repository = json.loads((ROOT.parents[1] / "package.json").read_text("utf-8"))["version"]
    (line,) = [line for line in (ROOT / "pyproject.toml").read_text("utf-8").splitlines() if line.startswith("version")]
    assert (__version__, line) == (repository, f'version = "{repository}"')
