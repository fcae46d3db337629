"""What a run without engine and cloud says of a stack is what the engine's own preview says of it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from amlops.config import Repository, load_environment
from amlops.policy import Finding, Policy, Resource, check, load_policy
from amlops.progress import Plain
from amlops.stacks import parse_stack
from amlops.workflows.plan.declared import declared
from amlops.workflows.session import Session, open_session
from tests.support import cloud as support

from .azure_world import linked_clone, write

pytestmark = pytest.mark.e2e
TENANT = "7c1f4a7e-3f0b-4c57-9a52-2f6f0f0c8d10"
SUBSCRIPTIONS = ("3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c001", "3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c004")
STACKS = ("shared", "prod")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """prod with public addresses: there is much to find."""
    clone = linked_clone(tmp_path_factory.mktemp("policy") / "clone")
    write(clone, "environments/prod.yaml", {"platform.network": {"public_access": True}, "platform.vault": {}})
    return Repository(clone.path)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables of a process on an empty local Azure, with the state in a folder."""
    folder = tmp_path_factory.mktemp("azure")
    (folder / "state").mkdir()
    words = [word for id in SUBSCRIPTIONS for word in ("--subscription", id)]
    with support.running(folder / "home", "--tenant", TENANT, *words) as cloud:
        yield {
            **os.environ,
            "AMLOPS_AZURE_HOME": str(cloud.home),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        }


def _session(repo: Repository, stack: str, process: dict[str, str]) -> Session:
    environment = load_environment(repo, stack)
    return open_session(repo, environment, Plain(io.StringIO()), start=False, process=process)


def _anywhere(found: tuple[Finding, ...]) -> set[Finding]:
    return {replace(finding, excepted_by=None) for finding in found}


@pytest.mark.parametrize("stack", STACKS)
def test_findings_are_those_of_a_first_preview(stack: str, repo: Repository, process: dict[str, str]) -> None:
    """Before anything exists, when ids of others are not known yet, the same is found in the same resources."""
    name, environment = parse_stack(repo, stack)
    preview = _session(repo, stack, process).engine.preview(name)
    live = [Resource.of(item.urn, item.inputs) for item in preview.declared if item.type.startswith("azure-native:")]
    offline = declared(repo, {stack: environment})[stack]
    assert {one.urn for one in live} == {one.urn for one in offline}
    policy: Policy = load_policy(repo, date(2026, 12, 1))
    found = check(live, environment, policy)
    assert _anywhere(found) == _anywhere(check(offline, environment, policy))
    assert bool(found) == (stack == "prod")


def test_findings_of_an_unchanged_stack_are_the_same(repo: Repository, process: dict[str, str]) -> None:
    """After an up, a preview has nothing to change and all there is to judge."""
    name, environment = parse_stack(repo, "shared")
    session = _session(repo, "shared", process)
    session.engine.up(name)
    preview = session.engine.preview(name)
    assert preview.changed == 0
    live = [Resource.of(item.urn, item.inputs) for item in preview.declared if item.type.startswith("azure-native:")]
    strict = replace(load_policy(repo, date(2026, 12, 1)), file=type(load_policy(repo, date.min).file)())
    found = check(live, environment, strict)
    assert {finding.rule for finding in found} == {"public-access"}
    assert _anywhere(found) == _anywhere(check(declared(repo, {"shared": environment})["shared"], environment, strict))
