"""An apply in the middle of a rollout, whose traffic and capacity others own."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from amlops.config import Names, load_about, load_environment
from amlops.config.roles import MANAGED_IDENTITY_OPERATOR
from amlops.config.rollout import TAG_PREFIX
from amlops.releases import Stage, load_release, load_stage, write_release, write_stage
from amlops.rollout.patience import Patience
from amlops.rollout.step import Split
from amlops.rollout.traffic import move
from tests.gitops.azure_world import write
from tests.support.memory import in_memory
from tests.support.unpublished import with_variables

from .agreement import assert_standing
from .changing import explained
from .company import DEPLOYMENT, FOLDER
from .standing import Standing, begin, standing
from .writes import is_write

PROD = "prod"
STACK = f"{PROD}.{DEPLOYMENT}"
INSTANCES = 5
"""What autoscale has made of the current release's two."""
NOTE = f"{TAG_PREFIX}-note"
PROGRAM = "infra/programs/deployment.py"


@pytest.fixture
def found(running: Path, tmp_path: Path) -> Iterator[Standing]:
    with in_memory(tmp_path) as root:
        begin(running, root)
        with standing(root) as made:
            yield made


def _roll_out(found: Standing) -> tuple[str, str]:
    """A candidate beside prod's release, with a tenth of the traffic; the release has been scaled out: (old, new)."""
    repo, current = found.repo, load_stage(found.repo, DEPLOYMENT, PROD).current
    assert current is not None
    candidate = with_variables(load_release(repo, DEPLOYMENT, PROD, current), {"ROUND": "two"})
    write_release(repo, PROD, candidate)
    write_stage(repo, DEPLOYMENT, PROD, Stage(current, candidate=candidate.id))
    found.push("feat: a candidate")
    found.apply(STACK, "--without-guard beginning")
    old, new = f"r-{current}", candidate.deployment_name
    with found.place(PROD, DEPLOYMENT) as place:
        move(place, Split({old: 90, new: 10}, {}), {NOTE: "paused by ada"}, Patience(pause=0.1))
    scaled = {"sku": {"name": "Default", "capacity": INSTANCES}}
    found.arm("PATCH", f"{found.deployed(DEPLOYMENT, PROD).id}/deployments/{old}", scaled)
    return old, new


def _let_act_as(found: Standing, identity: str) -> None:
    """The team's workflow may give an identity of the platform's to its endpoint, as the platform grants it."""
    environment = load_environment(found.repo, PROD)
    names, home = Names(environment), environment.shares.subscription_id
    who = names.deploy_identity(load_about(found.repo, DEPLOYMENT).team)
    kind = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    group = f"/subscriptions/{home}/resourceGroups/{names.state_resource_group}"
    principal = found.arm("GET", f"{group}/{kind}/{who}", version="2023-01-31")["properties"]["principalId"]
    place = f"/subscriptions/{environment.subscription_id}/resourceGroups/{names.resource_group}/{kind}/{identity}"
    role = f"/subscriptions/{environment.subscription_id}/providers/Microsoft.Authorization/roleDefinitions"
    granted = {"roleDefinitionId": f"{role}/{MANAGED_IDENTITY_OPERATOR}", "principalId": principal}
    properties = {**granted, "principalType": "ServicePrincipal"}
    id = f"{place}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    found.arm("PUT", id, {"properties": properties}, version="2022-04-01")


def _scaling(found: Standing) -> dict[str, Any]:
    """Autoscale's settings of the endpoint's deployments, by name."""
    environment, team = load_environment(found.repo, PROD), load_about(found.repo, DEPLOYMENT).team
    group = (
        f"/subscriptions/{environment.subscription_id}/resourceGroups/{Names(environment).team_resource_group(team)}"
    )
    listed = found.arm("GET", f"{group}/providers/Microsoft.Insights/autoscaleSettings", version="2022-10-01")
    return {one["name"]: one["properties"]["profiles"][0] for one in listed["value"]}


def _after_first(found: Standing, place: str) -> dict[str, int]:
    """The split right after the first write to the endpoint, whose answer is held so long. Raises AssertionError."""
    rule = {"kind": "hold", "method": "PATCH", "path": f"{place}$"}
    found.cloud.control("PUT", "faults", {"rules": [rule]})
    try:
        until = time.monotonic() + 120
        while not found.cloud.control("GET", "held")["held"]:
            assert time.monotonic() < until, "nobody wrote to the endpoint"
            time.sleep(0.02)
        split: dict[str, int] = found.arm("GET", place)["properties"]["traffic"]
        return split
    finally:
        found.cloud.control("PUT", "faults", {"rules": []})


def test_tag_identity_and_autoscale_at_ten_percent(found: Standing) -> None:
    """Three changes in one apply, under 20 requests a second: split and scaled capacity are as before, so are the
    rollout's tags, and no client saw an error. Each deployment is written once, so its capacity at the end is all that
    was ever sent; the endpoint twice, since an identity is taken away first, and the split was the same in between."""
    old, new = _roll_out(found)
    names = Names(load_environment(found.repo, PROD))
    _let_act_as(found, names.compute_identity)
    program = found.clone.path / PROGRAM
    program.write_text(program.read_text().replace("names.endpoint_identity", "names.compute_identity"))
    changes = {"tags.cost-center": "4790", "platform.serving.autoscale": {"most_instances": 8, "cpu_percent": 55}}
    write(found.clone, f"environments/{PROD}.yaml", changes)
    head = found.push("feat: another cost centre, another identity, later scaling")
    found.explain(STACK)
    place = found.deployed(DEPLOYMENT, PROD).id
    client = found.users(place, (found.clone.path / FOLDER / "sample-request.json").read_bytes())
    with client.asking(), ThreadPoolExecutor(1) as pool:
        client.wait(60)
        between = pool.submit(_after_first, found, place)
        mark = found.cloud.control("GET", "trace")["mark"]
        said = found.apply(STACK, explained(found.folder, STACK))
        client.wait(60)
    assert client.failed == [], said
    assert min(client.by_deployment[name] for name in (old, new)) > 0
    trace = found.cloud.control("GET", f"trace?since={mark}")
    assert trace["complete"] is True
    written = [(one["method"], one["path"].lower()) for one in trace["requests"] if is_write(one) and not one["host"]]
    served_at = [("PUT", place), *(("PUT", f"{place}/deployments/{name}") for name in (old, new))]
    expected = [(method, path.lower()) for method, path in (("PATCH", place), *served_at)]
    assert sorted(one for one in written if "/onlineendpoints/" in one[1]) == sorted(expected)
    assert between.result() == {old: 90, new: 10}
    live = found.arm("GET", place)
    assert live["properties"]["traffic"] == {old: 90, new: 10}
    assert (live["tags"]["cost-center"], live["tags"][NOTE]) == ("4790", "paused by ada")
    acting = [id.rsplit("/", 1)[-1] for id in live["identity"]["userAssignedIdentities"]]
    assert acting == [names.compute_identity]
    served = {one["name"]: one for one in found.arm("GET", f"{place}/deployments")["value"]}
    assert {name: one["sku"]["capacity"] for name, one in served.items()} == {old: INSTANCES, new: 2}
    assert {one["tags"]["cost-center"] for one in served.values()} == {"4790"}
    scaling = _scaling(found)
    assert len(scaling) == 2
    assert {profile["capacity"]["maximum"] for profile in scaling.values()} == {"8"}
    assert {profile["rules"][0]["metricTrigger"]["threshold"] for profile in scaling.values()} == {55}
    assert found.applied(STACK) == head
    assert_standing(found, PROD)
