"""An apply that creates, updates and deletes: what stands before it, and how it has to end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlops.releases import Stage, load_release, load_stage, write_release, write_stage
from tests.gitops.azure_world import write
from tests.support.unpublished import with_variables

from .agreement import assert_standing
from .company import DEPLOYMENT
from .standing import Standing, begin, standing

DEV = "dev"
STACK = f"{DEV}.{DEPLOYMENT}"
COST_CENTER = "4790"


@dataclass(frozen=True)
class End:
    """What is compared at the end. Nothing of it says how often something was tried."""

    resources: frozenset[str]
    endpoint: dict[str, Any]
    deployments: dict[str, dict[str, Any]]
    state: dict[str, dict[str, Any]]


def prepare(running: Path, folder: Path) -> None:
    """Into `folder`: dev's endpoint runs a release and keeps another; main has a candidate in that one's place and
    another tag for all, which nobody has applied. What git explains stands in a file."""
    begin(running, folder)
    with standing(folder) as found:
        repo, current = found.repo, leave_dev_alone(found)
        first = load_release(repo, DEPLOYMENT, DEV, current)
        older, newer = (with_variables(first, {"ROUND": name}) for name in ("older", "newer"))
        write_release(repo, DEV, older)
        write_stage(repo, DEPLOYMENT, DEV, Stage(current, previous=older.id))
        found.push("feat: a release that ran before")
        found.apply(STACK, "--without-guard beginning")
        write_release(repo, DEV, newer)
        write_stage(repo, DEPLOYMENT, DEV, Stage(current, candidate=newer.id))
        write(found.clone, f"environments/{DEV}.yaml", {"tags.cost-center": COST_CENTER})
        found.push("feat: a candidate, and another cost centre")
        found.explain(STACK)


def leave_dev_alone(found: Standing) -> str:
    """Nobody asks in the other environments, and each would serve: their endpoints go. Gives dev's current release."""
    for other in ("staging", "prod"):
        found.arm("DELETE", found.deployed(DEPLOYMENT, other).id)
    current = load_stage(found.repo, DEPLOYMENT, DEV).current
    assert current is not None
    return current


def explained(folder: Path, stack: str = STACK) -> str:
    """The argument that names the file."""
    return f"--expected {folder}/expected-{stack}.json"


def end_of(found: Standing) -> End:
    there = found.deployed(DEPLOYMENT, DEV)
    place = there.id
    listed = found.arm("GET", f"{place}/deployments")["value"]
    return End(
        found.resources(),
        _lasting(found.arm("GET", place)),
        {one["name"]: _lasting(one) for one in listed},
        {one["urn"]: {"id": one.get("id"), "inputs": one.get("inputs")} for one in there.checkpoint()["resources"]},
    )


def _lasting(body: dict[str, Any]) -> dict[str, Any]:
    """Without what tells when it was written, and at which port this local Azure is."""
    found = {key: body.get(key) for key in ("id", "identity", "kind", "sku", "tags")}
    return {**found, "properties": {key: value for key, value in body["properties"].items() if not key.endswith("Uri")}}


def require_whole(found: Standing) -> End:
    """ARM, state and git say the same, and nobody holds anything. Raises AssertionError."""
    assert_standing(found, DEV)
    head, end = found.git.head(), end_of(found)
    assert end.endpoint["tags"]["cost-center"] == COST_CENTER
    assert {one["tags"]["cost-center"] for one in end.deployments.values()} == {COST_CENTER}
    ids = [str(one["id"]).lower() for one in end.state.values() if str(one["id"]).startswith("/subscriptions/")]
    assert sorted(ids) == sorted(one["id"].lower() for one in (end.endpoint, *end.deployments.values()))
    assert found.applied(STACK) == head
    found.git.fetch("refs/heads/evidence")
    written = found.git.read("refs/remotes/origin/evidence", f"stacks/{STACK}/applied-{head}.json")
    assert written is not None
    assert 1 <= len(json.loads(written)["applies"]) <= 2
    return end
