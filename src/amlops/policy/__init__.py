"""Judges what stacks declare by the company's rules, one rule a file; exceptions stand in git and expire. It knows
resources and their inputs, no cloud, no engine and no stack's life.
"""

from __future__ import annotations

from .catalogue import all_rules
from .check import EXPIRED, EXPIRING, UNUSED, check
from .exceptions import Exempt, load_exceptions
from .finding import Finding
from .policy import Policy, load_policy
from .resource import UNKNOWN, Resource
from .rule import Declared, Rule, Violation

__all__ = [
    "EXPIRED",
    "EXPIRING",
    "UNKNOWN",
    "UNUSED",
    "Declared",
    "Exempt",
    "Finding",
    "Policy",
    "Resource",
    "Rule",
    "Violation",
    "all_rules",
    "check",
    "load_exceptions",
    "load_policy",
]
