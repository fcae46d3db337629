"""Looks after what git can't hold: this clone and its machine, and what only an owner sets on GitHub. It changes
nothing; each finding names the one step that mends it.
"""

from __future__ import annotations

from .check import Check, Result
from .codeowners import codeowners
from .examine import all_checks, examine_clone, examine_github
from .situation import Clone, OnGitHub

__all__ = [
    "Check",
    "Clone",
    "OnGitHub",
    "Result",
    "all_checks",
    "codeowners",
    "examine_clone",
    "examine_github",
]
