"""Resource groups. A group's location is fixed; deleting it deletes what is in it."""

from __future__ import annotations

from .base import ResourceType


class ResourceGroup(ResourceType):
    type = "Microsoft.Resources/resourceGroups"
    immutable = ("location",)
