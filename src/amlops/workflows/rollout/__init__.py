"""A rollout from its start to its end: the loop that reads, decides and acts; what a person wishes; what died."""

from __future__ import annotations

from .free import free_traffic, remove_failed
from .job import Job
from .loop import Outcome, roll_out
from .open import deployment_stack, lives_of, open_job, unleased_job
from .watch import Watch, Watched
from .wish import tell_wish

__all__ = [
    "Job",
    "Outcome",
    "Watch",
    "Watched",
    "deployment_stack",
    "free_traffic",
    "lives_of",
    "open_job",
    "remove_failed",
    "roll_out",
    "tell_wish",
    "unleased_job",
]
