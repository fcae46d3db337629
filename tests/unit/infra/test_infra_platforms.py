"""The programs of platforms and registries, for every environment, without a cloud."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from tests.unit.infra import golden
from tests.unit.infra.mocked import SUBSCRIPTION, Azure, declare

from amlops.config import Names, Repository, load_environment, roles
from programs import environment, shared

REPO = Repository(Path(__file__).parents[3])
PLATFORMS = ("local", "dev", "staging", "prod")
REGISTRIES = (("shared", "shared"), ("local", "local.shared"))


@cache
def _platform(name: str) -> Azure:
    found = load_environment(REPO, name)
    return declare(lambda: environment.run(REPO, found, name), name)


def _registry(name: str, stack: str) -> Azure:
    found = load_environment(REPO, name)
    return declare(lambda: shared.run(found, stack), stack)


@pytest.mark.parametrize("name", PLATFORMS)
def test_platform_declares_its_golden_inventory(name: str) -> None:
    """Each platform declares exactly the resources of its golden file."""
    golden.check(name, _platform(name).declared)


@pytest.mark.parametrize(("name", "stack"), REGISTRIES)
def test_registry_declares_its_golden_inventory(name: str, stack: str) -> None:
    """The shared stack, and the local environment's own, declare an ML registry in a group of its own."""
    golden.check(stack, _registry(name, stack).declared)


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_name_comes_from_the_environment(name: str) -> None:
    """No resource is left to auto-naming, and two runs declare the same names."""
    first, second = _platform(name), _platform.__wrapped__(name)
    assert {(item.type, item.name): item.inputs for item in first.declared} == {
        (item.type, item.name): item.inputs for item in second.declared
    }
    for item in first.declared:
        assert item.type.endswith(":ResourceGroup") or any(
            key.endswith(("Name", "name")) and key != "resourceGroupName" for key in item.inputs
        ), item


@pytest.mark.parametrize("name", PLATFORMS)
def test_resources_carry_the_tags_of_environment_and_stack(name: str) -> None:
    """Whatever takes tags says its environment, owner and stack."""
    for item in _platform(name).declared:
        if not item.type.endswith((":RoleAssignment", ":DiagnosticSetting", ":Budget")):
            tags = item.inputs["tags"]
            assert (tags["environment"], tags["owner"], tags["stack"]) == (name, "ml-platform", name)


@pytest.mark.parametrize(("name", "protected"), [("local", False), ("dev", False), ("staging", True), ("prod", True)])
def test_stateful_resources_are_protected_where_the_environment_says_so(name: str, protected: bool) -> None:
    """Pulumi refuses to delete what holds data in staging and prod."""
    stateful = {"resource-group", "storage", "vault", "container-registry", "workspace"}
    kept = {item.name for item in _platform(name).declared if item.protect}
    assert kept == (stateful if protected else set())


def test_prod_is_reached_by_private_endpoints_only() -> None:
    """Nothing of prod answers publicly, and each part has its private endpoint."""
    declared = _platform("prod").declared
    public = [item.inputs["publicNetworkAccess"] for item in declared if "publicNetworkAccess" in item.inputs]
    assert set(public) == {"Disabled"}
    groups = [
        item.inputs["privateLinkServiceConnections"][0]["groupIds"][0]
        for item in declared
        if item.type.endswith(":PrivateEndpoint")
    ]
    assert sorted(groups) == ["amlworkspace", "blob", "file", "registry", "vault"]


@pytest.mark.parametrize(("name", "sources"), [("local", 0), ("dev", 2), ("staging", 2), ("prod", 2)])
def test_workspace_and_vault_send_their_logs(name: str, sources: int) -> None:
    """Who did what is kept in Log Analytics, where there is anybody but oneself."""
    settings = [item for item in _platform(name).declared if item.type.endswith(":DiagnosticSetting")]
    assert len(settings) == sources
    assert all(item.inputs["workspaceId"].endswith(f"log-cml-{name}") for item in settings)


@pytest.mark.parametrize(("name", "amount"), [("dev", 500), ("staging", 1500), ("prod", 6000)])
def test_what_a_platform_costs_is_watched(name: str, amount: int) -> None:
    """A budget of the environment's own group, from the first of a month, that tells the owners."""
    (budget,) = [item.inputs for item in _platform(name).declared if item.type.endswith(":Budget")]
    assert (budget["amount"], budget["scope"]) == (amount, f"/azure/rg-cml-{name}")
    assert budget["timePeriod"]["startDate"].endswith("-01T00:00:00Z")
    assert {tuple(one["contactRoles"]) for one in budget["notifications"].values()} == {("Owner",)}


def test_teams_have_a_group_of_their_own_where_instances_follow_the_load() -> None:
    """What a team's workflow declares beside its endpoints lies where it may write, and nothing else does."""
    declared = _platform("prod").declared
    groups = {item.inputs["resourceGroupName"] for item in declared if item.type.endswith(":ResourceGroup")}
    assert groups == {"rg-cml-prod", "rg-cml-prod-team-diabetes-research", "rg-cml-prod-team-ml-platform"}
    granted = [item for item in declared if item.name == f"deploy-diabetes-research-{roles.CONTRIBUTOR[:8]}-team-group"]
    assert [item.inputs["scope"] for item in granted] == ["/azure/rg-cml-prod-team-diabetes-research"]
    assert not any(item.name.startswith("team-") for item in _platform("dev").declared if "Group" in item.type)


def test_local_takes_the_subscription_of_the_credential() -> None:
    """The local Azure chooses its subscription; role definitions lie in it."""
    roles = [item for item in _platform("local").declared if item.type.endswith(":RoleAssignment")]
    assert roles
    assert all(item.inputs["roleDefinitionId"].startswith(f"/subscriptions/{SUBSCRIPTION}/") for item in roles)


def test_registry_access_is_granted_in_the_registrys_own_subscription() -> None:
    """An environment's identities may read the shared registry, whose id follows from the files alone."""
    home = load_environment(REPO, "shared")
    scopes = {item.inputs["scope"] for item in _platform("dev").declared if "scope" in item.inputs}
    wanted = f"/subscriptions/{home.subscription_id}/resourceGroups/rg-cml-shared-registry/"
    assert any(scope.startswith(wanted) for scope in scopes)


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_deploy_identities_reach_their_own_endpoints_only(name: str) -> None:
    """A team's workflow may change the endpoints of the team's deployments, and has no role on the workspace."""
    mine = [item for item in _platform(name).declared if item.name.startswith("deploy-diabetes-research-")]
    granted = {item.inputs["roleDefinitionId"].rsplit("/", 1)[-1]: item.inputs["scope"] for item in mine}
    endpoint = f"/mlw-cml-{name}/onlineEndpoints/cml-diabetes-progression-{name}"
    assert granted.pop(roles.DATA_SCIENTIST).endswith(endpoint)
    assert granted.pop(roles.MANAGED_IDENTITY_OPERATOR).endswith(f"id-cml-{name}-endpoint")
    assert granted.pop(roles.READER).endswith("/registries/mlr-cml-shared")
    granted.pop(roles.CONTRIBUTOR, None)
    assert granted == {}
    assert {item.inputs["principalType"] for item in mine} == {"ServicePrincipal"}


def test_only_where_releases_are_made_somebody_may_train() -> None:
    """The identity that trains and publishes has roles in the first environment of a deployment, and nowhere else."""
    trains = {name for name in PLATFORMS if any(i.name.startswith("deploy-release-") for i in _platform(name).declared)}
    assert trains == {"dev"}


def test_deploy_identity_is_found_by_the_role_that_bootstrap_gave_it() -> None:
    """Its principal is that of the role whose name follows from the environment's file."""
    found = load_environment(REPO, "dev")
    reader = Names(found).deploy_reader("diabetes-research")
    live = {reader: {"principalId": "11111111-1111-4111-8111-111111111111"}}
    declared = declare(lambda: environment.run(REPO, found, "dev"), "dev", live).declared
    mine = {i.inputs["principalId"] for i in declared if i.name.startswith("deploy-diabetes-research-")}
    assert mine == {"11111111-1111-4111-8111-111111111111"}
