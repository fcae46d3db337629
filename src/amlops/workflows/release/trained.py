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
    return evidence.parsed({name: training_path(name) for name in deployments}, _at)


def _at(found: Mapping[str, Any]) -> datetime:
    at: datetime = moment(found["written"]["at"])
    return at
