"""Where a client may upload the files of an asset version that isn't there yet: a container of its own, with a SAS.

Source: ARM 2025-12-01, PendingUploadResponseDto; azure-ai-ml, _utils/_asset_utils.py and _registry_utils.py, which
upload into the root of the container and name `blobUri` in the version. Each call gives a new container, so that what
an upload that was cut off left behind is never part of an asset; a `pendingUploadId` given again means the same one.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import TYPE_CHECKING, Any

from .arm.errors import bad_request, conflict, not_found
from .arm.ids import ArmId
from .arm.reply import Reply
from .store import Resource
from .types.base import Call

if TYPE_CHECKING:
    from .cloud import Cloud

_MINUTES = 8 * 60
_TYPES = ("TemporaryBlobReference", "None")


async def start_pending_upload(call: Call) -> Reply:
    """POST …/versions/{version}/startPendingUpload, in workspaces and registries alike."""
    given = str(call.body.get("pendingUploadType") or _TYPES[0])
    if given not in _TYPES:
        raise bad_request(
            "UserError", f"'pendingUploadType': '{given}'; use one of {', '.join(_TYPES)}.", target="pendingUploadType"
        )
    upload = str(call.body.get("pendingUploadId") or uuid.uuid4())
    place = await upload_place(call.cloud, call.id, upload)
    return Reply(200, {"pendingUploadId": upload, "pendingUploadType": given, "blobReferenceForConsumption": place})


async def upload_place(cloud: Cloud, version: ArmId, upload: str) -> dict[str, Any]:
    """The `blobReferenceForConsumption` of an upload. `version` may have an action's name at its end.

    Raises ArmError: 409 for a version that is there already, 400 for an id that is no UUID.
    """
    found = re.match(
        r"(?P<holder>.*/(?:workspaces|registries)/[^/]+)/[^/]+/[^/]+/versions/[^/]+", version.text, re.IGNORECASE
    )
    if found is None:
        raise not_found(version.text)
    if cloud.store.get(ArmId(found.group(0))) is not None:
        raise conflict("UserError", "This asset version already exists; nothing can be uploaded to it.")
    try:
        container = str(uuid.UUID(upload))
    except ValueError as error:
        raise bad_request(
            "UserError", f"'pendingUploadId': '{upload}' is no UUID.", target="pendingUploadId"
        ) from error
    account, account_id = await storage_of(cloud, ArmId(found["holder"]))
    await cloud.blobs.create_container(account, container)
    return reference(cloud, account, account_id, container, "rcwl", _MINUTES)


def reference(
    cloud: Cloud, account: str, account_id: str, container: str, letters: str, minutes: int
) -> dict[str, Any]:
    """A container with a SAS, as the service words it."""
    return {
        "blobUri": cloud.blobs.url(account, container),
        "storageAccountArmId": account_id,
        "credential": {"credentialType": "SAS", "sasUri": cloud.blobs.sas(account, container, letters, minutes)},
    }


async def storage_of(cloud: Cloud, holder: ArmId) -> tuple[str, str]:
    """The storage account of a workspace or a registry: its name and its ARM id. Raises ArmError 404."""
    resource = cloud.store.get(holder)
    if resource is None:
        raise not_found(holder.text)
    if resource.type.lower().endswith("/registries"):
        return await ensure_registry_storage(cloud, resource)
    account_id = str(resource.properties.get("storageAccount", ""))
    account = ArmId(account_id).name.lower()
    if cloud.accounts.get(account) is None:
        raise not_found(account_id)
    return account, account_id


async def ensure_registry_storage(cloud: Cloud, registry: Resource) -> tuple[str, str]:
    """A registry's own account, which the service makes in a resource group of its own; gives name and ARM id."""
    digest = hashlib.sha256(registry.id.key.encode()).hexdigest()
    name = f"{re.sub('[^a-z0-9]', '', registry.id.name.lower())[:14]}{digest[:10]}"
    account_id = ArmId(
        f"/subscriptions/{registry.id.subscription}/resourceGroups/azureml-rg-{registry.id.name}_{uuid.UUID(digest[:32])}"
        f"/providers/Microsoft.Storage/storageAccounts/{name}"
    )
    cloud.accounts.ensure(name, account_id)
    return name, account_id.text


async def delete_registry_storage(cloud: Cloud, registry: Resource) -> None:
    """For the registry type's `retire`: its account goes with it."""
    name, _ = await ensure_registry_storage(cloud, registry)
    await cloud.blobs.empty(name)
    cloud.accounts.drop(name)
