"""All checks, and what they have to say."""

from __future__ import annotations

from functools import cache

from amlops.one_a_file import one_a_file

from . import checks
from .check import Check
from .finding import Finding
from .situation import Situation


@cache
def all_checks() -> tuple[Check, ...]:
    """One instance of each, by name."""
    return one_a_file(checks, Check)


def check(situation: Situation) -> tuple[Finding, ...]:
    """What all checks have to say, what stops first."""
    found = [finding for item in all_checks() for finding in item.look(situation)]
    return tuple(sorted(found, key=lambda item: (not item.stops, item.where, item.check, item.message)))
