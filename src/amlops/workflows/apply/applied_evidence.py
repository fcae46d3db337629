"""The evidence of an apply: what was planned, what git explained, what was done, by which run."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any

from amlops.config.moments import stamp
from amlops.evidence import Evidence, of_stack
from amlops.git import Git
from amlops.github import Run
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
    at, run = session.azure.now(), Run.of(session.process)
    by_hand = {"run": None, "url": None, "commit": head, "workflow": None, "at": stamp(at), "person": getpass.getuser()}
    written = run.written(at) if run is not None else by_hand
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
