"""The programs that the tests of workflows use, as set-up provides them (`python -m tools.setup.checks`)."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from tools.setup import checks

REPOSITORY = Path(__file__).resolve().parents[2]
USES = re.compile(r"^\s*-?\s*uses:\s*['\"]?([\w.-]+/[\w.-]+)(?:/[^@\s'\"]*)?@([^\s'\"#]+)", re.MULTILINE)


@cache
def act() -> str:
    return str(_there("act"))


@cache
def actionlint() -> str:
    return str(_there("actionlint"))


@cache
def zizmor() -> str:
    return str(_there("zizmor"))


@cache
def shellcheck() -> str:
    return str(_there("shellcheck"))


def remote_actions(text: str) -> list[tuple[str, str]]:
    """(owner/name, ref) of each action of another repository that a workflow or composite uses."""
    return [(name, ref) for name, ref in USES.findall(text)]


def _there(name: str) -> Path:
    found = checks.find(REPOSITORY / "tools", name)
    assert found is not None, f"{name} is not set up; run `{Path(sys.executable).name} -m tools.setup.checks`"
    return found
