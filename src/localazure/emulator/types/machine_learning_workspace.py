"""Azure ML workspaces: what they need, what they are born with, and that a deleted one keeps its name.

Source: models Workspace and WorkspaceProperties of 2025-12-01; concept-soft-delete; how-to-managed-network ("one way").
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import default_datastores, private_link, soft_delete
from ..arm import managed_identity
from ..arm.errors import ArmError, bad_request
from ..arm.ids import ArmId
from ..store import Body, Resource
from . import workspace_actions
from .base import Action, Call, ResourceType
from .private_link_resources import list_resources

if TYPE_CHECKING:
    from ..cloud import Cloud

KINDS = ("Default", "Hub", "Project", "FeatureStore")
_KEPT = 14 * soft_delete.DAY
_NEEDED = {"storageAccount": "Microsoft.Storage/storageAccounts", "keyVault": "Microsoft.KeyVault/vaults"}
_OPTIONAL = {
    "applicationInsights": "Microsoft.Insights/components",
    "containerRegistry": "Microsoft.ContainerRegistry/registries",
}
_ISOLATION = ("Disabled", "AllowInternetOutbound", "AllowOnlyApprovedOutbound")


class MachineLearningWorkspace(ResourceType):
    type = "Microsoft.MachineLearningServices/workspaces"
    immutable = (
        "kind",
        "properties.storageAccount",
        "properties.keyVault",
        "properties.hubResourceId",
        "properties.hbiWorkspace",
    )

    def admit(self, call: Call) -> None:
        if call.existing is None and soft_delete.find(call.cloud, call.id) is not None:
            raise bad_request(
                "BadRequest", "Soft-deleted workspace exists. Please purge or recover it. https://aka.ms/wsoftdelete"
            )
        kind, given = _kind(call.body), call.body["properties"]
        if not call.body.get("location"):
            raise bad_request(
                "LocationRequired", "The location property is required for this definition.", target="location"
            )
        if kind == "Project":
            _reference(call, "hubResourceId", self.type, required=True)
            borrowed = [name for name in (*_NEEDED, *_OPTIONAL) if given.get(name) and call.existing is None]
            if borrowed:
                raise bad_request(
                    "ValidationError", f"A project takes {', '.join(borrowed)} from its hub; leave them out."
                )
        else:
            for name, wanted in {**_NEEDED, **_OPTIONAL}.items():
                _reference(call, name, wanted, required=name in _NEEDED)
        if call.existing is not None:
            _admit_isolation(given, call.existing.properties)

    def compose(self, call: Call) -> Resource:
        before = call.existing.properties if call.existing else {}
        kind, given = _kind(call.body), call.body["properties"]
        properties: Body = {
            "friendlyName": call.id.name,
            "description": "",
            "hbiWorkspace": False,
            "publicNetworkAccess": "Enabled",
            "systemDatastoresAuthMode": "accesskey",
            "v1LegacyMode": False,
            "enableDataIsolation": kind != "Default",
            "managedNetwork": {"isolationMode": "Disabled"},
            **(_of_hub(call) if kind == "Project" else {}),
            **given,
            "workspaceId": before.get("workspaceId") or str(uuid.uuid4()),
            "tenantId": call.cloud.settings.tenant_id,
            "storageHnsEnabled": False,
        }
        body = {**managed_identity.of(call, default=managed_identity.SYSTEM), "kind": kind}
        sku = call.body.get("sku") or {"name": "Basic", "tier": "Basic"}
        return Resource(call.id, {**body, "sku": sku, "properties": properties})

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        base = cloud.settings.base_url
        computed: Body = {"discoveryUrl": f"{base}/discovery", "mlFlowTrackingUri": cloud.tracking.uri(resource.id)}
        if str(resource.body.get("kind")) == "Hub":
            projects = [found for found in cloud.store.of_type(self.type) if _hub(found) == resource.id.key]
            computed["associatedWorkspaces"] = [project.id.text for project in projects]
        return private_link.with_connections(cloud.store, resource).with_properties(**computed).body

    async def provision(self, cloud: Cloud, resource: Resource) -> Resource | None:
        await default_datastores.create(cloud, resource)
        return None

    def dismiss(self, call: Call) -> Resource | None:
        """`forceToPurge` deletes for good, also what was only soft-deleted before."""
        purge = next((v for k, v in call.query.items() if k.lower() == "forcetopurge"), "").lower() == "true"
        if call.existing is None:
            if purge:
                soft_delete.purge(call.cloud, call.id)
            return None
        projects = [c.id.name for c in call.cloud.store.of_type(self.type) if _hub(c) == call.existing.id.key]
        if projects:
            raise ArmError(
                409, "Conflict", f"The hub '{call.id.name}' has projects: {', '.join(projects)}. Delete them first."
            )
        return Resource(call.existing.id, call.existing.body, {**call.existing.secret, "purge": purge})

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        if not resource.secret.get("purge"):
            soft_delete.keep(cloud, resource, _KEPT)

    def actions(self) -> Mapping[str, Action]:
        return {**workspace_actions.ACTIONS, "GET privateLinkResources": list_resources}


def _kind(body: Mapping[str, Any]) -> str:
    """Canonical casing; raises ArmError 400 for a kind there is not."""
    given = str(body.get("kind") or KINDS[0])
    found = next((kind for kind in KINDS if kind.lower() == given.lower()), None)
    if found is None:
        raise bad_request(
            "ValidationError", f"'{given}' is no kind of workspace; allowed values: {', '.join(KINDS)}.", target="kind"
        )
    return found


def _reference(call: Call, name: str, wanted: str, *, required: bool) -> None:
    value = call.body["properties"].get(name)
    if not value:
        if required:
            raise bad_request(
                "ValidationError", f"Missing dependent resource: '{name}' is required.", target=f"properties.{name}"
            )
        return
    found = call.cloud.store.get(ArmId(value))
    if found is None or found.type.lower() != wanted.lower():
        raise bad_request("ValidationError", f"'{value}' is no {wanted} that exists.", target=f"properties.{name}")


def _of_hub(call: Call) -> Body:
    """What a project shares with its hub."""
    hub = call.cloud.store.get(ArmId(call.body["properties"]["hubResourceId"]))
    assert hub is not None, "`admit` has seen it"
    return {name: hub.properties[name] for name in (*_NEEDED, *_OPTIONAL) if hub.properties.get(name)}


def _hub(workspace: Resource) -> str:
    return ArmId(str(workspace.properties.get("hubResourceId") or "")).key


def _admit_isolation(given: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """A managed network grows stricter, never looser."""
    old = str((before.get("managedNetwork") or {}).get("isolationMode", _ISOLATION[0]))
    new = str((given.get("managedNetwork") or {}).get("isolationMode", old))
    if _ISOLATION.index(new) < _ISOLATION.index(old):
        raise bad_request(
            "ValidationError",
            f"The managed network is {old}; it can't go back to {new}.",
            target="properties.managedNetwork.isolationMode",
        )
