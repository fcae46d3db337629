"""Where a URI of Azure ML points to in blob storage.

Source of the forms: azure-ai-ml, constants/_common.py (SHORT_URI_FORMAT, LONG_URI_FORMAT, REGISTRY_ASSET_ID).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ..arm.errors import ArmError, bad_request
from ..arm.ids import ArmId
from ..store import Resource, Store

ML = "Microsoft.MachineLearningServices"
URI_PROPERTIES = ("modelUri", "codeUri", "dataUri")

_SHORT = re.compile(r"azureml://datastores/(?P<datastore>[^/]+)(?:/paths/?(?P<path>.*))?$")
_LONG = re.compile(
    r"azureml://subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    rf"(?:/providers/{re.escape(ML)})?/workspaces/(?P<workspace>[^/]+)/datastores/(?P<datastore>[^/]+)(?:/paths/?(?P<path>.*))?$",
    re.IGNORECASE,
)
_REGISTRY_ASSET = re.compile(
    r"azureml://registries/(?P<registry>[^/]+)/(?P<kind>[^/]+)/(?P<name>[^/]+)/versions/(?P<version>[^/]+)$"
)
_WORKSPACE_ASSET = re.compile(r"(?:azureml:)?/?(?P<id>/subscriptions/.+/versions/[^/]+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BlobPlace:
    """A place in blob storage: one blob, or everything below `path/`; "" is the whole container."""

    account: str
    container: str
    path: str


def resolve(store: Store, suffix: str, uri: str, scope: ArmId) -> BlobPlace:
    """The place of a datastore path, a blob's URL, or a model, code or data version (by ARM id or registry id).

    `scope` is the workspace (or anything in it) that short forms are relative to. Raises ArmError 400 for a form that
    isn't known or a datastore or version that isn't there.
    """
    if uri.startswith(("https://", "wasbs://")):
        return _url(suffix, uri)
    if found := _LONG.match(uri):
        workspace = ArmId(
            f"/subscriptions/{found['subscription']}/resourceGroups/{found['group']}/providers/{ML}"
            f"/workspaces/{found['workspace']}"
        )
        return _datastore(store, workspace, found["datastore"], found["path"] or "", uri)
    if found := _SHORT.match(uri):
        return _datastore(store, workspace_of(scope, uri), found["datastore"], found["path"] or "", uri)
    if version := asset(store, uri):
        for name in URI_PROPERTIES:
            if inner := version.properties.get(name):
                return resolve(store, suffix, str(inner), version.id)
    raise bad_request(
        "UserError",
        f"'{uri}' is no place in blob storage; give azureml://datastores/<name>/paths/<path>, "
        f"https://<account>.blob.{suffix}/<container>/<path>, or the id of a model, code or data version that exists.",
        target="uri",
    )


def asset(store: Store, reference: str) -> Resource | None:
    """The asset version that an id names: an ARM id, with or without `azureml:`, or azureml://registries/…."""
    if found := _REGISTRY_ASSET.match(reference):
        registry = registry_named(store, found["registry"])
        if registry is None:
            return None
        return store.get(ArmId(f"{registry.id.text}/{found['kind']}/{found['name']}/versions/{found['version']}"))
    if found := _WORKSPACE_ASSET.match(reference):
        return store.get(ArmId(found["id"]))
    return None


def registry_named(store: Store, name: str) -> Resource | None:
    """Names of ML registries are unique in the tenant."""
    return next((r for r in store.of_type(f"{ML}/registries") if r.id.name.lower() == name.lower()), None)


def workspace_of(scope: ArmId, uri: str) -> ArmId:
    """The workspace that an id lies in. Raises ArmError 400 where it lies in none."""
    found = re.match(r".*/workspaces/[^/]+", scope.text, re.IGNORECASE)
    if found is None:
        raise bad_request("UserError", f"'{uri}' is relative to a workspace, and '{scope}' lies in none.", target="uri")
    return ArmId(found.group(0))


def _url(suffix: str, uri: str) -> BlobPlace:
    parts = urlsplit(uri)
    host = (parts.hostname or "").lower()
    account, _, rest = host.partition(".blob.")
    if rest != suffix:
        raise bad_request(
            "UserError", f"'{uri}' is not in the local Azure's storage (<account>.blob.{suffix}).", target="uri"
        )
    path = unquote(parts.path).strip("/")
    if parts.scheme == "wasbs":
        return BlobPlace(account, parts.username or "", path)
    container, _, inner = path.partition("/")
    return BlobPlace(account, container, inner)


def _datastore(store: Store, workspace: ArmId, name: str, path: str, uri: str) -> BlobPlace:
    found = store.get(workspace.child("datastores", name))
    if found is None:
        raise ArmError(
            400,
            "UserError",
            f"'{uri}': the workspace '{workspace.name}' has no datastore '{name}'.",
            target="uri",
        )
    what = found.properties
    container = what.get("containerName") or what.get("filesystem")
    if not container:
        raise bad_request(
            "UserError",
            f"'{uri}': the datastore '{name}' ({what.get('datastoreType')}) is no blob container.",
            target="uri",
        )
    return BlobPlace(str(what["accountName"]).lower(), str(container), unquote(path).strip("/"))
