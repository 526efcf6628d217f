"""What is checked without running it: types, lint and format."""

from __future__ import annotations

import subprocess
import sys

from conftest import ROOT

EXAMPLE = str(ROOT.parents[1] / "examples" / "sdk-python")


def check(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def test_the_types_are_right_and_find_what_is_wrong() -> None:
    # typing_samples.py has wrong calls, each marked by the error that it must be: a mark without its error is an error.
    check("mypy", "src", "tests", "scripts", EXAMPLE)


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
