"""What is there of a run, found by its tag and by its names alone, so that it is found after any crash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amlops.azure import Azure
from amlops.config.moments import moment

from .budget import API as BUDGETS
from .cloud import Cloud
from .environment import EXPIRES, TAG

GROUPS, RESOURCES, ASSIGNMENTS, VAULTS = "2024-03-01", "2021-04-01", "2022-04-01", "2024-11-01"
_BUDGETS = "providers/Microsoft.Consumption/budgets"


@dataclass(frozen=True, slots=True)
class Remains:
    """Ids in ARM. `vaults` are deleted and not purged; `assignments` belong to identities of the run."""

    groups: tuple[str, ...]
    resources: tuple[str, ...]
    vaults: tuple[str, ...]
    budgets: tuple[str, ...]
    assignments: tuple[str, ...]

    def __iter__(self) -> Iterator[str]:
        yield from (*self.groups, *self.resources, *self.vaults, *self.budgets, *self.assignments)

    def __bool__(self) -> bool:
        return any(True for _ in self)


def remains(cloud: Cloud, run: str, principals: Collection[str] = ()) -> Remains:
    """`principals` are object ids of identities of the run, known from before they went. Raises AmlopsError."""
    azure, scope = cloud.azure, cloud.scope
    tagged = f"tagName eq '{TAG}' and tagValue eq '{run}'"
    resources = azure.listed(f"{scope}/resources", RESOURCES, **{"$filter": tagged})
    return Remains(
        groups=tuple(str(group["id"]) for group in _groups(azure, scope) if _of_run(group, run)),
        resources=tuple(str(item["id"]) for item in resources),
        vaults=tuple(str(vault["id"]) for vault in _deleted_vaults(cloud) if _tagged(vault["properties"], run)),
        budgets=tuple(
            str(item["id"]) for item in azure.listed(f"{scope}/{_BUDGETS}", BUDGETS) if item["name"] == f"{TAG}-{run}"
        ),
        assignments=_assignments(azure, scope, {who.lower() for who in principals}),
    )


def principals_of(azure: Azure, ids: Collection[str]) -> set[str]:
    """Object ids of the identities among these resources."""
    found = set()
    for id in ids:
        if "/providers/microsoft.managedidentity/userassignedidentities/" in id.lower():
            identity = azure.resource(id, "2023-01-31") or {}
            found.add(str((identity.get("properties") or {}).get("principalId") or "").lower())
    return found - {""}


def runs(cloud: Cloud) -> Mapping[str, datetime | None]:
    """Every run that left something, by its id, and when it expires; None where nothing says so."""
    found: dict[str, list[str]] = defaultdict(list)
    bodies = [group.get("tags") or {} for group in _groups(cloud.azure, cloud.scope)]
    bodies += [vault["properties"].get("tags") or {} for vault in _deleted_vaults(cloud)]
    for tags in bodies:
        if TAG in tags:
            found[tags[TAG]].append(tags.get(EXPIRES, ""))
    for item in cloud.azure.listed(f"{cloud.scope}/{_BUDGETS}", BUDGETS):
        if str(item["name"]).startswith(f"{TAG}-"):
            found[str(item["name"]).removeprefix(f"{TAG}-")].append("")
    return {run: _last(texts) for run, texts in found.items()}


def _last(texts: list[str]) -> datetime | None:
    moments = [found for text in texts if (found := _moment(text)) is not None]
    return max(moments) if moments else None


def _moment(text: str) -> datetime | None:
    try:
        found: datetime = moment(text)
        return found
    except ValueError:
        return None


def _groups(azure: Azure, scope: str) -> tuple[dict[str, Any], ...]:
    return azure.listed(f"{scope}/resourcegroups", GROUPS)


def _of_run(group: Mapping[str, Any], run: str) -> bool:
    """By its tag; or a group that Azure itself made for something of the run, which carries no tag of ours."""
    names = f"{group['name']} {group.get('managedBy') or ''}".lower()
    return _tagged(group, run) or f"-{run}-" in names


def _tagged(body: Mapping[str, Any], run: str) -> bool:
    return (body.get("tags") or {}).get(TAG) == run


def _deleted_vaults(cloud: Cloud) -> tuple[dict[str, Any], ...]:
    return cloud.azure.listed(f"{cloud.scope}/providers/Microsoft.KeyVault/deletedVaults", VAULTS)


def _assignments(azure: Azure, scope: str, principals: Collection[str]) -> tuple[str, ...]:
    if not principals:
        return ()
    listed = azure.listed(f"{scope}/providers/Microsoft.Authorization/roleAssignments", ASSIGNMENTS)
    return tuple(str(item["id"]) for item in listed if str(item["properties"]["principalId"]).lower() in principals)
