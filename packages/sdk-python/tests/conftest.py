"""What the tests share."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONFORMANCE = ROOT.parent / "sdk-conformance"


class ReplayServer:
    """The API's side of the cases, a process of `packages/sdk-conformance`."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def begin(self, wire: list[Any]) -> None:
        self._control("begin", {"wire": wire})

    def end(self) -> list[str]:
        """Everything that differed from the case."""
        problems: list[str] = json.loads(self._control("end", {}))["problems"]
        return problems

    def _control(self, name: str, body: Any) -> bytes:
        url = f"{self.base_url[: -len('/v1')]}/replay/{name}"
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), method="POST")) as answer:
            said: bytes = answer.read()
            return said


@pytest.fixture(scope="session")
def replay() -> Iterator[ReplayServer]:
    program = ["node", str(CONFORMANCE / "serve.mjs")]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdin
        yield ReplayServer(json.loads(process.stdout.readline())["base_url"])
        process.stdin.close()


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MEINGPT_API_KEY", "MEINGPT_BASE_URL", "MEINGPT_WEBHOOK_SECRET", "MEINGPT_LOG"):
        monkeypatch.delenv(name, raising=False)
