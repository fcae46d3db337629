"""When runs last trained each deployment; kept in the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from amlops.config.moments import moment
from amlops.evidence import Evidence


def training_path(deployment: str) -> str:
    """Evidence of the last training: when, why, by which job."""
    return f"deployments/{deployment}/training.json"


def last_trained(evidence: Evidence, deployments: Iterable[str]) -> dict[str, datetime]:
    """By deployment; those that no run has trained yet are left out."""
    paths = {training_path(name): name for name in deployments}
    found = {paths[path]: _at(what) for path, what in evidence.read_all(paths).items()}
    return {name: at for name, at in found.items() if at is not None}


def _at(found: Mapping[str, Any]) -> datetime | None:
    try:
        at: datetime = moment(found["written"]["at"])
    except (KeyError, TypeError, ValueError):
        return None
    return at
