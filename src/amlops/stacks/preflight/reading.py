"""Asks Azure what the checks want to know of a plan, and nothing for a plan that changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from amlops.azure import Azure, AzureRefused
from amlops.config import Environment, Names

from ..engine import Result
from ..names import StackName
from .checks.names import FORMS
from .situation import CLUSTER, DEPLOYMENT, ENDPOINT, Planned, Said, Situation, Size, Usage, planned

_ML, _ML_API = "Microsoft.MachineLearningServices", "2025-12-01"
_LIST_API, _GROUP_API = "2021-04-01", "2024-03-01"
_ENDPOINTS = f"{_ML}/workspaces/onlineEndpoints"

_CHECKED: Final[Mapping[str, tuple[str, str, str]]] = {
    "storage:StorageAccount": ("Microsoft.Storage", "storageAccounts", "2024-01-01"),
    "keyvault:Vault": ("Microsoft.KeyVault", "vaults", "2024-11-01"),
    "containerregistry:Registry": ("Microsoft.ContainerRegistry", "registries", "2023-01-01-preview"),
}
"""Kinds whose names Azure checks."""

T = TypeVar("T")


def read(azure: Azure, environment: Environment, stack: StackName, preview: Result) -> Situation:
    """What is known before the plan is applied. Raises AmlopsError where Azure does not answer."""
    plan = planned(preview, _subscription(azure, environment))
    said = _Asking(azure, environment, plan).all() if plan else Said()
    return Situation(stack, environment, plan, said)


def denied(azure: Azure, environment: Environment, stack: StackName) -> tuple[str, ...]:
    """The ids that a stack is about and this identity may not read, before anything is previewed; () where all is well.

    Raises AmlopsError.
    """
    names, subscription = Names(environment), _subscription(azure, environment)
    group = names.registry_resource_group if stack.kind == "registry" else names.resource_group
    id, api = f"/subscriptions/{subscription}/resourceGroups/{group}", _GROUP_API
    if stack.deployment is not None:
        place = f"{id}/providers/{_ML}/workspaces/{names.workspace}"
        id, api = f"{place}/onlineEndpoints/{names.endpoint(stack.deployment)}", _ML_API
    try:
        azure.resource(id, api)
    except AzureRefused as error:
        if error.status != 403:
            raise
        return (id,)
    return ()


class _Asking:
    """One round of questions. What this identity may not read stays unknown, and is told."""

    def __init__(self, azure: Azure, environment: Environment, plan: tuple[Planned, ...]) -> None:
        self._azure, self._environment, self._plan = azure, environment, plan
        self._at = f"/subscriptions/{_subscription(azure, environment)}"
        self._unread: list[str] = []

    def all(self) -> Said:
        kinds = {item.kind for item in self._plan}
        machines = bool(kinds & {DEPLOYMENT, CLUSTER})
        serving = bool(kinds & {DEPLOYMENT, ENDPOINT})
        endpoints = self._listed(_ENDPOINTS) if serving else None
        deployments = self._listed(f"{_ENDPOINTS}/deployments") if serving else None
        group = f"/resourcegroups/{Names(self._environment).resource_group}/".lower()
        return Said(
            sizes=self._sizes() if machines else {},
            usages=self._usages() if machines else {},
            endpoints=_count(endpoints),
            deployments=_count(deployments),
            endpoint_deployments=self._of_endpoint(deployments),
            here=_count(None if endpoints is None else [id for id in endpoints if group in id.lower()]),
            taken=self._taken(),
            deleted=self._deleted(),
            unregistered=self._unregistered(),
            unread=tuple(dict.fromkeys(self._unread)),
        )

    def _ask(self, what: str, question: Callable[[], T]) -> T | None:
        try:
            return question()
        except AzureRefused as error:
            if error.status not in (401, 403):
                raise
            self._unread.append(what)
            return None

    def _location(self, what: str) -> tuple[dict[str, Any], ...]:
        path = f"{self._at}/providers/{_ML}/locations/{self._environment.region}/{what}"
        return self._ask(f"{what} of the region", lambda: self._azure.listed(path, _ML_API)) or ()

    def _sizes(self) -> dict[str, Size]:
        return {
            str(item["name"]).lower(): Size(str(item["family"]), int(item["vCPUs"]))
            for item in self._location("vmSizes")
            if "name" in item and "family" in item
        }

    def _usages(self) -> dict[str, Usage]:
        """By family in lower case, and `total`. Shares of workspaces and low-priority cores are other quotas."""
        found = {}
        for item in self._location("usages"):
            tail = str(item.get("id", "")).rsplit("/", 1)[-1]
            if str(item.get("type", "")).endswith("/totalCores/usages"):
                family = "total"
            elif re.search(r"_Cluster_Dedicated_vCPUs$", tail, re.IGNORECASE):
                family = re.sub(r"_Cluster_Dedicated_vCPUs$|[_\s]", "", tail, flags=re.IGNORECASE).lower()
            else:
                continue
            found[family] = Usage(int(item.get("currentValue") or 0), int(item.get("limit", -1)))
        return found

    def _listed(self, type: str) -> list[str] | None:
        query = {"$filter": f"resourceType eq '{type}' and location eq '{self._environment.region}'"}
        found = self._ask(
            f"{type} of the subscription", lambda: self._azure.listed(f"{self._at}/resources", _LIST_API, **query)
        )
        return None if found is None else [str(item["id"]) for item in found]

    def _of_endpoint(self, deployments: Iterable[str] | None) -> int | None:
        """Deployments of the endpoint that the plan is about."""
        ids = [item.id for item in self._plan if item.kind == DEPLOYMENT and item.id is not None]
        if deployments is None or not ids:
            return None
        endpoint = ids[0].lower().rpartition("/deployments/")[0]
        return sum(id.lower().startswith(f"{endpoint}/deployments/") for id in deployments)

    def _taken(self) -> dict[str, str]:
        """Names that Azure says are not free, by URN. What is there already is no new name: an interrupted run made it."""
        found = {}
        for item in self._plan:
            if not item.made or item.kind not in _CHECKED or item.id is None:
                continue
            namespace, type, api = _CHECKED[item.kind]
            name = item.text(FORMS[item.kind][0])
            body = {"name": name, "type": f"{namespace}/{type}"}
            path = f"{self._at}/providers/{namespace}/checkNameAvailability"
            answer = self._ask(f"whether {name} is free", lambda p=path, a=api, b=body: self._azure.post(p, a, b))  # type: ignore[misc]
            if answer is None or answer.get("nameAvailable") is not False:
                continue
            id = item.id
            if self._ask(f"whether {name} is there", lambda i=id, a=api: self._azure.resource(i, a)) is None:  # type: ignore[misc]
                found[item.step.urn] = str(answer.get("message") or answer.get("reason") or "it is taken").rstrip(".")
        return found

    def _deleted(self) -> dict[str, str]:
        """Until when deleted vaults and accounts of the new names are kept, by URN."""
        found = {}
        for item in self._plan:
            if item.made and item.kind == "keyvault:Vault":
                place = f"{self._at}/providers/Microsoft.KeyVault/locations/{self._environment.region}"
                path = f"{place}/deletedVaults/{item.text('vaultName')}"
                vault = self._ask("deleted vaults", lambda p=path: self._azure.resource(p, "2024-11-01"))  # type: ignore[misc]
                if vault is not None:
                    found[item.step.urn] = str(
                        (vault.get("properties") or {}).get("scheduledPurgeDate") or "it is purged"
                    )
            elif item.made and item.kind == "storage:StorageAccount":
                path = f"{self._at}/providers/Microsoft.Storage/deletedAccounts"
                accounts = self._ask("deleted accounts", lambda p=path: self._azure.listed(p, "2024-01-01")) or ()  # type: ignore[misc]
                if any(account.get("name") == item.text("accountName") for account in accounts):
                    found[item.step.urn] = "Azure deletes it for good"
        return found

    def _unregistered(self) -> tuple[str, ...]:
        spaces = {space for item in self._plan if item.made and (space := _namespace(item.id)) is not None}
        found = []
        for space in sorted(spaces):
            path = f"{self._at}/providers/{space}"
            answer = self._ask(f"the registration for {space}", lambda p=path: self._azure.resource(p, _LIST_API))  # type: ignore[misc]
            if answer is not None and str(answer.get("registrationState", "")).lower() in (
                "notregistered",
                "unregistered",
            ):
                found.append(space)
        return tuple(found)


def _namespace(id: str | None) -> str | None:
    found = re.findall(r"/providers/([^/]+)/", id or "")
    return str(found[-1]) if found else None


def _count(found: list[str] | None) -> int | None:
    return None if found is None else len(found)


def _subscription(azure: Azure, environment: Environment) -> str:
    return environment.subscription_id or azure.subscription
