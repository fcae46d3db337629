"""When a deployment is trained again though nothing in git changed: the part `retraining` of `about.yaml`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from .closed import Closed
from .fields import Key
from .moments import Duration


class Retraining(Closed):
    """Either, or both; whoever asks by hand is served anyway."""

    every: Duration | None = None
    """How long after the last training it is due again, such as P30D."""
    monitor: Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$")] | None = None
    """Name of the monitor's schedule; its alarm asks for a training."""
    environment: Key | None = None
    """Where the monitor is: one of the deployment's environments; absent: the last one that releases come to."""
    quiet: Duration = timedelta(days=1)
    """How long after a training no alarm is listened to: the monitor still looks at data of the time before. And how
    long after a training that failed neither clock nor alarm asks for another."""
