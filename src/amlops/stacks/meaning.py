"""What a plan means: which resources change, how, and at which properties. Never a value of any of them.

Two previews of one change, one on a local Azure and one in the cloud, are compared by this (docs/adr/0016).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amlops.errors import AmlopsError

from .engine import Result
from .events import Change, short

CREATE, UPDATE, REPLACE, DELETE = "create", "update", "replace", "delete"
OPERATIONS = (CREATE, UPDATE, REPLACE, DELETE)

_FOLDED: Mapping[str, str] = {
    "create": CREATE,
    "import": CREATE,
    "update": UPDATE,
    "replace": REPLACE,
    "create-replacement": REPLACE,
    "import-replacement": REPLACE,
    "delete-replaced": DELETE,
    "delete": DELETE,
}
"""The engine's steps by what they mean. A replacement is up to three steps of one URN; the strongest counts."""

_EXPLAINED_BY: Mapping[str, tuple[str, ...]] = {
    CREATE: (CREATE, REPLACE),
    UPDATE: (UPDATE, CREATE, REPLACE),
    REPLACE: (REPLACE,),
    DELETE: (DELETE, REPLACE),
}
"""What git may have wanted for a live step to be its doing. The wider ones are what an interrupted apply leaves over:
a resource that was made but not finished is updated, one that was deleted on the way to its replacement is created."""


@dataclass(frozen=True, slots=True)
class Step:
    """One resource that changes. `operation` is create, update, replace or delete; `paths` are the properties that
    differ, in Pulumi's notation (`tags["cost-center"]`); `replace_reasons` those that cost a replacement."""

    urn: str
    type: str
    operation: str
    paths: tuple[str, ...] = ()
    replace_reasons: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As people say it: `StorageAccount storage`."""
        return short(self.urn)

    def as_dict(self) -> dict[str, Any]:
        return {
            "urn": self.urn,
            "type": self.type,
            "operation": self.operation,
            "paths": list(self.paths),
            "replace_reasons": list(self.replace_reasons),
        }

    def __str__(self) -> str:
        about = ", ".join(self.paths) if self.operation == UPDATE else ""
        about = f"because of {', '.join(self.replace_reasons)}" if self.replace_reasons else about
        return f"{self.operation} {self.name}" + (f" ({about})" if about else "")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A plan of one stack; `steps` has each resource that changes once, sorted by URN."""

    stack: str
    steps: tuple[Step, ...] = ()

    def step(self, urn: str) -> Step | None:
        return next((step for step in self.steps if step.urn == urn), None)

    def and_made(self, types: Mapping[str, str]) -> Meaning:
        """Also with these resources made, whose types are given by URN: that explains their update as well."""
        kept = {step.urn: step for step in self.steps if step.urn not in types or step.operation in (REPLACE, DELETE)}
        made = {urn: Step(urn, type, CREATE) for urn, type in types.items()}
        return Meaning(self.stack, tuple(step for _, step in sorted({**made, **kept}.items())))

    def as_dict(self) -> dict[str, Any]:
        return {"stack": self.stack, "steps": [step.as_dict() for step in self.steps]}

    @classmethod
    def parse(cls, data: Any) -> Meaning:
        """What `as_dict` gave. Raises AmlopsError (exit code 2) for anything else."""
        try:
            found = cls(str(data["stack"]), tuple(sorted(map(_step, data["steps"]), key=lambda step: step.urn)))
        except (TypeError, KeyError, ValueError) as error:
            message = f"this is no plan's meaning ({error!r}); make it by `amlops plan --expected STACK --out FILE`"
            raise AmlopsError(message, exit_code=2) from None
        return found


def meaning_of(result: Result) -> Meaning:
    """What a preview or an update means."""
    by_urn: dict[str, list[Change]] = {}
    for change in result.changes:
        by_urn.setdefault(change.urn, []).append(change)
    steps = (_folded(urn, changes) for urn, changes in sorted(by_urn.items()))
    return Meaning(result.stack.text, tuple(step for step in steps if step is not None))


def unexplained(expected: Meaning, live: Meaning) -> tuple[str, ...]:
    """What the live plan would do and the expected one does not account for, a sentence each."""
    return tuple(text for step in live.steps for text in _unexplained(expected.step(step.urn), step))


def missing(expected: Meaning, live: Meaning) -> tuple[str, ...]:
    """What is expected and the live plan has not to do: it was done already, by an interrupted run or by hand."""
    return tuple(f"{step}: is so already" for step in expected.steps if live.step(step.urn) is None)


def differences(expected: Meaning, live: Meaning) -> tuple[str, ...]:
    """In what two plans of one stack differ, both ways, a sentence each; empty where they mean the same."""
    return (*unexplained(expected, live), *missing(expected, live))


def covers(wanted: Iterable[str], path: str) -> bool:
    """Whether a property path is one of `wanted` or lies below one: `tags` covers `tags["owner"]`, `sku` not `skus`."""
    return any(path == one or (path.startswith(one) and path[len(one)] in ".[") for one in wanted)


def _unexplained(expected: Step | None, live: Step) -> Iterator[str]:
    if expected is None:
        yield f"{live}: git changes nothing of it"
    elif expected.operation not in _EXPLAINED_BY[live.operation]:
        yield f"{live}: git explains only {expected}"
    elif expected.operation == live.operation == UPDATE:
        strange = [path for path in live.paths if not covers(expected.paths, path)]
        if strange:
            yield f"update {live.name}: git does not explain {', '.join(strange)}"
    elif live.operation == REPLACE:
        strange = [reason for reason in live.replace_reasons if not covers(expected.replace_reasons, reason)]
        if strange:
            yield f"replace {live.name}: git does not explain why, {', '.join(strange)}"


def _folded(urn: str, changes: Sequence[Change]) -> Step | None:
    """The steps of one URN as one. A deletion and a creation of the same URN are a replacement."""
    kinds = {_FOLDED[change.operation] for change in changes if change.operation in _FOLDED}
    if not kinds:
        return None
    operation = next(iter(kinds)) if len(kinds) == 1 else REPLACE
    changed = {path for change in changes for path in change.keys} if operation in (UPDATE, REPLACE) else set()
    reasons = {path for change in changes for path in change.replaces} if operation == REPLACE else set()
    return Step(urn, changes[0].type, operation, tuple(sorted(changed)), tuple(sorted(reasons)))


def _step(data: Mapping[str, Any]) -> Step:
    operation = str(data["operation"])
    if operation not in OPERATIONS:
        raise ValueError(f'"{operation}" is no operation; available values are {", ".join(OPERATIONS)}')
    if not re.match(r"urn:pulumi:", str(data["urn"])):
        raise ValueError(f'"{data["urn"]}" is no URN')
    paths, reasons = (tuple(sorted(map(str, data[key]))) for key in ("paths", "replace_reasons"))
    return Step(str(data["urn"]), str(data["type"]), operation, paths, reasons)
