"""A step that every gate lets through, and how a case differs from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from amlops.config import About, Promotion
from amlops.config.break_glass import BrokenGlass
from amlops.config.moments import moment
from amlops.promotion import Step
from amlops.promotion.proof import Applied, Evaluation, Rollout
from amlops.promotion.situation import Approver, Proofs, RunFacts, Situation
from amlops.releases import Asset, Provenance, Release, Stage

DATA = Path(__file__).parents[3] / "testdata"
OLD, NEW = "0a1b2c3d4e5f", "60c746df0471"
MAIN = "c" * 40
WRITTEN = {
    "run": 7,
    "url": "https://github.example/7",
    "commit": MAIN,
    "workflow": "release",
    "at": "2026-12-01T08:00:00Z",
}

BASE: dict[str, Any] = {
    "move": "advance",
    "now": "2026-12-02T09:00:00Z",
    "soak": "P1D",
    "stage": {"current": OLD, "previous": None, "candidate": None},
    "promoted": {
        "gates": {
            "evidence-run": {},
            "lineage-complete": {},
            "policy-clean": {},
            "model-not-retired": {},
            "metric-floor": {},
            "metric-not-worse": {},
            "fairness": {"limit": 1.3},
            "explanation-present": {},
            "input-schema-compatible": {},
            "latency": {"p95_ms": 500},
            "error-budget": {"percent": 1},
        },
    },
    "about": {
        "description": "Says how good a wine is.",
        "team": "wine",
        "environments": ["dev", "staging"],
        "sample_request": "sample.json",
        "training": "job.yml",
        "evaluation": {
            "task": "regression",
            "data": "wine.csv",
            "target": "quality",
            "groups": {"sex": {"column": "sex"}},
        },
        "gates": {
            "metric": {"name": "rmse", "direction": "lower", "tolerance": 1, "floor": 62},
            "fairness": {"groups": ["sex"], "least": 20},
        },
    },
    "ours": {
        "evaluation": {
            "metrics": {"rmse": 55.0, "r2": 0.4},
            "by_group": {"sex": {"1": {"rows": 50, "rmse": 54.0}, "2": {"rows": 61, "rmse": 56.0}}},
            "explanation": {"method": "permutation", "inputs": {"age": 1.5, "bmi": 20.0}},
            "inputs": [
                {"name": "age", "type": "double", "required": True},
                {"name": "bmi", "type": "double", "required": True},
            ],
            "extra_inputs": "refused",
            "data": "sha256:1",
            "training_job": "job-1",
            "written": WRITTEN,
        },
        "rollout": {
            "verdict": "healthy",
            "reason": "",
            "old": OLD,
            "measured": {"candidate": {"requests": 400, "errors": 0, "error_rate": 0.0, "p95_ms": 120.0}},
            "written": WRITTEN,
        },
        "applied": {"policy": [], "written": WRITTEN},
        "release": {"created": "2026-12-01T07:00:00Z", "commit": MAIN, "job": "job-1", "dirty": False},
    },
    "theirs": {
        "evaluation": {
            "metrics": {"rmse": 55.5},
            "inputs": [{"name": "age", "type": "double", "required": True}, {"name": "bmi", "type": "double"}],
            "data": "sha256:1",
            "written": WRITTEN,
        },
        "release": {"created": "2026-11-01T07:00:00Z", "commit": MAIN, "job": "job-0", "dirty": False},
    },
    "main": [MAIN],
    "retired_models": [],
}

_EXPECT = re.compile(r"^# expect: (pass|fail|wait) (.+)$", re.MULTILINE)


def read_case(path: Path) -> tuple[Situation, str, str]:
    """The situation of a file, the verdict that is expected, and what its reason says."""
    text = path.read_text(encoding="utf-8")
    found = _EXPECT.search(text)
    assert found, f"{path.name} says no `# expect:`"
    return situation(YAML(typ="safe", pure=True).load(text) or {}), found[1], found[2]


def situation(changes: Mapping[str, Any]) -> Situation:
    """The step, with what differs; a map with the key `replace` takes the place of the one before."""
    data = merged(BASE, changes)
    promotion = Promotion.model_validate(
        {
            "order": ["dev", "staging"],
            "environments": {"staging": data["promoted"]},
            "retired_models": data["retired_models"],
        }
    )
    before = Stage(**data["stage"])
    return Situation(
        step=_step(data["move"], before),
        now=_moment(data["now"]),
        about=About.model_validate(data["about"]),
        promoted=promotion.of("staging"),
        soak=timedelta(days=1),
        ours=_proofs(NEW, data["ours"]),
        theirs=_proofs(OLD, data["theirs"]) if data["theirs"] and before.current else None,
        since=_moment(data["since"]) if "since" in data else None,
        retired_models=promotion.retired_models,
        main=frozenset(data["main"]),
        runs=_runs(data.get("runs")),
        approvals=_approvals(data.get("approvals")),
        glass={name: BrokenGlass.model_validate(entry) for name, entry in data.get("glass", {}).items()},
    )


def _step(move: str, before: Stage) -> Step:
    if move == "retire":
        return Step("retire", "wine", before.previous or "", "staging", None, before, before.retired())
    after = before if before.candidate else before.offered(NEW)
    return Step("advance", "wine", NEW, "staging", "dev", before, after)


def _proofs(id: str, data: Mapping[str, Any]) -> Proofs:
    release = data.get("release")
    made = None
    if release:
        asset = Asset("model", f"azureml://registries/r/models/wine/versions/{id}", "sha256:0", "wine:1")
        provenance = Provenance(release["commit"], release["dirty"], release["job"], "azure-ai-ml", {"a": "sha256:0"})
        made = Release(id, "wine", release["created"], {}, {}, (asset,), provenance)
    return Proofs(
        release=made,
        evaluation=Evaluation.parse(f"deployments/wine/{id}/evaluation.json", data["evaluation"])
        if data.get("evaluation")
        else None,
        rollout=Rollout.parse(f"deployments/wine/{id}/rollout-dev.json", data["rollout"])
        if data.get("rollout")
        else None,
        applied=Applied.parse("stacks/dev.wine/applied.json", data["applied"]) if data.get("applied") else None,
    )


def _runs(data: Mapping[int, Any] | None) -> Mapping[int, RunFacts | None] | None:
    if data is None:
        return None
    return {id: RunFacts(**facts) if facts else None for id, facts in data.items()}


def _approvals(data: Mapping[str, list[str]] | None) -> tuple[Approver, ...] | None:
    return None if data is None else tuple(Approver(login, tuple(teams)) for login, teams in data.items())


def _moment(text: str) -> datetime:
    found: datetime = moment(text)
    return found


def merged(base: Any, changes: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(changes, dict):
        return changes
    if "replace" in changes:
        return changes["replace"]
    return {**base, **{key: merged(base.get(key), value) for key, value in changes.items()}}


__all__ = ["BASE", "DATA", "MAIN", "NEW", "OLD", "read_case", "replace", "situation"]
