"""The shape of a check: a situation → findings. Pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from .finding import Finding
from .situation import Situation


class Check(ABC):
    """One check, in a file of its own name. Its module's docstring has the parts `Check:`, `Why:` and `Source:`."""

    id: ClassVar[str]

    @abstractmethod
    def look(self, situation: Situation) -> Iterator[Finding]: ...

    def refused(self, where: str, message: str) -> Finding:
        """Azure would refuse it."""
        return Finding(self.id, "error", where, message)

    def warned(self, where: str, message: str) -> Finding:
        """It may go wrong, or later."""
        return Finding(self.id, "warning", where, message)
