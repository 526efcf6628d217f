"""`MEINGPT_LOG`, in a program of its own: loggers are the process's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import meingpt
from raw_server import OK, RawServer, answers

UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"
PROGRAM = (
    "from meingpt import WorkflowClient; WorkflowClient(api_key='secret-key', max_retries=1).workflows.get('wf_1')"
)


def standard_error(level: str) -> list[str]:
    with RawServer(answers(UNAVAILABLE, OK)) as server:
        environment = {
            **os.environ,
            "MEINGPT_LOG": level,
            "MEINGPT_BASE_URL": server.base_url,
            "PYTHONPATH": str(Path(meingpt.__file__).parents[1]),
        }
        program = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False
        )
    return program.stderr.splitlines()


@pytest.mark.parametrize(("level", "lines"), [("debug", ["503", "again in", "200"]), ("warn", ["again in"])])
def test_it_shows_answers_and_repetitions_or_repetitions_alone(level: str, lines: list[str]) -> None:
    shown = standard_error(level)
    assert len(shown) == len(lines)
    assert all(part in line for part, line in zip(lines, shown))
    assert "secret-key" not in "".join(shown)


def test_another_value_is_refused() -> None:
    assert "MEINGPT_LOG is debug or warn, not 'all'." in standard_error("all")[-1]
