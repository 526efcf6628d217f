"""The README beside the SDK."""

from __future__ import annotations

import re

from conftest import ROOT
from driver import CALLS


def calls_in(readme: str) -> set[str]:
    """The calls that its table names: `.get(id)` behind `secrets.list()` is `secrets.get`."""
    table = readme.split("\n## Calls\n")[1].split("\n\n")[0]
    group = ""
    named: set[str] = set()
    for name in re.findall(r"`([\w.]+)\(", table):
        if name.startswith("."):
            named.add(f"{group}{name}")
        else:
            group = name.rpartition(".")[0]
            named.add(name)
    return named


def test_the_readme_names_each_call_that_there_is_and_no_other_one() -> None:
    assert calls_in((ROOT / "README.md").read_text("utf-8")) == set(CALLS)
