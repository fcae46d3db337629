"""What a check found in a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` names a resource of the plan or a place in Azure; `message` says what, what is allowed, what to do."""

    check: str
    severity: Literal["error", "warning"]
    where: str
    message: str

    @property
    def stops(self) -> bool:
        """Whether Azure would refuse the plan."""
        return self.severity == "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.check}]"

    def as_dict(self) -> dict[str, Any]:
        return {"check": self.check, "severity": self.severity, "where": self.where, "message": self.message}
