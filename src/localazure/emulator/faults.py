"""Faults by rule: what a rehearsal wants to go wrong, for the next so many requests that match."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .store import Store

KINDS = ("status", "drop", "slow", "lost", "hold", "fail-operation", "never-ends")


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the requests that match, once `after` of them have passed, `times` times.

    Instead of the request: `status` answers `status` with `retryAfter` s, `drop` closes the connection. Before it:
    `slow` waits `seconds`. After it, when all of it is done: `lost` closes the connection instead of answering, `hold`
    keeps the answer until the rules are set anew or the client is gone. `fail-operation` and `never-ends`: what the
    request starts ends as Failed, or not at all.
    """

    kind: str
    path: str = ".*"  # regular expression, without case, found anywhere in the path
    method: str = "*"
    host: str = ""  # regular expression for the hosts of blobs and vaults; "" is the local Azure's own address
    after: int = 0
    times: int = 1
    status: int = 503
    retryAfter: int = 1  # noqa: N815 (the name on the wire)
    seconds: float = 1.0
    id: str = ""

    def matches(self, method: str, path: str, host: str = "") -> bool:
        if bool(self.host) != bool(host) or self.method not in ("*", method):
            return False
        found = re.search(self.path, path, re.IGNORECASE) is not None
        return found and re.search(self.host, host, re.IGNORECASE) is not None


class Faults:
    """The rules, in the order they came; each is spent after `times` matches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules = [Fault(**rule) for rule in store.record("faults", "rules") or []]

    def all(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self._rules]

    def set(self, rules: list[dict[str, Any]]) -> None:
        """Replace all rules. Raises ValueError with what is wrong."""
        self._rules = [_rule(number, rule) for number, rule in enumerate(rules)]
        self._keep()

    def take(self, method: str, path: str, host: str = "") -> Fault | None:
        """The first rule that matches and lets no more pass, spent by one."""
        waited, found = False, None
        for at, rule in enumerate(self._rules):
            if not rule.matches(method, path, host):
                continue
            if rule.after > 0:
                self._rules[at] = Fault(**{**asdict(rule), "after": rule.after - 1})
                waited = True
                continue
            left = Fault(**{**asdict(rule), "times": rule.times - 1})
            self._rules[at : at + 1] = [left] if left.times > 0 else []
            found = rule
            break
        if waited or found is not None:
            self._keep()
        return found

    def _keep(self) -> None:
        self._store.set_record("faults", "rules", self.all())


def _rule(number: int, rule: dict[str, Any]) -> Fault:
    known = [field.name for field in fields(Fault) if field.name != "id"]
    if set(rule) - set(known) or rule.get("kind") not in KINDS:
        raise ValueError(f"rule {number}: kind is one of {', '.join(KINDS)}; keys are {', '.join(known)}")
    for name in ("path", "host"):
        try:
            re.compile(rule.get(name, ""))
        except re.error as problem:
            raise ValueError(f"rule {number}: {name} {rule[name]!r} is no regular expression: {problem}") from problem
    return Fault(**{**rule, "id": str(number)})
