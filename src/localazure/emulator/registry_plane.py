"""The data plane of ML registries, as azure-ai-ml's `MLClient(registry_name=…)` uses it.

The client asks for a registry by name, gets the address of the "management front end", and sends the registry's ARM
paths there, with two more for files: `tempdatarefs` gives a place to upload to, `datarefs` one to read from.
Source: azure-ai-ml 1.35, _utils/_registry_utils.py and _restclient/registry_discovery.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from . import private_link
from .arm.errors import ArmError, bad_request, forbidden, not_found
from .arm.ids import ArmId
from .data_plane import answering, not_in_network, principal_of
from .pending_uploads import upload_place
from .registry_references import asset_name, read_reference
from .storage.blob_places import ML, registry_named
from .store import Resource

if TYPE_CHECKING:
    from .cloud import Cloud

FRONT_END = "/mferp/managementfrontend"
_REGISTRY = (
    f"{FRONT_END}/subscriptions/{{subscription}}/resourceGroups/{{group}}/providers/{ML}/registries/{{registry}}"
)


class RegistryPlane:
    """Routes of the registries' data plane."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> list[BaseRoute]:
        asset = "/{name}/versions/{version}"
        return [
            Route("/registrymanagement/v1.0/registries/{registry}/discovery", answering(self._discovery)),
            Route(f"{_REGISTRY}/tempdatarefs{asset}", answering(self._upload), methods=["PUT"]),
            Route(f"{_REGISTRY}/datarefs{asset}", answering(self._download), methods=["POST"]),
            Mount(FRONT_END, app=_to_arm),
        ]

    async def _discovery(self, request: Request) -> Response:
        principal_of(self._cloud, request)
        name = request.path_params["registry"]
        registry = registry_named(self._cloud.store, name)
        if registry is None:
            raise ArmError(404, "NotFound", f"The registry '{name}' was not found.")
        location = str(registry.body.get("location", ""))
        regions = [str(detail.get("location", "")) for detail in registry.properties.get("regionDetails") or []]
        return JSONResponse(
            {
                "registryName": registry.id.name,
                "tenantId": self._cloud.settings.tenant_id,
                "primaryRegion": location,
                "regions": regions or [location],
                "subscriptionId": registry.id.subscription,
                "resourceGroup": registry.id.resource_group,
                "workspaceName": None,
                "primaryRegionResourceProviderUri": f"{self._cloud.settings.base_url}/",
                "registryFqdns": {
                    region: {"uri": f"{self._cloud.settings.base_url}/"} for region in regions or [location]
                },
            }
        )

    async def _upload(self, request: Request) -> Response:
        """A new container of the registry's own storage. 409 where the version is there: the client then skips it."""
        registry = self._registry(request, "write")
        body = await _json(request)
        upload = str(body.get("temporaryDataReferenceId") or uuid.uuid4())
        place = await upload_place(self._cloud, asset_name(body).within(registry.id), upload)
        return JSONResponse(
            {
                "temporaryDataReferenceId": upload,
                "temporaryDataReferenceType": "TemporaryBlobReference",
                "blobReferenceForConsumption": place,
            }
        )

    async def _download(self, request: Request) -> Response:
        """The container of an asset's files, to read; only of the registry's own storage."""
        registry = self._registry(request, "read")
        return JSONResponse(await read_reference(self._cloud, registry, await _json(request)))

    def _registry(self, request: Request, verb: str) -> Resource:
        principal = principal_of(self._cloud, request)
        path = request.path_params
        asked = ArmId(
            f"/subscriptions/{path['subscription']}/resourceGroups/{path['group']}/providers/{ML}/registries/{path['registry']}"
        )
        action = f"{ML}/registries/assets/{verb}"
        if not self._cloud.access.allowed(principal, action, asked):
            raise forbidden(principal.object_id, action, asked.text)
        registry = self._cloud.store.get(asked)
        if registry is None:
            raise not_found(asked.text)
        if not private_link.is_reachable(self._cloud.store, registry, private_link.REGISTRY):
            raise not_in_network("registry")
        return registry


async def _to_arm(scope: Scope, receive: Receive, send: Send) -> None:
    """The rest of the front end's paths is ARM's, below a prefix and with an api-version of its own form."""
    path, raw = scope["path"].removeprefix(FRONT_END), scope.get("raw_path", b"").removeprefix(FRONT_END.encode())
    query = scope.get("query_string", b"").replace(b"-dataplanepreview", b"-preview")
    await scope["app"]({**scope, "path": path, "raw_path": raw, "root_path": "", "query_string": query}, receive, send)


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError as error:
        raise bad_request("InvalidRequestContent", f"The body is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise bad_request("InvalidRequestContent", "The body must be an object.")
    return body
