"""Cases of testdata: one file each, which says itself what is expected of it.

`# expect: LINE [rule] text` for each message, `# file: NAME` where the file's (or folder's) name matters.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from amlops.config import ConfigError, Repository

ROOT = Path(__file__).parents[4]
DATA = ROOT / "tests" / "testdata"

_EXPECT = re.compile(r"^# expect: (\d+) \[([a-z-]+)\] (.+)$", re.MULTILINE)
_FILE = re.compile(r"^# file: (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def expected(self) -> list[tuple[int, str, str]]:
        return [(int(line), rule, text) for line, rule, text in _EXPECT.findall(self.text)]

    def named(self, usual: str) -> str:
        found = _FILE.search(self.text)
        return found[1] if found else usual


def cases(side: str, kind: str) -> list[Case]:
    """The cases of `ok` or `err`. An empty folder would let a test pass for nothing, so it fails here."""
    found = [Case(path) for path in sorted((DATA / side / kind).glob("*.yaml"))]
    assert found
    return found


def repository(folder: Path) -> Repository:
    """A small repository that is in order: environments shared, local and dev, no deployment."""
    environments = folder / "environments"
    environments.mkdir()
    for name in ("shared", "local", "dev"):
        shutil.copy(ROOT / "environments" / f"{name}.yaml", environments)
    return Repository(folder)


def assert_said(error: ConfigError, case: Case, file: str) -> None:
    """Every expected message is there at its line, nothing else is, and each says where and by which rule."""
    said = {(problem.line, problem.rule): problem.message for problem in error.problems}
    assert sorted(said) == sorted((line, rule) for line, rule, _ in case.expected), str(error)
    for line, rule, text in case.expected:
        assert text in said[line, rule]
    for shown in str(error).splitlines():
        assert re.match(rf"{re.escape(file)}:\d+: .+ \[[a-z-]+\]$", shown), shown
