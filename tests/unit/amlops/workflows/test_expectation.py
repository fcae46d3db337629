"""The file that says what git explains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amlops.errors import AmlopsError
from amlops.stacks.meaning import Meaning
from amlops.workflows.plan.expectation import Expectation

BASE, HEAD, OTHER = "b" * 40, "a" * 40, "c" * 40


def _file(folder: Path, data: Any) -> Path:
    file = folder / "expected.json"
    file.write_text(data if isinstance(data, str) else json.dumps(data))
    return file


def test_expectation_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Both commits and the plan's meaning."""
    found = Expectation.read(_file(tmp_path, {"base": BASE, "head": HEAD, "stack": "dev", "steps": []}), "dev")
    assert found == Expectation(BASE, HEAD, Meaning("dev"))


@pytest.mark.parametrize("data", ["", "[]", {"stack": "dev", "steps": []}, {"base": None, "head": HEAD}])
def test_other_text_is_no_expectation(tmp_path: Path, data: Any) -> None:
    """The message says how to make one."""
    with pytest.raises(AmlopsError, match="make it by `amlops plan --expected") as caught:
        Expectation.read(_file(tmp_path, data), "dev")
    assert caught.value.exit_code == 2


def test_expectation_of_another_stack_is_refused(tmp_path: Path) -> None:
    """Artifacts that were mixed up."""
    file = _file(tmp_path, {"base": None, "head": HEAD, "stack": "prod", "steps": []})
    with pytest.raises(AmlopsError, match="is of the stack prod, not of dev"):
        Expectation.read(file, "dev")


@pytest.mark.parametrize(
    ("head", "applied", "said"),
    [
        (HEAD, BASE, None),
        (OTHER, BASE, "the expected plan leads to aaaaaaaaaaaa, and this job applies cccccccccccc"),
        (HEAD, OTHER, "begins at bbbbbbbbbbbb, and the stack was applied from cccccccccccc meanwhile"),
        (HEAD, None, "begins at bbbbbbbbbbbb, and the stack was applied from no commit meanwhile"),
    ],
)
def test_expectation_of_another_step_is_stale(head: str, applied: str | None, said: str | None) -> None:
    """It explains nothing of what would be applied now: exit code 5, work it out anew."""
    found = Expectation(BASE, HEAD, Meaning("dev"))
    if said is None:
        found.require(head, applied)
        return
    with pytest.raises(AmlopsError, match=said) as caught:
        found.require(head, applied)
    assert caught.value.exit_code == 5
