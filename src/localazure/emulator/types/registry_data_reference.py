"""Data references of a registry: no resources, only the question where an asset's files can be read."""

from __future__ import annotations

from collections.abc import Mapping

from ..arm.errors import not_found
from ..arm.ids import ArmId
from ..registry_references import read_reference
from ..storage.blob_places import ML
from .base import Action, Call, Reply, ResourceType


class RegistryDataReference(ResourceType):
    type = f"{ML}/registries/datareferences/versions"
    implicit_parent = True

    def actions(self) -> Mapping[str, Action]:
        return {"POST": _read}


async def _read(call: Call) -> Reply:
    found = ArmId(call.id.text.rsplit("/", 4)[0])
    registry = call.cloud.store.get(found)
    if registry is None:
        raise not_found(found.text)
    return Reply(200, await read_reference(call.cloud, registry, call.body))
