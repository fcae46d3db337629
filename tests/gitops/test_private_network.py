"""`prod` as written, without public addresses: it comes up, is looked after, and its changes are rehearsed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import StorageErrorCode

from amlops.config import Names, Repository, load_environment
from amlops.git import Author, Git
from amlops.progress import Plain
from amlops.releases import Stage, load_release, write_release, write_stage
from amlops.report import Plan
from amlops.stacks import platform_stack
from amlops.stacks.names import StackName
from amlops.workflows.drift.drift import look, undo
from amlops.workflows.plan.plan import Planning
from amlops.workflows.rehearsal.ground import lay_ground
from amlops.workflows.rehearsal.throwaway import rehearsal
from tests.gitops.azure_world import linked_clone, write
from tests.support.clone import Clone
from tests.support.unpublished import unpublished, with_variables

pytestmark = pytest.mark.e2e

DEPLOYMENT, PROD = "diabetes-progression", "environments/prod.yaml"
NETWORK = "2025-05-01"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """A clone whose prod runs a release."""
    made = linked_clone(tmp_path_factory.mktemp("private") / "clone")
    repo, git = Repository(made.path), Git(made.path)
    first = unpublished(repo, DEPLOYMENT, git.head(), "prod")
    write_release(repo, "prod", first)
    write_stage(repo, DEPLOYMENT, "prod", Stage(first.id))
    _commit(made, "feat: a release runs in prod")
    yield made


def _commit(clone: Clone, message: str) -> None:
    clone.run(f"git add -A && git -c user.name=t -c user.email=t@e.invalid commit -qm '{message}'")


def _plan(clone: Clone) -> Plan:
    """Of the last commit, which is taken back."""
    git, base = Git(clone.path), clone.run("git rev-parse HEAD~1").strip()
    try:
        return Planning(git, Repository(clone.path), Plain(), date(2026, 11, 24), []).plan(base, git.head())
    finally:
        clone.run("git reset -q --hard HEAD~1 && git clean -fdq deployments environments")


def test_a_change_of_prod_s_platform_is_rehearsed(clone: Clone) -> None:
    """Another number of nodes: the base is brought up with its private endpoints, a deployment of prod is asked through
    the workspace's while the change is applied, and no request fails."""
    write(clone, PROD, {"platform.compute.cpu.max_nodes": 6})
    _commit(clone, "feat: fewer nodes in prod")
    stack = _plan(clone).stacks[0]
    assert (stack.stack, stack.failure) == ("prod", "")
    assert [(step.operation, step.name) for step in stack.steps] == [("update", "Compute compute-cpu")]
    assert stack.rehearsed is not None and stack.rehearsed.outcome == "passed", stack.rehearsed
    assert stack.rehearsed.total.sent > 0
    assert stack.rehearsed.total.failed == 0


def test_a_new_subnet_of_prod_is_rehearsed(clone: Clone) -> None:
    """Every private endpoint is made anew in it: users are shut out meanwhile, and the plan says so before they are."""
    subnet = load_environment(Repository(clone.path), "prod").platform.network.private_endpoint_subnet
    assert subnet is not None
    write(clone, PROD, {"platform.network.private_endpoint_subnet": f"{subnet}-2"})
    _commit(clone, "feat: another subnet for prod")
    stack = _plan(clone).stacks[0]
    assert (stack.stack, stack.failure) == ("prod", "")
    assert {(step.operation, step.name.split("-endpoint-")[0]) for step in stack.steps} == {
        ("replace", "PrivateEndpoint private")
    }
    assert len(stack.steps) == 5
    assert stack.users[0].startswith("who comes by a private endpoint is shut out until the new one is there")
    assert stack.rehearsed is not None and stack.rehearsed.outcome == "failed", stack
    assert stack.rehearsed.total.failed > 0


def test_a_candidate_of_prod_is_rehearsed(clone: Clone) -> None:
    """On a platform that the change doesn't touch: the stand-in has the private endpoint that requests come by."""
    repo = Repository(clone.path)
    release_id = next(repo.releases_dir(DEPLOYMENT, "prod").glob("*.yaml")).stem
    first = load_release(repo, DEPLOYMENT, "prod", release_id)
    second = with_variables(first, {"ROUND": "2"})
    write_release(repo, "prod", second)
    write_stage(repo, DEPLOYMENT, "prod", Stage(first.id, second.id))
    _commit(clone, "feat: try another release in prod")
    (stack,) = _plan(clone).stacks
    assert (stack.stack, stack.failure) == (f"prod.{DEPLOYMENT}", "")
    assert stack.rehearsed is not None and stack.rehearsed.outcome == "passed", stack.rehearsed
    assert stack.rehearsed.total.by[second.deployment_name][0] >= 10


def test_a_private_endpoint_that_somebody_deletes(clone: Clone) -> None:
    """Untouched, prod has not drifted, whatever its resources say of their connections. Without the endpoint to blobs
    nobody's network gets through to them; the drift names it, and undoing it brings the way back."""
    git = Git(clone.path, author=Author("t", "t@example.invalid"))
    environment = load_environment(Repository(clone.path), "prod")
    stack = platform_stack(environment)
    assert stack is not None
    names = Names(environment)
    group = f"/subscriptions/{environment.subscription_id}/resourceGroups/{names.resource_group}"
    blob = f"{group}/providers/Microsoft.Network/privateEndpoints/{names.private_endpoint('blob')}"
    with rehearsal(git, git.head(), [environment], Plain(), deployments=None, serving=False) as stage:
        lay_ground(stage.session("shared"), StackName("shared", "shared", "registry"))
        session = stage.session("prod")
        session.engine.up(stack)
        clone.run(f"git push -q origin HEAD:refs/applied/{stack}")
        found = look(session, stack, git)
        assert (found.drift.failure, found.drift.differences) == ("", ())

        def closed() -> bool:
            url = f"https://{names.storage}.blob.{session.azure.storage_suffix}/none"
            with session.azure.container(url) as container, pytest.raises(HttpResponseError) as raised:
                container.get_container_properties()
            return str(StorageErrorCode(raised.value.error_code).value) == "AuthorizationFailure"

        assert not closed()
        session.azure.delete(blob, NETWORK)
        assert closed()
        found = look(session, stack, git)
        assert [(item.name, item.what) for item in found.drift.differences] == [
            ("PrivateEndpoint private-endpoint-blob", "gone")
        ]
        undo(session, stack, found, git, 60)
        assert not closed()
        assert not look(session, stack, git).drift.drifted
