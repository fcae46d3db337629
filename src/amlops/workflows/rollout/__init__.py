"""A rollout from its start to its end: the loop that reads, decides and acts; what a person wishes; what died."""

from __future__ import annotations

from .loop import Outcome, roll_out
from .open import open_job, unleased_job
from .watch import Watch, Watched
from .wish import tell_wish

__all__ = [
    "Outcome",
    "Watch",
    "Watched",
    "open_job",
    "roll_out",
    "tell_wish",
    "unleased_job",
]
