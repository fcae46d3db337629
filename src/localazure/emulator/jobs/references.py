"""From a reference in a job's body to the asset version it names."""

from __future__ import annotations

import re

from ..arm.errors import ArmError, bad_request
from ..arm.ids import ArmId
from ..storage.blob_places import URI_PROPERTIES, asset
from ..store import Resource, Store

_SHORT = re.compile(r"azureml:([^/:]+):([^/:]+)")
_OF_JOB = re.compile(r"azureml://jobs/([^/]+)/outputs/([^/]+)(?:/paths/(.*))?", re.IGNORECASE)
_VERSION = re.compile(r"(azureml:)?/subscriptions/.+/versions/[^/]+|azureml://registries/.+", re.IGNORECASE)


class Unknown(ArmError):
    """400: a reference that names nothing."""

    def __init__(self, reference: str) -> None:
        super().__init__(400, "UserError", f"The asset '{reference}' was not found.", target=reference)


def version(store: Store, workspace: ArmId, reference: str, collection: str) -> Resource:
    """The version that an ARM id, `azureml://registries/…` or `azureml:name:version` names. Raises Unknown.

    `collection` is where a short name is looked up (environments, codes, data, models).
    """
    if short := _SHORT.fullmatch(reference):
        found = store.get(workspace.child(collection, short[1]).child("versions", short[2]))
    else:
        found = asset(store, reference)
    if found is None:
        raise Unknown(reference)
    return found


def is_version(reference: str) -> bool:
    """Whether the reference names a version and not a place."""
    return bool(_VERSION.fullmatch(reference) or _SHORT.fullmatch(reference))


def of_job(reference: str) -> tuple[str, str, str] | None:
    """Job, output and path below it of `azureml://jobs/J/outputs/O/paths/P`; None for anything else."""
    found = _OF_JOB.fullmatch(reference)
    return (found[1], found[2], found[3] or "") if found else None


def content(version: Resource) -> str:
    """The URI of what a version holds. Raises ArmError 400 for a version without content."""
    for name in URI_PROPERTIES:
        if version.properties.get(name):
            return str(version.properties[name])
    raise bad_request("UserError", f"The asset '{version.id}' has no content.", target=version.id.text)
