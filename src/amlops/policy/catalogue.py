"""All rules."""

from __future__ import annotations

from functools import cache

from amlops.one_a_file import one_a_file

from . import rules
from .rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """One instance of each, by name."""
    return one_a_file(rules, Rule)
