"""What preflight asks of Azure, at the local Azure: names, deleted vaults, usages, registrations, rights."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from amlops.azure import Azure
from amlops.config import Names, Repository, load_environment
from amlops.stacks import Result, StackName
from amlops.stacks.events import Change
from amlops.stacks.preflight import Situation, check, reach, read
from tests.support.cloud import LocalCloud

from .rehearsal import as_it_was, rehearsal, unique
from .test_azure_edge import azure_of

__all__ = ["as_it_was", "rehearsal"]

pytestmark = pytest.mark.client
LOCAL = load_environment(Repository(Path(__file__).parents[2]), "local")
STACK = StackName("local", "local", "platform")
CHURN = StackName("local.churn", "local", "deployment", "churn")


@pytest.fixture
def azure(rehearsal: LocalCloud) -> Azure:
    return azure_of(rehearsal)


def _create(token: str, **inputs: Any) -> Change:
    token = f"azure-native:{token}"
    return Change(f"urn:pulumi:local::azureml::{token}::it", token, "create", inputs=inputs)


def _read(azure: Azure, *changes: Change) -> Situation:
    return read(azure, LOCAL, STACK, Result(STACK, {}, changes, changes))


def _group(azure: Azure) -> str:
    name = unique("rg")
    azure.put(f"/subscriptions/{azure.subscription}/resourceGroups/{name}", "2024-03-01", {"location": LOCAL.region})
    return name


def _vault(azure: Azure, group: str, name: str) -> str:
    id = f"/subscriptions/{azure.subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{name}"
    sku = {"family": "A", "name": "standard"}
    properties: Mapping[str, Any] = {
        "tenantId": azure.variables["AZURE_TENANT_ID"],
        "sku": sku,
        "enableRbacAuthorization": True,
    }
    azure.put(id, "2024-11-01", {"location": LOCAL.region, "properties": properties})
    return id


def test_plan_without_changes_asks_nothing(azure: Azure, rehearsal: LocalCloud) -> None:
    """Every run goes through preflight; one that changes nothing costs no request."""
    mark = rehearsal.control("GET", "trace")["mark"]
    assert check(_read(azure)) == ()
    seen = rehearsal.control("GET", f"trace?since={mark}")["requests"]
    assert not [request for request in seen if "/subscriptions" in request["path"]]


def test_name_of_somebody_else_is_not_free(azure: Azure) -> None:
    """Azure's own check says so; a name of what is there under the very id is no new name."""
    group, other, name = _group(azure), _group(azure), f"kv{uuid.uuid4().hex[:10]}"
    _vault(azure, other, name)
    wanted = _create("keyvault:Vault", resourceGroupName=group, vaultName=name)
    found = check(_read(azure, wanted))
    assert [item.check for item in found] == ["names"]
    mine = _create("keyvault:Vault", resourceGroupName=other, vaultName=name)
    assert check(_read(azure, mine)) == ()


def test_deleted_vault_is_found_with_its_date(azure: Azure) -> None:
    """It holds the name until then."""
    group, name = _group(azure), f"kv{uuid.uuid4().hex[:10]}"
    azure.delete(_vault(azure, group, name), "2024-11-01")
    situation = _read(azure, _create("keyvault:Vault", resourceGroupName=group, vaultName=name))
    assert [text[:2] for text in situation.said.deleted.values()] == ["20"]
    assert "soft-deleted" in [item.check for item in check(situation)]


def test_quota_of_the_region_is_read(azure: Azure, rehearsal: LocalCloud) -> None:
    """Family by family, and the sizes that belong to them: what is missing is known before anything is made."""
    deployment = _create(
        "machinelearningservices:OnlineDeployment",
        resourceGroupName="rg",
        workspaceName="ws",
        endpointName="ep",
        deploymentName="r-1",
        sku={"name": "Default", "capacity": 1},
        properties={"instanceType": "Standard_DS3_v2"},
    )
    situation = _read(azure, deployment)
    family = situation.said.sizes["standard_ds3_v2"].family
    assert check(situation) == ()
    body = {"location": LOCAL.region, "family": family, "limit": 4}
    rehearsal.control("PUT", "quotas", body)
    assert [(item.check, item.severity) for item in check(_read(azure, deployment))] == [("quota", "error")]
    rehearsal.control("PUT", "quotas", {**body, "limit": 100})


def test_missing_registration_is_found(azure: Azure, rehearsal: LocalCloud) -> None:
    """Before Azure refuses the first resource of it."""
    rehearsal.control("PUT", "registrations", {"namespace": "Microsoft.KeyVault", "state": "NotRegistered"})
    vault = _create("keyvault:Vault", resourceGroupName="rg", vaultName=f"kv{uuid.uuid4().hex[:10]}")
    assert "registrations" in [item.check for item in check(_read(azure, vault))]
    rehearsal.control("PUT", "registrations", {"namespace": "Microsoft.KeyVault", "state": "Registered"})
    assert check(_read(azure, vault)) == ()


def test_rights_are_asked_by_the_identity_itself(azure: Azure, rehearsal: LocalCloud) -> None:
    """Nobody's without a role; a role that was granted a moment ago counts when it is effective."""
    caller = rehearsal.new_caller(unique("deployer"))
    keys = {"AZURE_CLIENT_ID": caller.client_id, "AZURE_CLIENT_SECRET": caller.client_secret}
    theirs = azure_of(rehearsal, **keys)
    group = Names(LOCAL).resource_group
    for stack in (STACK, CHURN):
        (finding,) = check(reach(theirs, LOCAL, stack))
        assert (finding.check, group in finding.where) == ("rights", True)
    rehearsal.control("PUT", "access", {"delaySeconds": 600})
    scope = f"/subscriptions/{rehearsal.subscription_id}"
    role = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"
    who = {"principalId": caller.object_id, "principalType": "ServicePrincipal", "roleDefinitionId": role}
    id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    azure.put(id, "2022-04-01", {"properties": who})
    assert check(reach(theirs, LOCAL, STACK))
    rehearsal.advance(601)
    assert check(reach(theirs, LOCAL, STACK)) == ()
    rehearsal.control("PUT", "access", {"delaySeconds": 0})


def test_what_may_not_be_read_is_told(azure: Azure, rehearsal: LocalCloud) -> None:
    """Nothing is concluded from it, and nothing fails."""
    caller = rehearsal.new_caller(unique("narrow"))
    keys = {"AZURE_CLIENT_ID": caller.client_id, "AZURE_CLIENT_SECRET": caller.client_secret}
    vault = _create("keyvault:Vault", resourceGroupName="rg", vaultName=f"kv{uuid.uuid4().hex[:10]}")
    situation = _read(azure_of(rehearsal, **keys), vault)
    assert len(situation.said.unread) == 3
    assert check(situation) == ()
