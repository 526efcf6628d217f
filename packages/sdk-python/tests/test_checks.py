"""What is checked without running it: types, lint and format."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

EXAMPLE = str(ROOT.parents[1] / "examples" / "sdk-python")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def check(*command: str) -> None:
    done = run(*command)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def test_the_types_are_right_and_find_what_is_wrong() -> None:
    # typing_samples.py has wrong calls, each marked by the error that it must be: a mark without its error is an error.
    check("mypy", "src", "tests", "scripts", EXAMPLE)


def test_the_code_of_the_documentation_is_right_in_the_strictest_check(tmp_path: Path) -> None:
    pages = [ROOT / "README.md", ROOT.parents[1] / "docs" / "sdk-python.md"]
    programs = [
        code for page in pages for code in re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
    ]
    assert len(programs) > 5
    for number, code in enumerate(programs):
        (tmp_path / f"program_{number}.py").write_text(code, "utf-8")
    check("mypy", "--config-file", str(ROOT / "pyproject.toml"), *map(str, sorted(tmp_path.iterdir())))


def test_the_types_are_those_of_the_oldest_python_that_is_promised(tmp_path: Path) -> None:
    # Whatever interpreter runs these tests: syntax, modules, functions and parameters that came later are errors.
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    oldest = re.search(r'requires-python = ">=3\.(\d+)"', project)
    assert oldest is not None
    assert f'python_version = "3.{oldest[1]}"' in project
    assert f'target-version = "py3{oldest[1]}"' in project
    later = tmp_path / "later.py"
    later.write_text(LATER, "utf-8")
    done = run("mypy", "--config-file", str(ROOT / "pyproject.toml"), str(later))
    found = {int(line) for line in re.findall(r"later\.py:(\d+): error", done.stdout)}
    assert found == {number for number, line in enumerate(LATER.splitlines(), 1) if "3.1" in line}, done.stdout


# Each line that names a version has what that version brought.
LATER = """from __future__ import annotations
import asyncio
import tomllib  # 3.11
from itertools import pairwise  # 3.10
from typing import Dict, TypeAlias  # 3.10

zip([1], [2], strict=True)  # 3.10
asyncio.timeout(1)  # 3.11
asyncio.TaskGroup()  # 3.11
Number: Dict[str, int] = {}
"""


def test_lint_finds_nothing() -> None:
    check("ruff", "check", ".", EXAMPLE)


def test_everything_is_formatted() -> None:
    check("ruff", "format", "--check", ".", EXAMPLE)


def test_files_are_small() -> None:
    files = [file for folder in ("src", "tests", "scripts") for file in (ROOT / folder).rglob("*.py")]
    assert len(files) > 20
    generated = ROOT / "src" / "meingpt" / "types.py"
    long = [file.name for file in files if file != generated and len(file.read_text("utf-8").splitlines()) > 300]
    assert long == []
