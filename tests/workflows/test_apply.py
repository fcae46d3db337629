"""A merge brings main to the cloud: by what git explains, each stack by its own identity, the others go on."""

from __future__ import annotations

import json
import re
from typing import Any

from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.storage import StorageManagementClient

from amlops.config import Environment, Names, Repository, load_environment

from .agreement import assert_agreed
from .company import merge, unharmed
from .leaks import leaks, places
from .seed import REPOSITORY
from .world import World, told

DEV = "environments/dev.yaml"


def test_a_merge_is_applied_and_written_down(brought_up: World) -> None:
    """A tag of dev: one stack is touched, planned without a credential, applied by dev's platform identity; its ref and
    its evidence say from which commit. Nobody else's identity was used, and no stack of another environment."""
    world = brought_up
    text = world.alice.read(DEV).replace('cost-center: "4712"', 'cost-center: "4799"')
    merge(world, "tag", {DEV: text}, "feat: another cost centre")
    world.settle()
    run = world.ended(
        "apply.yml",
        {"stacks": "success", "expected (dev)": "success", "apply (dev)": "success", "hand-on": "success"},
        event="push",
    )
    applied = world.applied("dev")
    assert applied == run.commit == world.hub.remote.resolve("main")
    assert world.hub.issuer.given
    assert set(world.hub.issuer.given) == {"repo:contoso/ml:environment:dev-platform"}
    written = world.evidence(f"stacks/dev/applied-{applied}.json")
    assert written is not None
    assert (written["written"]["run"], written["written"]["commit"]) == (run.id, applied)
    assert "tags.cost-center" in json.dumps(written)
    refused = [answer for answer in world.server.rest.exchanges if answer.status == 403]
    assert refused == [], told(run)


LIFE, LONGER = 6, 8
"""Seconds: of every token, and of one operation of Azure's."""


def test_apply_that_outlives_its_tokens(deployed: World) -> None:
    """GitHub's token, Azure's and the App's end before the first operation does: the job gets one after the other, for
    its own identity and the one repository only, and ends well: evidence and ref are written by a later one. Nobody who
    asks is answered an error."""
    world = deployed
    assert world.cloud is not None
    before, world.hub.issuer.life = len(world.hub.issuer.given), float(LIFE)
    world.hub.app_life = float(LIFE)
    world.cloud.control("PUT", "identity", {"tokenSeconds": LIFE})
    world.cloud.control("PUT", "operations", {"mode": f"real-time:{LONGER}"})
    with unharmed(world, "dev"):
        merge(world, "tag", _tag(world, "dev", "4803"), "feat: another cost centre")
        world.settle()
    run = world.last("apply.yml", event="push")
    assert run.conclusion == "success", told(run)
    assert world.applied("dev") == run.commit
    given = world.hub.issuer.given[before:]
    assert set(given) == {f"repo:contoso/ml:environment:{realm}" for realm in ("dev-platform", "dev-diabetes-research")}
    assert given.count("repo:contoso/ml:environment:dev-platform") > 2, "the first token was good for all of it"
    asked = [item.body for item in world.server.rest.exchanges if item.path.endswith("/access_tokens")]
    applying = {"repositories": ["ml"], "permissions": {"actions": "read", "contents": "write"}}
    assert asked.count(applying) > 2, "the App's first token was good for all of it"
    assert world.evidence(f"stacks/dev/applied-{run.commit}.json") is not None
    pem = world.hub.environment("automation").secrets["AMLOPS_APP_PRIVATE_KEY"].splitlines()
    wanted = {token: "a token of the App" for token in world.hub.all_tokens() if token.startswith("ghs_app")}
    assert leaks(places(world), {**wanted, pem[len(pem) // 2]: "private key of the App"}) == []
    world.cloud.control("PUT", "identity", {"tokenSeconds": 3600})
    assert _tags(world, "dev")["cost-center"] == "4803"
    assert_agreed(world)


def _tag(world: World, environment: str, value: str) -> dict[str, str | None]:
    """The environment's file with another cost centre."""
    path = f"environments/{environment}.yaml"
    return {path: re.sub(r'cost-center: "\d+"', f'cost-center: "{value}"', world.alice.read(path))}


def _tags(world: World, environment: str) -> dict[str, str]:
    """Those of the environment's storage account, as ARM has them."""
    found = load_environment(Repository(REPOSITORY), environment)
    names = Names(found)
    return dict(_storage(world, found).storage_accounts.get_properties(names.resource_group, names.storage).tags)


def _storage(world: World, environment: Environment) -> Any:
    assert world.cloud is not None
    return world.cloud.in_subscription(environment.subscription_id).client(StorageManagementClient)


def _title(world: World, environment: str, title: str) -> dict[str, str | None]:
    """The environment's file with another name of its workspace, some lines away from its tags."""
    path = f"environments/{environment}.yaml"
    return {path: re.sub(r"display_name: .*", f"display_name: {title}", world.alice.read(path))}


def _titled(world: World, environment: str) -> str:
    """The name of the environment's workspace, as ARM has it."""
    assert world.cloud is not None
    found = load_environment(Repository(REPOSITORY), environment)
    names = Names(found)
    client = world.cloud.in_subscription(found.subscription_id).client(MachineLearningServicesMgmtClient)
    return str(client.workspaces.get(names.resource_group, names.workspace).friendly_name)


def test_two_merges_within_a_second(deployed: World) -> None:
    """Both change dev. Their runs go on side by side and their applies one after the other; what git explained for the
    second begins where dev no longer stands, so it is worked out anew. In the end both are there, by the last merge,
    no run was red, and nobody who asked was answered an error."""
    world = deployed
    changes = {"one": _tag(world, "dev", "4801"), "two": _title(world, "dev", "Second")}
    numbers = []
    for branch, files in changes.items():
        world.alice.change(branch, files, f"feat: {branch}")
        numbers.append(world.alice.open_pull(branch, branch))
        world.bob.approve(numbers[-1])
    for run in world.runs.of("check.yml"):
        run.ended.wait(60)
    for run in world.runs.of("plan.yml"):
        world.runs.cancel(run)
    with unharmed(world, "dev"):
        for number in numbers:
            world.alice.merge(number)
        world.settle()
    runs = world.runs.of("apply.yml")
    said = "\n".join(map(told, runs))
    assert (_tags(world, "dev")["cost-center"], _titled(world, "dev")) == ("4801", "Second"), said
    assert world.applied("dev") == world.hub.remote.resolve("main"), said
    assert {run.conclusion for run in runs} == {"success"}, said
    legs = world.runs.groups.order["apply-dev"]
    assert len({leg.rpartition("-apply-")[0] for leg in legs}) >= 2, "one of the two did not even try"
    refused = [answer for answer in world.server.rest.exchanges if answer.status == 403]
    assert refused == [], said
    assert_agreed(world)


def test_one_waiting_reviewer_keeps_nothing_else_back(brought_up: World) -> None:
    """prod waits for bob: dev is applied meanwhile, and nobody is asked twice. Then bob lets it
    in, and it is applied."""
    world = brought_up
    world.hub.environment("prod-platform").reviewers = ("bob",)
    merge(world, "prod", _tag(world, "prod", "4810"), "feat: prod's cost centre")
    world.settle()
    waits = world.last("apply.yml", event="push")
    assert (waits.status, waits.waiting_for) == ("waiting", ["prod-platform"]), told(waits)
    merge(world, "dev", _tag(world, "dev", "4811"), "feat: dev's cost centre")
    world.settle()
    run = world.ended(
        "apply.yml",
        {"stacks": "success", "expected (dev)": "success", "apply (dev)": "success", "hand-on": "success"},
        event="push",
    )
    assert run.id != waits.id
    assert [run for run in world.runs.of("apply.yml") if run.active] == [waits]
    assert _tags(world, "dev")["cost-center"] == "4811"
    assert _tags(world, "prod")["cost-center"] != "4810"
    world.bob.let_in(waits.id)
    assert waits.ended.wait(300)
    world.settle()
    assert waits.conclusion == "success", told(waits)
    assert {leg.approved_by for leg in waits.legs.values() if leg.environment == "prod-platform"} == {"bob"}
    assert _tags(world, "prod")["cost-center"] == "4810"
    assert _tags(world, "dev")["cost-center"] == "4811"


def test_a_deleted_ref_stops_its_stack(brought_up: World) -> None:
    """Whoever may push deletes dev's ref, so that everything would be explained as made for the first time: its apply
    stops, with the command that restores the ref, and after that goes on."""
    world = brought_up
    before = world.applied("dev")
    world.alice.git("push", "-q", "origin", ":refs/applied/dev")
    merge(world, "tag", _tag(world, "dev", "4820"), "feat: another cost centre")
    world.settle()
    run = world.last("apply.yml", event="push")
    assert run.jobs["apply/apply (dev)"] == "failure", told(run)
    restore = f"git push origin {before}:refs/applied/dev"
    assert restore in run.log, told(run)
    assert _tags(world, "dev")["cost-center"] != "4820"
    world.alice.git(*restore.split()[1:])
    world.alice.dispatch("apply.yml")
    world.settle()
    assert _tags(world, "dev")["cost-center"] == "4820", told(world.last("apply.yml"))
    assert world.applied("dev") == world.hub.remote.resolve("main")


def test_nobody_pushes_to_main_past_the_rules(brought_up: World) -> None:
    """A person's push is refused by the repository's own ruleset, and so is one to the evidence."""
    for branch in ("main", "evidence"):
        world = brought_up
        world.alice.git("fetch", "-q", "origin")
        world.alice.git("checkout", "-q", "--detach", f"origin/{branch}")
        (world.alice.folder / "x.txt").write_text(branch)
        world.alice.git("add", "-A")
        world.alice.git("commit", "-qm", "feat: past the rules")
        try:
            world.alice.git("push", "-q", "origin", f"HEAD:{branch}")
        except AssertionError as refused:
            assert "GH013" in str(refused)
        else:
            raise AssertionError(f"{branch} took it")
