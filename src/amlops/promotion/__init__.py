"""Promotion: which release may go where next, by gates that read git and evidence. It knows no cloud and changes
nothing: what it gives are steps and verdicts, and workflows make commits of them.
"""

from __future__ import annotations

from .judge import Judged, judge
from .line import Broken
from .next_steps import NextSteps, next_steps
from .step import Step
from .verdict import Verdict

__all__ = ["Broken", "Judged", "NextSteps", "Step", "Verdict", "judge", "next_steps"]
