"""The guard: whether a live plan may be applied. What git does not explain stops the stack, and so does the loss of
what holds data, unless a permission in git that has not expired lets it pass. Pure: equal plans give equal verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from amlops.config.permissions import Permission

from .arm_ids import kind
from .meaning import DELETE, REPLACE, Meaning, Step, missing, unexplained

STATEFUL = frozenset(
    {
        "machinelearningservices:Workspace",
        "machinelearningservices:Registry",
        "storage:StorageAccount",
        "keyvault:Vault",
        "containerregistry:Registry",
        "resources:ResourceGroup",
    }
)
"""What holds what no release brings back. A resource group takes everything along that lies in it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`stops` say why nothing may be applied, a sentence each; `notes` what a reader should know all the same."""

    stops: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        return not self.stops


def judge(expected: Meaning | None, live: Meaning, permissions: Mapping[str, Permission], today: date) -> Verdict:
    """The verdict on `live`, a preview in the cloud. `expected` is what the step from the commit that was applied last
    to this one means, worked out on a local Azure; None where a person said that it need not be known.
    """
    stops: list[str] = []
    notes: list[str] = []
    if expected is not None:
        if expected.stack != live.stack:
            stops.append(f"the expected plan is of the stack {expected.stack}, and this one is of {live.stack}")
        strange = unexplained(expected, live)
        stops += [f"{text}; it was changed outside of git: see `amlops drift`" for text in strange]
        notes += missing(expected, live)
    for step in live.steps:
        if step.operation in (DELETE, REPLACE) and kind(step.type) in STATEFUL:
            said, passes = _leave(live.stack, step, permissions, today)
            (notes if passes else stops).append(said)
    return Verdict(tuple(stops), tuple(notes))


def _leave(stack: str, step: Step, permissions: Mapping[str, Permission], today: date) -> tuple[str, bool]:
    """What is said of the loss of a resource, and whether a permission lets it pass."""
    mine = {
        name: said
        for name, said in permissions.items()
        if (said.stack, said.resource, said.operation) == (stack, step.name, step.operation)
    }
    for name, said in mine.items():
        if said.expires >= today:
            return f"{step}: permitted by {name}, until {said.expires}, {said.owner}: {said.reason}", True
    late = "".join(f' ("{name}" expired on {said.expires})' for name, said in mine.items())
    todo = "undo the change, or write a permission for it into environments/permissions.yaml"
    return f"{step}: it holds data, and no permission is in force{late}; {todo}", False
