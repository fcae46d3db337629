"""What a rule found in one resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` names stack and resource, `message` says what, what is allowed and what to do; neither holds a secret.

    `excepted_by` names the exception in git that covers it: it is told, and stops nothing.
    """

    rule: str
    severity: Literal["error", "warning"]
    urn: str
    where: str
    message: str
    excepted_by: str | None = None

    @property
    def stops(self) -> bool:
        """Whether nothing may be applied while it stands."""
        return self.severity == "error" and self.excepted_by is None

    def __str__(self) -> str:
        said = f"{self.where}: {self.message} [{self.rule}]"
        return f"{said} (excepted: {self.excepted_by})" if self.excepted_by else said

    def as_dict(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "severity": self.severity,
            "urn": self.urn,
            "where": self.where,
            "message": self.message,
            "excepted_by": self.excepted_by,
        }
