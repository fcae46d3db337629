"""The evidence of an apply: what was planned, what git explained, what was done, by which run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlops.evidence import Evidence, of_stack
from amlops.git import Git
from amlops.github import Run, written_by
from amlops.stacks.meaning import Meaning

from ..session import Session


def write_evidence(
    session: Session,
    git: Git,
    done: Mapping[str, Any],
    expected: Meaning | None,
    without_guard: str | None,
    before: str | None,
    head: str,
) -> None:
    """Adds to `stacks/<stack>/applied-<commit>.json`: an apply that was interrupted and went on stands there twice.

    Raises GitFailed.
    """
    evidence, path = Evidence(git), of_stack(str(done["stack"]), f"applied-{head}")
    written = written_by(Run.of(session.process), session.azure.now(), head)
    entry = {
        **{key: done[key] for key in ("changed", "plan", "notes", "smoke")},
        "expected": None if expected is None else expected.as_dict()["steps"],
        "without_guard": without_guard,
        "written": written,
    }
    earlier = (evidence.read(path) or {}).get("applies") or []
    text = {
        "stack": done["stack"],
        "from": before,
        "commit": head,
        "policy": done["policy"],
        "applies": [*earlier, entry],
        "written": written,
    }
    evidence.write({path: text}, f"evidence: {done['stack']} applied from {head[:12]}")
