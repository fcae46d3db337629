"""What checks look at: a plan's steps, and what Azure said of names, quota and the region."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from amlops.config import Environment

from ..arm_ids import arm_id, kind
from ..engine import Result
from ..events import Change
from ..meaning import CREATE, DELETE, REPLACE, Step, meaning_of
from ..names import StackName

NO_LIMIT = -1
"""Azure's word for it, in usages."""

DEPLOYMENT, ENDPOINT = "machinelearningservices:OnlineDeployment", "machinelearningservices:OnlineEndpoint"
CLUSTER, WORKSPACE = "machinelearningservices:Compute", "machinelearningservices:Workspace"


@dataclass(frozen=True, slots=True)
class Planned:
    """A resource that changes. `inputs` are those that it gets, `old` those that it has; `id` where names are known."""

    step: Step
    inputs: Mapping[str, Any]
    old: Mapping[str, Any]
    id: str | None

    @property
    def kind(self) -> str:
        return kind(self.step.type)

    @property
    def made(self) -> bool:
        """Whether it is made, anew or for the first time."""
        return self.step.operation in (CREATE, REPLACE)

    def text(self, path: str, *, old: bool = False) -> str:
        """The input at a dotted path as a text, "" where it isn't there or isn't known yet."""
        found = at(self.old if old else self.inputs, path)
        return found if isinstance(found, str) else ""

    def number(self, path: str, default: int, *, old: bool = False) -> int:
        found = at(self.old if old else self.inputs, path)
        return int(found) if isinstance(found, int | float) and not isinstance(found, bool) else default


@dataclass(frozen=True, slots=True)
class Size:
    """A kind of virtual machine: `family` is what its quota is called."""

    family: str
    cores: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Cores of a family (`total` for all together) in the region. `limit` may be NO_LIMIT."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Said:
    """What Azure said. None, or left out, is what was not asked or may not be read; nothing is concluded from it."""

    sizes: Mapping[str, Size] = field(default_factory=dict)
    usages: Mapping[str, Usage] = field(default_factory=dict)
    endpoints: int | None = None
    deployments: int | None = None
    endpoint_deployments: int | None = None
    here: int | None = None
    taken: Mapping[str, str] = field(default_factory=dict)
    deleted: Mapping[str, str] = field(default_factory=dict)
    unregistered: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """`said.endpoints` and `.deployments` are those of the region, `.here` the environment's endpoints; `.taken`,
    `.deleted` give a reason by URN, `.denied` the ids that this identity may not reach."""

    stack: StackName
    environment: Environment
    planned: tuple[Planned, ...]
    said: Said

    def of(self, wanted: str) -> Iterator[Planned]:
        return (item for item in self.planned if item.kind == wanted)

    def made(self, wanted: str) -> Iterator[Planned]:
        return (item for item in self.of(wanted) if item.made)

    def growth(self, wanted: str) -> int:
        """How many more of a kind there are after the plan."""
        return sum((item.step.operation == CREATE) - (item.step.operation == DELETE) for item in self.of(wanted))

    @property
    def region(self) -> str:
        return self.environment.region


def planned(result: Result, subscription: str) -> tuple[Planned, ...]:
    """The resources of Azure that a preview changes."""
    wanted = {change.urn: change for change in result.declared}
    other = {change.urn: change for change in result.changes}
    found = []
    for step in meaning_of(result).steps:
        if step.type.startswith("azure-native:"):
            change: Change = wanted.get(step.urn) or other[step.urn]
            named = arm_id(step.type, change.inputs, subscription)
            old = change.old or (change.inputs if step.operation == DELETE else {})
            found.append(Planned(step, {} if step.operation == DELETE else change.inputs, old, named and named[0]))
    return tuple(found)


def reserved(instances: int) -> int:
    """Machines that the quota must hold for an online deployment: a fifth more, for upgrades (docs/azure.md 2)."""
    return math.ceil(1.2 * instances)


def quota_name(family: str) -> str:
    """`Standard_DSv2_Family` and `standardDSv2Family` are one family: usages and sizes write it differently."""
    return re.sub(r"[_\s]", "", family).lower()


def at(inputs: Mapping[str, Any], path: str) -> Any:
    node: Any = inputs
    for part in path.split("."):
        if not isinstance(node, Mapping):
            return None
        node = node.get(part)
    return node
