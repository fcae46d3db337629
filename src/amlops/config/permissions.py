"""Written leave to lose something: the type behind `environments/permissions.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .closed import Closed
from .fields import Key
from .moments import Date
from .policy import Stack

ResourceName = Annotated[str, Field(pattern=r"^[A-Za-z]+ [^\s]+$")]
"""As plans name it: type and name inside the stack, such as `StorageAccount storage`."""


class Permission(Closed):
    """Leave to delete or replace one resource whose loss loses data."""

    stack: Stack
    """The stack that has it."""
    resource: ResourceName
    """The resource."""
    operation: Literal["delete", "replace"]
    """What may be done to it. Pulumi's own protection, `deletion.protect`, is lifted in the environment's file."""
    reason: Annotated[str, Field(min_length=20)]
    """Why, and what becomes of the data."""
    owner: Key
    """The team that answers for it."""
    expires: Date
    """The last day on which it counts (UTC)."""


class PermissionsFile(Closed):
    """A whole file."""

    permissions: dict[Key, Permission] = Field(default_factory=dict)
    """By a name that says what is permitted."""
