"""The adapter against the emulator: each type lives through create, refresh, import, update and delete."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from localazure.pulumi.arm.client import ArmClient
from localazure.pulumi.arm.credential import Credential
from localazure.pulumi.arm.settings import Settings
from localazure.pulumi.arm.transport import Transport
from localazure.pulumi.check import Request, check
from localazure.pulumi.crud import Crud, Stored
from localazure.pulumi.diff import diff
from localazure.pulumi.errors import AdapterError
from localazure.pulumi.invoke import Invoker
from localazure.pulumi.resource_type import Catalog, ResourceType
from localazure.pulumi.values import plain
from tests.support.cloud import LocalCloud

pytestmark = pytest.mark.emulator_only
ML = "machinelearningservices"


@dataclass
class Adapter:
    """The adapter's parts, and a resource group with a workspace to work in."""

    catalog: Catalog
    crud: Crud
    invoker: Invoker
    subscription: str
    tenant: str
    group: str

    def check(self, name: str, inputs: dict[str, Any]) -> tuple[ResourceType, dict[str, Any]]:
        """The type and the complete inputs; the location comes from the configuration."""
        kind = self.catalog.type(f"azure-native:{name}")
        checked = check(kind, Request("lab", {}, inputs), location="westeurope", group_location=lambda _: None)
        assert checked.problems == ()
        return kind, checked.inputs

    def create(self, name: str, inputs: dict[str, Any]) -> Stored:
        kind, complete = self.check(name, inputs)
        return self.crud.create(kind, complete, 0)


@pytest.fixture(scope="module")
def adapter(cloud: LocalCloud) -> Iterator[Adapter]:
    settings = Settings(
        endpoint=cloud.endpoint,
        tenant_id=cloud.tenant_id,
        subscription_id=cloud.subscription_id,
        client_id=cloud.owner.client_id,
        client_secret=cloud.owner.client_secret,
        ca_file=cloud.ca,
    )
    transport = Transport.trusting(settings.ca_file, threading.Event())
    credential = Credential(settings, transport)
    client = ArmClient(settings, transport, credential)
    catalog, group = Catalog(), f"rg-{uuid.uuid4().hex[:8]}"
    crud = Crud(client)
    made = Adapter(
        catalog,
        crud,
        Invoker(catalog, client, credential, settings),
        settings.subscription_id,
        settings.tenant_id,
        group,
    )
    held = made.create("resources:ResourceGroup", {"resourceGroupName": group})
    yield made
    crud.delete(catalog.type("azure-native:resources:ResourceGroup"), held.resource_id, 0)


@pytest.fixture(scope="module")
def workspace(adapter: Adapter) -> dict[str, Any]:
    """Path arguments of a workspace with a storage account and a vault."""
    inside = {"resourceGroupName": adapter.group}
    tail = uuid.uuid4().hex[:8]
    account = {"accountName": f"st{tail}", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
    storage = adapter.create("storage:StorageAccount", {**inside, **account}).resource_id
    properties = {"tenantId": adapter.tenant, "sku": {"family": "A", "name": "standard"}}
    vault = adapter.create(
        "keyvault:Vault", {**inside, "vaultName": f"kv-{tail}", "properties": properties}
    ).resource_id
    own = {"identity": {"type": "SystemAssigned"}, "storageAccount": storage, "keyVault": vault}
    adapter.create(f"{ML}:Workspace", {**inside, "workspaceName": f"mlw-{tail}", **own})
    return {**inside, "workspaceName": f"mlw-{tail}"}


def live(adapter: Adapter, name: str, inputs: dict[str, Any]) -> Stored:
    """The whole life of one resource; gives it as it was made."""
    kind, complete = adapter.check(name, inputs)
    made = adapter.crud.create(kind, complete, 0)
    with pytest.raises(AdapterError, match="already existing"):
        adapter.crud.create(kind, complete, 0)

    fresh = adapter.crud.read(kind, made.resource_id, made.inputs, made.outputs)
    assert fresh is not None
    assert fresh.inputs == made.inputs, "a refresh of what nobody touched changes nothing"
    assert diff(kind, fresh.inputs, fresh.outputs, complete).changes == ()

    imported = adapter.crud.read(kind, made.resource_id, None, {})
    assert imported is not None
    lost = [c for c in diff(kind, imported.inputs, imported.outputs, complete).changes if c.change.value != "delete"]
    assert lost == [], "an import finds at least what was declared"

    changed = dict(complete)
    if "tags" in kind.inputs.fields:
        changed["tags"] = {"touched": "yes"}
    updated = adapter.crud.update(kind, made.resource_id, complete, changed, 0)
    assert updated.outputs.get("tags", {}) == changed.get("tags", {})

    adapter.crud.delete(kind, made.resource_id, 0)
    assert adapter.crud.read(kind, made.resource_id, changed, updated.outputs) is None
    return made


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("storage:StorageAccount", {"accountName": "st{tail}", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}),
        ("operationalinsights:Workspace", {"workspaceName": "log-{tail}", "sku": {"name": "PerGB2018"}}),
        ("containerregistry:Registry", {"registryName": "acr{tail}", "sku": {"name": "Premium"}}),
        ("managedidentity:UserAssignedIdentity", {"resourceName": "id-{tail}"}),
        (
            f"{ML}:Registry",
            {
                "registryName": "mlr-{tail}",
                "identity": {"type": "SystemAssigned"},
                "regionDetails": [
                    {
                        "location": "westeurope",
                        "acrDetails": [{"systemCreatedAcrAccount": {"acrAccountSku": "Premium"}}],
                        "storageAccountDetails": [
                            {
                                "systemCreatedStorageAccount": {
                                    "storageAccountHnsEnabled": False,
                                    "storageAccountType": "Standard_LRS",
                                }
                            }
                        ],
                    }
                ],
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_type_of_a_group_lives(adapter: Adapter, name: str, own: dict[str, Any]) -> None:
    """Platform resources that need nothing but a resource group."""
    tail = uuid.uuid4().hex[:8]
    named = {k: v.replace("{tail}", tail) if isinstance(v, str) else v for k, v in own.items()}
    live(adapter, name, {"resourceGroupName": adapter.group, **named})


def test_application_insights_lives(adapter: Adapter) -> None:
    """Its PascalCase answers give the SDK's outputs."""
    inside = {"resourceGroupName": adapter.group}
    tail = uuid.uuid4().hex[:8]
    log = adapter.create("operationalinsights:Workspace", {**inside, "workspaceName": f"log-{tail}"}).resource_id
    own = {"resourceName": f"appi-{tail}", "kind": "web", "applicationType": "web", "workspaceResourceId": log}
    made = live(adapter, "applicationinsights:Component", {**inside, **own})
    assert made.outputs["instrumentationKey"]
    assert made.outputs["connectionString"].startswith("InstrumentationKey=")


def test_private_endpoint_lives(adapter: Adapter) -> None:
    """What Azure answers of its connection is no change; another subnet makes it anew, after the old one is gone."""
    inside, tail = {"resourceGroupName": adapter.group}, uuid.uuid4().hex[:8]
    account = {"accountName": f"st{tail}", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
    target = adapter.create("storage:StorageAccount", {**inside, **account}).resource_id
    network = f"/subscriptions/{adapter.subscription}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/v"
    asked = {
        **inside,
        "privateEndpointName": f"pe-{tail}",
        "subnet": {"id": f"{network}/subnets/one"},
        "privateLinkServiceConnections": [
            {"name": f"pe-{tail}", "privateLinkServiceId": target, "groupIds": ["blob"]},
        ],
    }
    made = live(adapter, "network:PrivateEndpoint", asked)
    (link,) = plain(made.outputs)["privateLinkServiceConnections"]
    assert link["privateLinkServiceConnectionState"]["status"] == "Approved"
    kind, complete = adapter.check("network:PrivateEndpoint", asked)
    elsewhere = {**complete, "subnet": {"id": f"{network}/subnets/two"}}
    found = diff(kind, made.inputs, made.outputs, elsewhere)
    assert (found.replaces, found.delete_first) == (("subnet",), True)
    again = adapter.crud.create(kind, elsewhere, 0)
    assert plain(again.outputs)["subnet"]["id"].endswith("/two")
    adapter.crud.delete(kind, again.resource_id, 0)


def test_role_assignment_lives(adapter: Adapter, workspace: dict[str, Any]) -> None:
    """Its path begins with any other resource's id; without a name it gets a uuid."""
    identity = {"resourceGroupName": adapter.group, "resourceName": f"id-{uuid.uuid4().hex[:8]}"}
    principal = adapter.create("managedidentity:UserAssignedIdentity", identity).outputs["principalId"]
    scope = f"/subscriptions/{adapter.subscription}/resourceGroups/{adapter.group}"
    role = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    definition = f"/subscriptions/{adapter.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    kind = adapter.catalog.type("azure-native:authorization:RoleAssignment")
    own = {
        "scope": scope,
        "principalId": principal,
        "principalType": "ServicePrincipal",
        "roleDefinitionId": definition,
    }
    made = adapter.create("authorization:RoleAssignment", own)
    fresh = adapter.crud.read(kind, made.resource_id, made.inputs, made.outputs)
    assert fresh is not None
    assert fresh.inputs == made.inputs
    adapter.crud.delete(kind, made.resource_id, 0)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        (
            "Compute",
            {
                "computeName": "cpu-{tail}",
                "properties": {
                    "computeType": "AmlCompute",
                    "properties": {
                        "vmSize": "Standard_DS3_v2",
                        "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 1},
                    },
                },
            },
        ),
        (
            "OnlineEndpoint",
            {"endpointName": "ep-{tail}", "identity": {"type": "SystemAssigned"}, "properties": {"authMode": "Key"}},
        ),
        ("ModelContainer", {"name": "model-{tail}", "properties": {"description": "d"}}),
        ("EnvironmentContainer", {"name": "env-{tail}", "properties": {"description": "d"}}),
        ("DataContainer", {"name": "data-{tail}", "properties": {"dataType": "uri_folder"}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_type_of_a_workspace_lives(adapter: Adapter, workspace: dict[str, Any], name: str, own: dict[str, Any]) -> None:
    """What a workspace holds."""
    tail = uuid.uuid4().hex[:8]
    named = {k: v.replace("{tail}", tail) if isinstance(v, str) else v for k, v in own.items()}
    live(adapter, f"{ML}:{name}", {**workspace, **named})


def test_functions_read_and_list_keys(adapter: Adapter, workspace: dict[str, Any]) -> None:
    """What programs ask for: the live endpoint, its keys, keys of workspace and storage, who they are."""
    name = f"ep-{uuid.uuid4().hex[:8]}"
    adapter.create(f"{ML}:OnlineEndpoint", {**workspace, "endpointName": name, "properties": {"authMode": "Key"}})
    here = {**workspace, "endpointName": name}
    ask = adapter.invoker.invoke
    assert ask(f"azure-native:{ML}:getOnlineEndpoint", here)["properties"]["authMode"].lower() == "key"
    assert plain(ask(f"azure-native:{ML}:listOnlineEndpointKeys", here))["primaryKey"]
    assert plain(ask(f"azure-native:{ML}:listWorkspaceKeys", workspace))["userStorageKey"]
    assert ask(f"azure-native:{ML}:getWorkspace", workspace)["storageAccount"].startswith("/subscriptions/")
    assert ask("azure-native:authorization:getClientConfig", {})["tenantId"] == adapter.tenant
