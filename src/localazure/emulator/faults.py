"""Faults by rule: what a rehearsal wants to go wrong, for the next so many requests that match."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .store import Store

KINDS = ("status", "drop", "slow", "fail-operation", "never-ends")


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` status: answer `status` with `retryAfter` s. drop: close the connection. slow: wait `seconds` first.

    fail-operation and never-ends: what the matching request starts ends as Failed, or not at all.
    """

    kind: str
    path: str = ".*"  # regular expression, without case, found anywhere in the path
    method: str = "*"
    times: int = 1
    status: int = 503
    retryAfter: int = 1  # noqa: N815 (the name on the wire)
    seconds: float = 1.0
    id: str = ""

    def matches(self, method: str, path: str) -> bool:
        return self.method in ("*", method) and re.search(self.path, path, re.IGNORECASE) is not None


class Faults:
    """The rules, in the order they came; each is spent after `times` matches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules = [Fault(**rule) for rule in store.record("faults", "rules") or []]

    def all(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self._rules]

    def set(self, rules: list[dict[str, Any]]) -> None:
        """Replace all rules. Raises ValueError with what is wrong."""
        made = []
        for number, rule in enumerate(rules):
            known = [field.name for field in fields(Fault) if field.name != "id"]
            unknown = set(rule) - set(known)
            if unknown or rule.get("kind") not in KINDS:
                raise ValueError(f"rule {number}: kind is one of {', '.join(KINDS)}; keys are {', '.join(known)}")
            try:
                re.compile(rule.get("path", ".*"))
            except re.error as problem:
                why = f"path {rule['path']!r} is no regular expression: {problem}"
                raise ValueError(f"rule {number}: {why}") from problem
            made.append(Fault(**{**rule, "id": str(number)}))
        self._rules = made
        self._keep()

    def take(self, method: str, path: str) -> Fault | None:
        """The first rule that matches, spent by one."""
        for at, rule in enumerate(self._rules):
            if rule.matches(method, path):
                left = Fault(**{**asdict(rule), "times": rule.times - 1})
                self._rules[at : at + 1] = [left] if left.times > 0 else []
                self._keep()
                return rule
        return None

    def _keep(self) -> None:
        self._store.set_record("faults", "rules", self.all())
