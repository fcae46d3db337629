"""Takes away everything of a run, for good, and proves that nothing is left.

The order matters: roles first, since nobody finds them once their identities are gone; workspaces are purged while
their group is there, since Azure names deleted ones to nobody (docs/azure.md 4).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from amlops.config import Names
from amlops.errors import AmlopsError
from amlops.progress import Progress

from .budget import API as BUDGETS
from .cloud import Cloud
from .environment import TAG, Wanted
from .remains import ASSIGNMENTS, GROUPS, VAULTS, Remains, principals_of, remains

ROUNDS = 5
"""How often all of it is tried: what depends on each other goes one after the other, and lists of Azure's are late."""
LOOKS = 4
"""Looks that are left out between two rounds."""
_ML, _LOGS = "2025-12-01", "2023-09-01"


@dataclass
class Cleaned:
    """`left` is what is still there, None where Azure didn't say; `failed` what it said to the last try."""

    left: tuple[str, ...] | None = None
    failed: list[str] = field(default_factory=list)


def clean(cloud: Cloud, wanted: Wanted, told: Progress, poll: float) -> Cleaned:
    """`wanted` needs the run's id and the region only; `poll` are the seconds between two looks at Azure."""
    done, principals = Cleaned(), set[str]()
    for number in range(ROUNDS):
        time.sleep(poll * LOOKS if number else 0)
        done.left, done.failed = None, []
        try:
            found = remains(cloud, wanted.run)
            principals |= principals_of(cloud.azure, found.resources)
            _Broom(cloud, wanted, told, done).sweep(remains(cloud, wanted.run, principals))
            done.left = tuple(remains(cloud, wanted.run, principals))
        except AmlopsError as error:
            done.failed.append(str(error))
            told.line(str(error))
        if done.left == ():
            break
    return done


class _Broom:
    def __init__(self, cloud: Cloud, wanted: Wanted, told: Progress, done: Cleaned) -> None:
        self._cloud, self._wanted, self._told, self._done = cloud, wanted, told, done
        self._azure = cloud.azure

    def sweep(self, found: Remains) -> None:
        with self._told.step(f"deleting {len(found.assignments)} roles of its identities"):
            for id in found.assignments:
                self._try(id, lambda id=id: self._azure.delete(id, ASSIGNMENTS))  # type: ignore[misc]
        self._workspaces(found)
        for id in _of(found, "Microsoft.MachineLearningServices/registries"):
            self._delete(id, _ML)
        for id in _of(found, "Microsoft.OperationalInsights/workspaces"):
            self._delete(id, _LOGS, force="true")
        for id in remains(self._cloud, self._wanted.run).groups:
            self._delete(id, GROUPS)
        for id in remains(self._cloud, self._wanted.run).vaults:
            with self._told.step(f"purging {_name(id)}"):
                self._try(id, lambda id=id: self._azure.post(f"{id}/purge", VAULTS))  # type: ignore[misc]
        for id in found.budgets:
            self._delete(id, BUDGETS)

    def _workspaces(self, found: Remains) -> None:
        """Those that are there, and the platform's own: it may be deleted and not purged, and then no list has it."""
        names = Names(self._wanted.environment)
        group = f"{self._cloud.scope}/resourceGroups/{names.resource_group}"
        own = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{names.workspace}"
        there = _of(found, "Microsoft.MachineLearningServices/workspaces")
        for endpoint in _of(found, "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"):
            self._delete(endpoint, _ML)
        if not any(id.lower() == group.lower() for id in found.groups):
            body = {"location": self._wanted.region, "tags": {TAG: self._wanted.run}}
            self._try(group, lambda: self._azure.put(group, GROUPS, body))
        for id in dict.fromkeys([*there, *([] if own.lower() in map(str.lower, there) else [own])]):
            self._delete(id, _ML, forceToPurge="true")

    def _delete(self, id: str, version: str, **query: str) -> None:
        with self._told.step(f"deleting {_name(id)}"):
            self._try(id, lambda: self._azure.delete(id, version, **query))

    def _try(self, id: str, act: Callable[[], object]) -> None:
        """One thing that stays may not keep the others; the rounds and the proof say whether it mattered."""
        try:
            act()
        except AmlopsError as error:
            self._done.failed.append(f"{_name(id)}: {error}")
            self._told.line(self._done.failed[-1])


def _of(found: Remains, type: str) -> list[str]:
    """Resources of exactly this type."""
    wanted = type.lower().split("/")
    return [id for id in found.resources if _type(id) == wanted]


def _type(id: str) -> list[str]:
    parts = id.lower().rpartition("/providers/")[2].split("/")
    return [parts[0], *parts[1::2]]


def _name(id: str) -> str:
    return "/".join(id.split("/")[-2:])
