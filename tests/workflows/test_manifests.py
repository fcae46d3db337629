"""Environments run what their stages name: neither an edited manifest nor one that is gone reaches them."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from .agreement import assert_agreed
from .company import DEPLOYMENT, FOLDER, endpoint, merge, serving, traffic, users
from .world import World, by_owner, told

WRITES = ("PUT", "PATCH", "DELETE")
KEPT = ("about.yaml", "sample-request.json", "releases/", "stages/")
"""What is no manifest and no code: whose it is, how it is asked, what runs where."""


def _written(world: World, mark: Any) -> list[str]:
    """Paths of ARM that anybody has written to since a mark."""
    assert world.cloud is not None
    trace = world.cloud.control("GET", f"trace?since={mark}")
    assert trace["complete"] is True
    return [one["path"] for one in trace["requests"] if not one["host"] and one["method"] in WRITES]


def test_a_manifest_changes_nothing_before_a_release_carries_it(deployed: World) -> None:
    """Merged while no release is made: no apply begins, nothing is written to Azure. The release that carries it comes
    into dev by a commit; nothing is written of the environments after it."""
    world = deployed
    assert world.cloud is not None
    before = {name: world.stage(DEPLOYMENT, name) for name in ("dev", "staging", "prod")}
    applies, mark = len(world.runs.of("apply.yml")), world.cloud.control("GET", "trace")["mark"]
    manifest = f"{FOLDER}/deployment.yml"
    changed = world.alice.read(manifest) + "environment_variables:\n  ROUND: two\n"
    with world.runs.without("release.yml"):
        merge(world, "round", {manifest: changed}, "feat: another round")
        world.settle()
    assert "ROUND" in (world.hub.remote.read("main", manifest) or "")
    assert len(world.runs.of("apply.yml")) == applies
    assert _written(world, mark) == []
    assert {name: world.stage(DEPLOYMENT, name) for name in before} == before

    world.alice.dispatch("release.yml", deployment=DEPLOYMENT)
    world.settle()
    dev = world.stage(DEPLOYMENT, "dev")
    assert (dev["current"] != before["dev"]["current"], dev["previous"]) == (True, before["dev"]["current"])
    written = _written(world, mark)
    assert any(path.endswith(f"/deployments/r-{dev['current']}") for path in written), told(world.last("apply.yml"))
    assert [path for path in written if "-staging" in path or "-prod" in path] == []
    assert {name: world.stage(DEPLOYMENT, name) for name in ("staging", "prod")} == {
        name: before[name] for name in ("staging", "prod")
    }
    assert_agreed(world)


def test_prod_is_rebuilt_from_its_stage_alone(deployed: World) -> None:
    """Manifests, code and data are gone from main, and nobody notices. prod's stack is destroyed, and restored from its
    stage and the release that this names: as it was, and answering. The next apply changes nothing."""
    world = deployed
    current = world.stage(DEPLOYMENT, "prod")["current"]
    files = world.hub.remote.files("main", FOLDER)
    gone = {path: None for path in files if not path.removeprefix(f"{FOLDER}/").startswith(KEPT)}
    assert {f"{FOLDER}/{name}" for name in ("deployment.yml", "endpoint.yml", "job.yml")} < set(gone)
    before, applies = _declared(world), len(world.runs.of("apply.yml"))
    with world.runs.without("release.yml"):
        merge(world, "gone", gone, "feat: nothing is made of it any more")
        world.settle()
    assert len(world.runs.of("apply.yml")) == applies
    assert _answers(world, current)

    world.alice.dispatch("destroy.yml", stack=f"prod.{DEPLOYMENT}")
    world.settle()
    assert world.last("destroy.yml").conclusion == "success", told(world.last("destroy.yml"))
    with pytest.raises(ResourceNotFoundError):
        serving(world, "prod")

    world.alice.git("fetch", "-q", "origin")
    world.alice.git("checkout", "-q", "-B", "main", "origin/main")
    assert not (world.alice.folder / FOLDER / "deployment.yml").exists()
    by_owner(world, "restore", "prod", "--repository", world.hub.full_name, "--yes", "--json")
    assert serving(world, "prod") == {f"r-{current}"}
    assert traffic(world, "prod") == {f"r-{current}": 100}
    assert _declared(world) == before
    assert _answers(world, current)
    world.alice.dispatch("apply.yml")
    world.settle()
    assert world.last("apply.yml").conclusion == "success", told(world.last("apply.yml"))
    assert _declared(world) == before
    assert_agreed(world)


def _declared(world: World) -> dict[str, Any]:
    """Endpoint and deployments of prod, without what Azure or a rollout gives them."""
    client, where = endpoint(world, "prod")
    found = [client.online_endpoints.get(*where), *client.online_deployments.list(*where)]
    return {item.name: _lasting(item.as_dict()) for item in found}


def _lasting(body: dict[str, Any]) -> dict[str, Any]:
    tags = {name: value for name, value in body["tags"].items() if not name.startswith("rollout")}
    return {"properties": body["properties"], "sku": body.get("sku"), "tags": tags}


def _answers(world: World, release: str) -> bool:
    """Whether people who ask prod now are all answered by this release."""
    client = users(world, "prod")
    with client.asking():
        client.wait(20)
    return client.failed == [] and set(client.by_deployment) == {f"r-{release}"}
