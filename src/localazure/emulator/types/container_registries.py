"""Operations of the container registry provider that belong to no resource."""

from __future__ import annotations

import re
from collections.abc import Mapping

from . import container_registry
from .base import Action, Call, Reply, ResourceType


class ContainerRegistries(ResourceType):
    type = "Microsoft.ContainerRegistry"

    def actions(self) -> Mapping[str, Action]:
        return {"POST checkNameAvailability": _check}


async def _check(call: Call) -> Reply:
    name = str(call.body.get("name", ""))
    if re.fullmatch(container_registry.NAME, name) is None:
        message = "The specified name is invalid: 5 to 50 letters and digits."
        return Reply(200, {"nameAvailable": False, "reason": "Invalid", "message": message})
    others = call.cloud.store.of_type(container_registry.ContainerRegistry.type)
    if any(other.id.name.lower() == name.lower() for other in others):
        message = f"The registry {name} is already in use."
        return Reply(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Reply(200, {"nameAvailable": True})
