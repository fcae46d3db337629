"""How releases move from environment to environment: the type behind `environments/promotion.yaml`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from .closed import Closed
from .fields import Key
from .gates import EnvironmentGates
from .moments import ClockTime, Date, Duration

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Window(Closed):
    """Hours in which a release may enter, on these days, by the clock of the environment's time zone."""

    days: Annotated[tuple[Day, ...], Field(strict=False, min_length=1)]
    """Days of the week."""
    opens: ClockTime
    """First minute, in quotes."""
    closes: ClockTime
    """First minute that is outside again, in quotes; `"24:00"` is the end of the day."""


class Freeze(Closed):
    """Days on which no release enters, whatever the windows say."""

    first: Date
    """First day, in the environment's time zone."""
    last: Date
    """Last day."""
    reason: str
    """Why; shown to who waits."""


class Approvals(Closed):
    """Who must have approved the pull request."""

    count: Annotated[int, Field(ge=0, le=6)] = 0
    """How many people."""
    teams: Annotated[tuple[Key, ...], Field(strict=False)] = ()
    """Teams of the environment, and of GitHub's organisation, that they must be in."""


class Promoted(Closed):
    """How releases come into one environment, and when they have proved themselves in it."""

    soak: Duration = timedelta(0)
    """How long a release runs here before it has proved itself: then it may go on, and the one before it goes."""
    time_zone: str = "UTC"
    """IANA's name of the time zone of windows and freezes, such as Europe/Amsterdam."""
    windows: Annotated[tuple[Window, ...], Field(strict=False)] = ()
    """When releases may enter; at any time where there is none."""
    freezes: Annotated[tuple[Freeze, ...], Field(strict=False)] = ()
    """When none may."""
    approvals: Approvals = Approvals()
    gates: EnvironmentGates = Field(default_factory=EnvironmentGates)


class RetiredModel(Closed):
    """A model that must not be used any more."""

    model: Annotated[str, Field(pattern=r"^azureml://registries/[^/]+/models/[^/]+(/versions/[^/]+)?$")]
    """Registry id of the model, or of one version."""
    on: Date
    """The day on which it retires."""
    reason: str
    """Why, and what to use instead."""


class Promotion(Closed):
    """A whole file."""

    order: Annotated[tuple[Key, ...], Field(strict=False, min_length=1)]
    """Environments with a platform, first to last. Releases are promoted, and changes of platforms applied, in it.

    An environment that only holds a registry comes before all of them.
    """
    environments: dict[Key, Promoted] = Field(default_factory=dict)
    """How releases come into each of them."""
    retired_models: Annotated[tuple[RetiredModel, ...], Field(strict=False)] = ()
    """Models that `model-not-retired` keeps out."""

    def of(self, environment: str) -> Promoted:
        """What is said of an environment; nothing is asked of one that the file leaves out."""
        return self.environments.get(environment) or Promoted()

    def path_of(self, environments: tuple[str, ...]) -> tuple[str, ...]:
        """The environments through which a deployment's releases go, first to last."""
        return tuple(name for name in self.order if name in environments)
