"""The four datastores that a workspace is born with, on its own storage account.

Source: azure-docs, "Data concepts in Azure Machine Learning", default datastores; the working directory's share has the
same name in every workspace. The types/machine_learning_workspace.py calls `create` in its `provision`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .arm.errors import bad_request
from .arm.ids import ArmId
from .store import Body, Resource

if TYPE_CHECKING:
    from .cloud import Cloud

DEFAULT = "workspaceblobstore"
_WORKING_DIRECTORY = "code-391ff5ac-6576-460f-ba4d-7e03433c68b6"


async def create(cloud: Cloud, workspace: Resource) -> None:
    """Make them and their containers, where they aren't there. Raises ArmError 400 without a storage account."""
    account_id = ArmId(str(workspace.properties.get("storageAccount") or ""))
    account, guid = account_id.name.lower(), str(workspace.properties["workspaceId"])
    if not account or cloud.accounts.get(account) is None:
        raise bad_request(
            "ValidationError",
            f"The storage account '{account_id}' of the workspace '{workspace.id.name}' was not found.",
            target="properties.storageAccount",
        )
    blobs = {DEFAULT: f"azureml-blobstore-{guid}", "workspaceartifactstore": "azureml"}
    shares = {"workspacefilestore": f"azureml-filestore-{guid}", "workspaceworkingdirectory": _WORKING_DIRECTORY}
    for container in blobs.values():
        await cloud.blobs.create_container(account, container)
    by_key = str(workspace.properties.get("systemDatastoresAuthMode", "accesskey")).lower() == "accesskey"
    common: Body = {
        "description": None,
        "tags": {},
        "properties": {},
        "credentials": {"credentialsType": "AccountKey" if by_key else "None"},
        "subscriptionId": account_id.subscription,
        "resourceGroup": account_id.resource_group,
        "accountName": account,
        "endpoint": cloud.settings.storage_suffix,
        "protocol": "https",
    }
    identity = "None" if by_key else "WorkspaceSystemAssignedIdentity"
    made: dict[str, Body] = {
        **{name: {"datastoreType": "AzureBlob", "containerName": value} for name, value in blobs.items()},
        **{name: {"datastoreType": "AzureFile", "fileShareName": value} for name, value in shares.items()},
    }
    now = cloud.clock.iso()
    signed = {
        "createdAt": now,
        "createdByType": "Application",
        "lastModifiedAt": now,
        "lastModifiedByType": "Application",
    }
    with cloud.store.transaction():
        for name, place in made.items():
            datastore = workspace.id.child("datastores", name)
            if cloud.store.get(datastore) is None:
                whole = {**common, **place, "serviceDataAccessAuthIdentity": identity, "isDefault": name == DEFAULT}
                cloud.store.put(Resource(datastore, {"properties": whole, "systemData": signed}, {"account": account}))
