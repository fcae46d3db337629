"""Asks Azure what the checks want to know of a plan, and nothing for a plan that changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from amlops.azure import Azure, AzureRefused
from amlops.config import Environment, Names

from ..engine import Result
from ..names import StackName
from .checks.names import FORMS
from .situation import CLUSTER, DEPLOYMENT, ENDPOINT, Planned, Said, Situation, Size, Usage, planned, quota_name

_ML, _ML_API = "Microsoft.MachineLearningServices", "2025-12-01"
_LIST_API, _GROUP_API, _VAULT_API, _STORAGE_API = "2021-04-01", "2024-03-01", "2024-11-01", "2024-01-01"
_ENDPOINTS = f"{_ML}/workspaces/onlineEndpoints"
_DEDICATED = re.compile(r"_Cluster_Dedicated_vCPUs$", re.IGNORECASE)

_CHECKED: Final[Mapping[str, tuple[str, str, str]]] = {
    "storage:StorageAccount": ("Microsoft.Storage", "storageAccounts", _STORAGE_API),
    "keyvault:Vault": ("Microsoft.KeyVault", "vaults", _VAULT_API),
    "containerregistry:Registry": ("Microsoft.ContainerRegistry", "registries", "2023-01-01-preview"),
}
"""Kinds whose names Azure checks."""


def read(azure: Azure, environment: Environment, stack: StackName, preview: Result) -> Situation:
    """What is known before the plan is applied. Raises AmlopsError where Azure does not answer."""
    plan = planned(preview, _subscription(azure, environment))
    said = _Questions(azure, environment, plan).asked() if plan else Said()
    return Situation(stack, environment, plan, said)


def reach(azure: Azure, environment: Environment, stack: StackName) -> Situation:
    """Whether this identity reaches what a stack is about, before anything is previewed: a preview reads it too.

    Raises AmlopsError where Azure does not answer.
    """
    names = Names(environment)
    group = names.registry_resource_group if stack.kind == "registry" else names.resource_group
    id, api = f"/subscriptions/{_subscription(azure, environment)}/resourceGroups/{group}", _GROUP_API
    if stack.deployment is not None:
        place = f"{id}/providers/{_ML}/workspaces/{names.workspace}"
        id, api = f"{place}/onlineEndpoints/{names.endpoint(stack.deployment)}", _ML_API
    try:
        azure.resource(id, api)
    except AzureRefused as error:
        if error.status != 403:
            raise
        return Situation(stack, environment, (), Said(denied=(id,)))
    return Situation(stack, environment, (), Said())


class _Questions:
    """One round of them. What this identity may not read stays unknown, and is told in `unread`."""

    def __init__(self, azure: Azure, environment: Environment, plan: tuple[Planned, ...]) -> None:
        self._azure, self._environment, self._plan = azure, environment, plan
        self._at = f"/subscriptions/{_subscription(azure, environment)}"
        self._unread: list[str] = []

    def asked(self) -> Said:
        kinds = {item.kind for item in self._plan}
        machines, serving = bool(kinds & {DEPLOYMENT, CLUSTER}), bool(kinds & {DEPLOYMENT, ENDPOINT})
        endpoints = self._all(_ENDPOINTS) if serving else None
        deployments = self._all(f"{_ENDPOINTS}/deployments") if serving else None
        group = f"/resourcegroups/{Names(self._environment).resource_group}/".lower()
        return Said(
            sizes=self._sizes() if machines else {},
            usages=self._usages() if machines else {},
            endpoints=None if endpoints is None else len(endpoints),
            deployments=None if deployments is None else len(deployments),
            endpoint_deployments=self._of_endpoint(deployments),
            here=None if endpoints is None else sum(group in id for id in endpoints),
            taken=self._taken(),
            deleted=self._deleted(),
            unregistered=self._unregistered(),
            unread=tuple(dict.fromkeys(self._unread)),
        )

    def _listed(self, path: str, api: str, **query: str) -> tuple[dict[str, Any], ...] | None:
        """None where this identity may not read it."""
        try:
            return self._azure.listed(f"{self._at}/{path}", api, **query)
        except AzureRefused as error:
            self._forbidden(path, error)
            return None

    def _found(self, path: str, api: str) -> dict[str, Any] | None:
        try:
            return self._azure.resource(path if path.startswith("/") else f"{self._at}/{path}", api)
        except AzureRefused as error:
            self._forbidden(path, error)
            return None

    def _forbidden(self, path: str, error: AzureRefused) -> None:
        """Raises `error` unless it says that this may not be read, or not before the subscription is registered."""
        if error.code == "MissingSubscriptionRegistration":
            return
        if error.status != 403:
            raise error
        self._unread.append(path)

    def _sizes(self) -> dict[str, Size]:
        found = self._listed(f"providers/{_ML}/locations/{self._environment.region}/vmSizes", _ML_API) or ()
        return {str(item["name"]).lower(): Size(str(item["family"]), int(item["vCPUs"])) for item in found}

    def _usages(self) -> dict[str, Usage]:
        """By family, and `total`. Shares of workspaces and low-priority cores are other quotas."""
        found = {}
        for item in self._listed(f"providers/{_ML}/locations/{self._environment.region}/usages", _ML_API) or ():
            tail = str(item.get("id", "")).rsplit("/", 1)[-1]
            if str(item.get("type", "")).endswith("/totalCores/usages"):
                family = "total"
            elif _DEDICATED.search(tail):
                family = quota_name(_DEDICATED.sub("", tail))
            else:
                continue
            found[family] = Usage(int(item.get("currentValue") or 0), int(item.get("limit", -1)))
        return found

    def _all(self, type: str) -> list[str] | None:
        """The ids, in lower case, of all resources of a type in the subscription's region."""
        wanted = f"resourceType eq '{type}' and location eq '{self._environment.region}'"
        found = self._listed("resources", _LIST_API, **{"$filter": wanted})
        return None if found is None else [str(item["id"]).lower() for item in found]

    def _of_endpoint(self, deployments: Sequence[str] | None) -> int | None:
        """Deployments of the endpoint that the plan is about."""
        ids = [item.id for item in self._plan if item.kind == DEPLOYMENT and item.id is not None]
        if deployments is None or not ids:
            return None
        beside = f"{ids[0].lower().rpartition('/')[0]}/"
        return sum(id.startswith(beside) for id in deployments)

    def _taken(self) -> dict[str, str]:
        """Why names are not free, by URN. What is there already is no new name: an interrupted run made it."""
        found = {}
        for item in self._plan:
            if not item.made or item.kind not in _CHECKED or item.id is None:
                continue
            namespace, type, api = _CHECKED[item.kind]
            path = f"{self._at}/providers/{namespace}/checkNameAvailability"
            try:
                body = {"name": item.text(FORMS[item.kind][0]), "type": f"{namespace}/{type}"}
                answer = self._azure.post(path, api, body)
            except AzureRefused as error:
                self._forbidden(path, error)
                continue
            if answer.get("nameAvailable") is False and self._found(item.id, api) is None:
                found[item.step.urn] = str(answer.get("message") or answer.get("reason") or "it is taken").rstrip(".")
        return found

    def _deleted(self) -> dict[str, str]:
        """Until when deleted vaults and accounts of the new names are kept, by URN."""
        found = {}
        for item in self._plan:
            if item.made and item.kind == "keyvault:Vault":
                place = f"providers/Microsoft.KeyVault/locations/{self._environment.region}/deletedVaults"
                vault = self._found(f"{place}/{item.text('vaultName')}", _VAULT_API)
                if vault is not None:
                    until = (vault.get("properties") or {}).get("scheduledPurgeDate")
                    found[item.step.urn] = str(until or "it is purged")
            elif item.made and item.kind == "storage:StorageAccount":
                accounts = self._listed("providers/Microsoft.Storage/deletedAccounts", _STORAGE_API) or ()
                if any(account.get("name") == item.text("accountName") for account in accounts):
                    found[item.step.urn] = "Azure deletes it for good"
        return found

    def _unregistered(self) -> tuple[str, ...]:
        spaces = {space for item in self._plan if item.made for space in _namespaces(item.id)}
        found = {space: self._found(f"providers/{space}", _LIST_API) or {} for space in sorted(spaces)}
        unregistered = ("notregistered", "unregistered")
        return tuple(s for s, said in found.items() if str(said.get("registrationState")).lower() in unregistered)


def _namespaces(id: str | None) -> list[str]:
    """The last one is the resource's own; a role assignment lies behind that of its scope."""
    return re.findall(r"/providers/([^/]+)/", id or "")[-1:]


def _subscription(azure: Azure, environment: Environment) -> str:
    return environment.subscription_id or azure.subscription
