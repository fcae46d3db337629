"""A newcomer's first half hour, in order: up, curl, look, change by other tools, destroy, up again."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.clone import Clone, curl_line, readme_commands, remaining

from .conftest import Up
from .local import (
    DEPLOYMENT,
    MANIFEST,
    STACK,
    STACKS,
    WHERE,
    current_release,
    ml,
    records,
    resources,
    traffic,
)

pytestmark = pytest.mark.e2e


def test_up_ends_with_a_curl_line_that_answers(up: Up) -> None:
    """The README's first command ends with a line to paste, and that line predicts."""
    predictions = json.loads(up.answer)["predictions"]
    assert len(predictions) == 2
    assert all(20 < value < 400 for value in predictions)


def test_up_leaves_git_status_empty(clone: Clone) -> None:
    """What `local` writes lies outside what git tracks."""
    assert clone.git_status() == ""


def test_up_again_changes_nothing(clone: Clone) -> None:
    """A second run finds everything there: not one resource of the cloud is written, and the line to paste is told."""
    before = resources(clone)
    printed = clone.run(readme_commands("Start")[0])
    assert resources(clone) == before
    assert len(re.findall(r": no change$", printed, re.MULTILINE)) >= 3
    assert json.loads(clone.run(curl_line(printed)))["predictions"]


def test_status_shows_stacks_endpoint_traffic_and_release(clone: Clone) -> None:
    """`amlops status local` in words and as JSON say the same."""
    found = clone.amlops_json("status local")
    assert {stack["name"]: stack["resources"] > 0 for stack in found["stacks"]} == dict.fromkeys(STACKS, True)
    (deployment,) = found["deployments"]
    release = deployment["stage"]["current"]
    assert sum(deployment["endpoint"]["traffic"].values()) == 100
    assert release in [served["release"] for served in deployment["endpoint"]["deployments"]]
    words = clone.amlops("status local")
    for part in (release, deployment["endpoint"]["url"], f"r-{release} 100 %", "local.shared", STACK):
        assert part in words


def test_the_readmes_commands_work(clone: Clone) -> None:
    """Each line of "Look around" but the destroy runs as it stands, in one shell; the preview shows no change."""
    lines = [line for line in readme_commands("Look around") if "destroy" not in line]
    printed = clone.run("set -e\n" + "\n".join(lines))
    assert re.search(r"\d+ unchanged", printed)
    assert not re.search(r"to (create|update|delete|replace)", printed)
    assert clone.git_status() == ""


def test_a_deleted_endpoint_comes_back(clone: Clone) -> None:
    """Deleted by Azure's SDK: `pulumi refresh` sees it gone, `pulumi up` makes it, `amlops up` sets its traffic."""
    with ml(clone) as client:
        client.online_endpoints.begin_delete(*WHERE).result()
        assert "2 deleted" in clone.pulumi("refresh --yes --skip-preview", STACK)
        assert "+ 2 created" in clone.pulumi("up --yes --skip-preview", STACK)
        assert traffic(client) == {}
        served = clone.amlops_json(f"up {STACK}")["deployments"]
        assert traffic(client) == {f"r-{served[0]['release']}": 100}
    assert served[0]["answer"]["predictions"]


def test_a_second_release_takes_over(clone: Clone) -> None:
    """`amlops release` and `amlops up` after an edit: the new release gets the traffic, the old one stays beside it.

    Then 10 % go back to it and it is scaled out, and a tag of the environment changes: `pulumi up` changes the tag and
    leaves split and capacity as they are; a preview afterwards shows no change.
    """
    old, environment = current_release(clone), clone.path / "environments/local.yaml"
    try:
        with (clone.path / MANIFEST).open("a") as file:
            file.write("environment_variables:\n  ROUND: two\n")
        new = clone.amlops_json(f"release {DEPLOYMENT}")["release"]
        assert clone.amlops_json(f"up {STACK}")["deployments"][0]["release"] == new
        (found,) = clone.amlops_json("status local")["deployments"]
        assert found["endpoint"]["traffic"] == {f"r-{new}": 100}
        assert (found["stage"]["current"], found["stage"]["previous"]) == (new, old)
        assert {served["release"] for served in found["endpoint"]["deployments"]} == {new, old}

        with ml(clone) as client:
            split = {f"r-{new}": 90, f"r-{old}": 10}
            endpoint = client.online_endpoints.get(*WHERE)
            endpoint.properties.traffic = split
            client.online_endpoints.begin_create_or_update(*WHERE, endpoint).result()
            scale = {"sku": {"name": "Default", "capacity": 2}}
            client.online_deployments.begin_update(*WHERE, f"r-{old}", scale).result()

            environment.write_text(environment.read_text().replace('cost-center: "0"', 'cost-center: "4711"'))
            clone.pulumi("up --yes --skip-preview", STACK)
            capacity = {item.name: item.sku.capacity for item in client.online_deployments.list(*WHERE)}
            assert client.online_endpoints.get(*WHERE).tags["cost-center"] == "4711"
            assert traffic(client) == split
            assert capacity == {f"r-{new}": 1, f"r-{old}": 2}
        told = clone.pulumi("preview", STACK)
        assert re.search(r"\d+ unchanged", told)
        assert not re.search(r"to (create|update|delete|replace)", told)
    finally:
        clone.run("git checkout -q deployments environments")


def test_destroy_leaves_nothing(clone: Clone) -> None:
    """No process, empty stacks, no resource but listed soft-deleted ones; the README's first command works again."""
    (line,) = [line for line in readme_commands("Look around") if "destroy" in line]
    told = clone.run(line)
    assert remaining(clone) == []
    stacks = list((clone.path / ".local/pulumi/.pulumi/stacks").rglob("*.json"))
    assert len(stacks) == 3
    for stack in stacks:
        assert not (json.loads(stack.read_text())["checkpoint"].get("latest") or {}).get("resources"), stack
    owner = [id for id in resources(clone) if "/roleAssignments/" not in id or "/resourceGroups/" in id]
    assert owner == [], "beside the subscription's owner there is something left"
    deleted = [key.rsplit("/", 1)[-1] for key in records(clone, "deleted")]
    assert deleted
    assert all(name in told for name in deleted), f"soft-deleted {deleted}, and told was:\n{told}"
    printed = clone.run(readme_commands("Start")[0])
    assert json.loads(clone.run(curl_line(printed)))["predictions"]
    assert clone.git_status() == ""
