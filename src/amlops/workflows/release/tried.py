"""Of which commit runs last tried to release each deployment, and how that ended; kept in the evidence.

What a run missed is found by it: whatever main has otherwise than that commit was not looked at yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amlops.config.moments import moment
from amlops.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Tried:
    """`failed`: no release came of the commit."""

    commit: str
    at: datetime
    failed: bool = False


def tried_path(deployment: str) -> str:
    """Evidence of the last try: which commit, which release, whether it failed."""
    return f"deployments/{deployment}/tried.json"


def last_tried(evidence: Evidence, deployments: Iterable[str]) -> dict[str, Tried]:
    """By deployment; those that no run has tried yet are left out."""
    return evidence.parsed({name: tried_path(name) for name in deployments}, _tried)


def keep_tried(
    evidence: Evidence, deployment: str, *, commit: str, release: str | None, written: Mapping[str, Any]
) -> None:
    """`release` is None where the try failed; why stays in the run's log. Raises GitFailed."""
    said = {"commit": commit, "release": release, "failed": release is None, "written": written}
    evidence.write({tried_path(deployment): said}, f"release of {deployment}: tried {commit[:10]}")


def _tried(found: Mapping[str, Any]) -> Tried:
    return Tried(str(found["commit"]), moment(found["written"]["at"]), bool(found["failed"]))
