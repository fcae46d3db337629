"""What people read about a change: a plan's comment, what it costs, what drifted. It renders, it asks and runs nothing.

It knows no stacks, rollout, promotion or policy: what they found comes in as plain facts (`facts`).
"""

from __future__ import annotations

from .comment import LONGEST, comment
from .cost import Bill, Estimate, estimate
from .facts import Check, Ended, Phase, Plan, Rehearsed, Remark, StackPlan, Step, Traffic
from .terminal import lines
from .users import Serving, seen_by_users

__all__ = [
    "LONGEST",
    "Bill",
    "Check",
    "Ended",
    "Estimate",
    "Phase",
    "Plan",
    "Rehearsed",
    "Remark",
    "Serving",
    "StackPlan",
    "Step",
    "Traffic",
    "comment",
    "estimate",
    "lines",
    "seen_by_users",
]
