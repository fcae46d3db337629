"""When a deployment is trained again though nothing in git changed: the part `retraining` of `about.yaml`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from .closed import Closed
from .moments import Duration


class Retraining(Closed):
    """Either, or both; whoever asks by hand is served anyway."""

    every: Duration | None = None
    """How long after the last training it is due again, such as P30D."""
    monitor: Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$")] | None = None
    """Name of the monitor's schedule in the first environment's workspace; its alarm asks for a training."""
    quiet: Duration = timedelta(days=1)
    """How long after a training no alarm is listened to: the monitor still looks at data of the time before."""
