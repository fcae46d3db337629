"""A rollout from its start to its end: the loop that reads, decides and acts; what a person wishes; what died."""

from __future__ import annotations

from .job import Job
from .loop import Outcome, roll_out
from .open import deployment_stack, open_job, unleased_job
from .watch import Watch, Watched
from .wish import tell_wish

__all__ = [
    "Job",
    "Outcome",
    "Watch",
    "Watched",
    "deployment_stack",
    "open_job",
    "roll_out",
    "tell_wish",
    "unleased_job",
]
