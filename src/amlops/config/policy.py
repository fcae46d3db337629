"""The types behind `environments/policy.yaml` and `environments/exceptions.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .closed import Closed
from .fields import Key, Region
from .moments import Date

Severity = Literal["error", "warning", "off"]

Size = Annotated[str, Field(pattern=r"^Standard_[A-Za-z0-9_]+$")]
"""Azure's name of a kind of virtual machine."""

Stack = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*(-[a-z0-9]+)*)?$")]
"""A stack's name: `prod`, `shared`, `prod.diabetes-progression`."""


class Held(Closed):
    """What stacks are held to. A key of an environment replaces that of `everywhere`; severities are merged."""

    severities: dict[Key, Severity] = Field(default_factory=dict)
    """By rule: error stops plan and apply, warning is told, off is not looked at. Else the rule's own."""
    regions: Annotated[tuple[Region, ...], Field(strict=False)] | None = None
    """Regions that resources may lie in; absent: all."""
    sizes: Annotated[tuple[Size, ...], Field(strict=False)] | None = None
    """Kinds of virtual machine for clusters, instances and online deployments; absent: all."""
    tags: Annotated[tuple[str, ...], Field(strict=False)] | None = None
    """Tags that resources must carry, beside environment, owner and managed-by."""
    isolation: (
        Annotated[
            tuple[Literal["disabled", "allow-internet-outbound", "allow-only-approved-outbound"], ...],
            Field(strict=False),
        ]
        | None
    ) = None
    """Isolation that the workspace's own network may have; absent: allow-only-approved-outbound."""
    redundancy: Annotated[tuple[Literal["lrs", "zrs", "grs", "gzrs"], ...], Field(strict=False)] | None = None
    """Redundancy that storage may have; absent: zrs and gzrs."""
    least_instances: Annotated[int, Field(ge=1, le=50)] | None = None
    """Instances that an online deployment has at least; absent: 2."""
    idle_seconds: Annotated[int, Field(ge=60, le=86_400)] | None = None
    """Seconds without work after which compute is given back at the latest; absent: 1800."""
    log_days: Annotated[int, Field(ge=30, le=730)] | None = None
    """Days that logs are kept at least; absent: 90."""


class PolicyFile(Closed):
    """A whole file."""

    everywhere: Held = Held()
    """What holds in every environment."""
    environments: dict[Key, Held] = Field(default_factory=dict)
    """What differs, by the environment's name. An environment that isn't named is held to everything."""


class Exemption(Closed):
    """One finding that is let pass, for a time."""

    rule: Key
    """The rule that is not kept."""
    stack: Stack
    """The stack that it is about."""
    resource: str | None = None
    """The resource's name inside the stack; absent: every resource of it."""
    reason: Annotated[str, Field(min_length=20)]
    """Why it may be so, for whoever reads it in a year."""
    owner: Key
    """The team that answers for it and ends it."""
    expires: Date
    """The last day on which it counts (UTC). From the next day on it is an error."""


class ExceptionsFile(Closed):
    """A whole file."""

    exceptions: dict[Key, Exemption] = Field(default_factory=dict)
    """By a name that says what is excepted."""
