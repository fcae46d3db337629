"""What bootstrap wants of an environment: who gets which role where, and nothing beyond."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlops.config import PLATFORM, Names, Repository, load_environment, roles
from amlops.workflows.realm.bootstrap import contains
from amlops.workflows.realm.foundation import Foundation, Grant, assignment, only

ROOT = Path(__file__).parents[4]
SHARED = "/subscriptions/3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c001"
TEAM = "diabetes-research"


def _foundation(name: str, *, releases: bool = False) -> Foundation:
    return Foundation(load_environment(Repository(ROOT), name), "contoso/ml", releases=releases)


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_team_reaches_its_own_container_and_secret_only(name: str) -> None:
    """Of what the state needs, a team's identity gets its own container and phrase; in the environment it reads."""
    wanted = _foundation(name)
    mine = {(grant.role, grant.scope) for grant in wanted.grants() if grant.who == TEAM}
    assert mine == {
        (roles.BLOB_DATA_CONTRIBUTOR, f"{wanted.account}/blobServices/default/containers/{name}-{TEAM}"),
        (roles.BLOB_DELEGATOR, wanted.account),
        (roles.KEY_VAULT_SECRETS_USER, f"{wanted.vault}/secrets/{name}-{TEAM}"),
        (roles.READER, wanted.subscription),
    }


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_platform_grants_by_a_condition_and_changes_no_other_subscription(name: str) -> None:
    """A platform's identity is contributor of its subscription; where it may grant roles, a condition names them."""
    wanted = _foundation(name)
    mine = [grant for grant in wanted.grants() if grant.who == PLATFORM]
    assert [grant.scope for grant in mine if grant.role == roles.CONTRIBUTOR] == [wanted.subscription]
    granting = [grant for grant in mine if grant.role == roles.RBAC_ADMINISTRATOR]
    assert granting[0].scope == wanted.subscription
    assert granting[1].scope == f"{SHARED}/resourceGroups/rg-cml-shared-registry/providers/" + (
        "Microsoft.MachineLearningServices/registries/mlr-cml-shared"
    )
    for grant in granting:
        assert grant.condition is not None
        assert roles.RBAC_ADMINISTRATOR not in grant.condition
    assert all(grant.later == (grant is granting[1]) for grant in mine)


def test_condition_is_that_of_the_documentation() -> None:
    """Writing and deleting of role assignments, each only for the roles named. Source: docs/azure.md 7."""
    action = "(!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{}'}}))"
    role = "{}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{a, b}}"
    write = f"({action.format('write')} OR ({role.format('@Request')}))"
    delete = f"({action.format('delete')} OR ({role.format('@Resource')}))"
    assert only(("a", "b")) == f"{write} AND {delete}"
    grant = Grant(PLATFORM, "role", "/subscriptions/s/resourceGroups/g", only(("a",)))
    properties = assignment(grant, "principal", "ServicePrincipal", "name").body["properties"]
    assert properties["conditionVersion"] == "2.0"
    assert properties["roleDefinitionId"] == ("/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/role")


def test_everything_lies_where_the_registry_is() -> None:
    """Nobody who may change an environment can change whom it trusts, or where its state is."""
    wanted = _foundation("dev", releases=True)
    made = [*wanted.resources(), *(one.wanted for one in wanted.identities())]
    assert all(one.id.startswith(f"{SHARED}/resourceGroups/rg-cml-shared-state") for one in made)
    assert all(one.body["location"] == "westeurope" for one in made if "location" in one.body)


def test_identities_trust_their_github_environment() -> None:
    """One identity a realm, which takes the tokens of its GitHub environment in this repository only."""
    found = {one.realm: one.trust.body["properties"] for one in _foundation("dev", releases=True).identities()}
    assert sorted(found) == ["dev-diabetes-research", "dev-ml-platform", "dev-platform", "dev-release"]
    for realm, trust in found.items():
        assert trust["subject"] == f"repo:contoso/ml:environment:{realm}"
        assert trust["audiences"] == ["api://AzureADTokenExchange"]
        assert trust["issuer"] == "https://token.actions.githubusercontent.com"


def test_registry_has_a_platform_realm_and_no_team() -> None:
    """`shared` holds a registry only: one container, one identity."""
    wanted = _foundation("shared")
    assert wanted.actors == (PLATFORM,)
    assert {grant.role for grant in wanted.grants()} == {
        roles.BLOB_DATA_CONTRIBUTOR,
        roles.BLOB_DELEGATOR,
        roles.KEY_VAULT_SECRETS_USER,
        roles.CONTRIBUTOR,
        roles.RBAC_ADMINISTRATOR,
    }


def test_private_network_needs_its_namespace() -> None:
    """Who applies may register nothing, so bootstrap registers all that the programs declare, and no more."""
    assert ("Microsoft.Network" in {name for _, name in _foundation("prod").registrations()}) is True
    assert ("Microsoft.Network" in {name for _, name in _foundation("dev").registrations()}) is False


@pytest.mark.parametrize("prefix", ["cml", "contosom"])
def test_names_fit_azures_limits(prefix: str) -> None:
    """The longest prefix and the longest environment still give names that Azure takes."""
    found = load_environment(Repository(ROOT), "shared")
    settings = found.settings.model_copy(update={"prefix": prefix})
    names = Names(type(found)("abcdefghijkl", settings))
    assert len(names.state_storage) <= 24
    assert names.state_storage.isalnum()
    assert len(names.state_vault) <= 24
    assert not names.state_vault.endswith("-")
    assert len(names.realm("a" * 40)) <= 63


def test_what_azure_adds_is_no_difference() -> None:
    """Run again, bootstrap leaves alone what holds what it wants, in whatever case Azure writes it."""
    wanted = {"location": "westeurope", "properties": {"a": True, "list": ["x"]}}
    assert contains({"id": "1", "location": "WestEurope", "properties": {"a": True, "list": ["x"], "b": 2}}, wanted)
    assert not contains({"location": "westeurope", "properties": {"a": False, "list": ["x"]}}, wanted)
    assert not contains({"location": "westeurope"}, wanted)
