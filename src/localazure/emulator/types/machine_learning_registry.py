"""ML registries: assets that workspaces share. The service makes each a storage account of its own.

Source: models Registry and RegistryProperties of 2025-12-01; how-to-manage-registries (names are unique in the tenant).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import private_link
from ..arm import managed_identity, names
from ..arm.errors import bad_request
from ..arm.ids import ArmId
from ..pending_uploads import delete_registry_storage, ensure_registry_storage
from ..store import Body, Resource
from .base import Call, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud


class MachineLearningRegistry(ResourceType):
    type = "Microsoft.MachineLearningServices/registries"
    immutable = ("location",)

    def admit(self, call: Call) -> None:
        names.check("[a-zA-Z0-9][a-zA-Z0-9_-]{1,32}", call.id, "2 to 33 letters, digits, hyphens and underscores")
        if names.holder(call.cloud.store, call.id) is not None:
            raise names.taken("Conflict", f"The registry name '{call.id.name}' is already in use in this tenant.")
        primary = names.place(str(call.body["location"]))
        regions = call.body["properties"].get("regionDetails") or []
        given = [names.place(str(region.get("location", ""))) for region in regions]
        if primary not in given:
            raise bad_request(
                "ValidationError",
                f"'regionDetails' lacks the registry's own region '{primary}'; it has {', '.join(given) or 'none'}.",
                target="properties.regionDetails",
            )
        if len(set(given)) != len(given):
            raise bad_request("ValidationError", "A region stands twice.", target="properties.regionDetails")

    def compose(self, call: Call) -> Resource:
        properties = {"publicNetworkAccess": "Enabled", **call.body["properties"]}
        return Resource(call.id, {**managed_identity.of(call), "properties": properties})

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        discovery = f"{cloud.settings.base_url}/registrymanagement/v1.0/registries/{resource.id.name}/discovery"
        held = [_joined(resource, one) for one in private_link.connections(cloud.store, resource.id)]
        return resource.with_properties(discoveryUrl=discovery, registryPrivateEndpointConnections=held).body

    async def provision(self, cloud: Cloud, resource: Resource) -> Resource | None:
        """The account, and where it lies; no images are kept, so there is no container registry behind it."""
        name, account_id = await ensure_registry_storage(cloud, resource)
        current = cloud.store.get(resource.id)
        if current is None:
            return None
        regions = [_with_account(region, name, account_id) for region in current.properties["regionDetails"]]
        group = account_id.split("/providers/", 1)[0]
        return current.with_properties(regionDetails=regions, managedResourceGroup={"resourceId": ArmId(group).text})

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        await delete_registry_storage(cloud, resource)


def _joined(registry: Resource, held: Resource) -> Body:
    """A connection as a registry's body has it."""
    properties = {
        "groupIds": [held.secret["group"]],
        "privateEndpoint": held.properties["privateEndpoint"],
        "registryPrivateLinkServiceConnectionState": private_link.state(held),
        "provisioningState": "Succeeded",
    }
    return {"id": held.id.text, "location": registry.body["location"], "properties": properties}


def _with_account(region: Body, name: str, account_id: str) -> Body:
    """The region with its system-created account named; one account serves all regions here."""
    asked = (region.get("storageAccountDetails") or [{}])[0].get("systemCreatedStorageAccount") or {}
    account = {
        "storageAccountType": "Standard_LRS",
        "storageAccountHnsEnabled": False,
        "allowBlobPublicAccess": False,
        **asked,
        "storageAccountName": name,
        "armResourceId": {"resourceId": account_id},
    }
    return {**region, "storageAccountDetails": [{"systemCreatedStorageAccount": account}]}
