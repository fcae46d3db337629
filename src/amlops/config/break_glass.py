"""Glass that was broken: gates that one commit skips for a while, behind `environments/break-glass.yaml`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from .closed import Closed
from .fields import Key
from .gates import GateKind
from .moments import Moment


class Closing(Closed):
    """The end of it: somebody looked at what was skipped."""

    at: Moment
    """When, in UTC and in quotes."""
    by: str
    """Who, as GitHub or git name them."""
    note: Annotated[str, Field(min_length=10)]
    """What was found, and what was done about it."""


class BrokenGlass(Closed):
    """Gates of one deployment on the way into one environment that don't count for a while."""

    deployment: Key
    """The deployment that is let through."""
    environment: Key
    """The environment that it may enter."""
    gates: Annotated[tuple[GateKind, ...], Field(strict=False, min_length=1)]
    """The gates that are skipped."""
    reason: Annotated[str, Field(min_length=10)]
    """Why it can't wait, or can't pass."""
    by: str
    """Who decided, as GitHub or git name them."""
    opened: Moment
    """Since when, in UTC and in quotes."""
    expires: Moment
    """When it ends by itself, in UTC and in quotes; at most three days later."""
    closed: Closing | None = None
    """Absent until somebody has looked at it. Until then every promotion tells of it."""

    def skips(self, deployment: str, environment: str, now: datetime) -> bool:
        """Whether it counts now for this deployment on its way into this environment."""
        meant = (self.deployment, self.environment) == (deployment, environment)
        return meant and self.closed is None and self.opened <= now < self.expires


class BreakGlass(Closed):
    """A whole file."""

    entries: dict[Key, BrokenGlass] = Field(default_factory=dict)
    """By a name that says which case it is. Each comes by a signed commit."""

    @property
    def open(self) -> dict[str, BrokenGlass]:
        """What nobody has closed yet, expired or not."""
        return {name: entry for name, entry in self.entries.items() if entry.closed is None}
