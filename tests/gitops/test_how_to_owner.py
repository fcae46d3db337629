"""The commands of the how-tos for reviewers and owners, as a reader pastes them, on a simulated GitHub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clone import Clone
from tests.support.how_to import script
from tests.workflows.github import Hub, serving

from .azure_world import linked_clone

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return linked_clone(tmp_path_factory.mktemp("owner") / "clone")


@pytest.fixture(scope="module")
def owner(clone: Clone, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables of an owner's shell. This GitHub has the code, and nothing is set up yet."""
    hub = Hub(tmp_path_factory.mktemp("hub"))
    clone.run(f"git push -q {hub.remote.path} main")
    token = hub.person("owner", "admin").token
    with serving(hub) as server:
        yield {"GITHUB_TOKEN": token, "GITHUB_REPOSITORY": hub.full_name, "GITHUB_API_URL": hub.url}
    assert server.rest.wrong == []


def test_a_reviewer_sees_stacks_policy_and_who_reviews(clone: Clone) -> None:
    """A clone without changes touches no stack, keeps the policy, and says who owns what."""
    printed = clone.run(script("approve", clone.path))
    assert "0 errors" in printed
    assert "@contoso/ml-platform" in printed


def test_a_finding_is_looked_at(clone: Clone) -> None:
    """All stacks, then those of one environment."""
    printed = clone.run(script("except-a-finding", clone.path))
    assert printed.count("0 errors") == 2


def test_an_owner_is_told_step_by_step(clone: Clone, owner: dict[str, str]) -> None:
    """Of a GitHub where nothing was set up, each missing thing is named with its step; the clone is in order."""
    printed = clone.run(script("set-up-github", clone.path), extra=owner)
    assert "wrong    environments: there is no environment prod-platform" in printed
    assert "→ gh api -X PUT repos/contoso/ml/environments/prod-platform" in printed
    assert "ok       files: " in printed
