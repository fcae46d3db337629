"""What Azure ML says of a region: usages, quotas, VM sizes.

Source: azure-rest-api-specs, example Usage/list.json, which names `totalCores` "Clusters"; models ResourceQuota and
VirtualMachineSize.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import quota, vm_sizes
from ..arm.errors import bad_request
from ..settings import LOCATIONS
from ..store import Store
from .base import Action, Call, Reply, ResourceType

_PROVIDER = "Microsoft.MachineLearningServices"


class MachineLearningLocation(ResourceType):
    type = f"{_PROVIDER}/locations"

    def actions(self) -> Mapping[str, Action]:
        return {"GET usages": _usages, "GET quotas": _quotas, "POST updateQuotas": _update, "GET vmSizes": _sizes}


async def _usages(call: Call) -> Reply:
    location, subscription = _location(call), call.params["subscriptionId"]
    in_use = quota.used(call.cloud.store, subscription, location)
    found = [_usage(call, location, quota.TOTAL, "Clusters", in_use.total())]
    found += [_usage(call, location, family, family, in_use[family]) for family in sorted(vm_sizes.FAMILIES.values())]
    workspaces = len(call.cloud.store.of_type(f"{_PROVIDER}/workspaces", f"/subscriptions/{subscription}"))
    at = f"/subscriptions/{subscription}/providers/{_PROVIDER}/locations/{location}/workspaces/usages"
    found.append(_entry(at, f"{_PROVIDER}/workspaces/usages", location, "Workspaces", workspaces, quota.UNLIMITED))
    return Reply(200, {"value": found})


async def _quotas(call: Call) -> Reply:
    location = _location(call)
    found = []
    for family in sorted(vm_sizes.FAMILIES.values()):
        entry = _usage(call, location, family, family, 0)
        entry = {
            **entry,
            "type": f"{_PROVIDER}/vmFamily/dedicatedCores/quotas",
            "id": entry["id"].replace("/usages", "/quotas"),
        }
        del entry["currentValue"]
        found.append(entry)
    return Reply(200, {"value": found})


async def _update(call: Call) -> Reply:
    """A workspace's share of the subscription's limit can't exceed it; every entry gets its own status."""
    location, answers = _location(call), []
    with call.cloud.store.transaction():
        for asked in call.body.get("value") or []:
            answers.append(_changed(call.cloud.store, call.params["subscriptionId"], location, asked))
    return Reply(200, {"value": answers})


def _changed(store: Store, subscription: str, location: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    key, wanted = str(asked.get("id", "")), int(asked.get("limit", 0))
    answer = {"id": key, "type": asked.get("type"), "limit": wanted, "unit": asked.get("unit", "Count")}
    family = next((f for f in vm_sizes.FAMILIES.values() if f"/{_slug(f)}".lower() in key.lower()), None)
    if family is None:
        return {**answer, "status": "InvalidVMFamilyName"}
    most = quota.limit(store, subscription, location, family)
    if most not in (quota.UNLIMITED,) and wanted > most:
        return {**answer, "status": "InvalidQuotaExceedsSubscriptionLimit"}
    if wanted < quota.used(store, subscription, location)[family]:
        return {**answer, "status": "InvalidQuotaBelowClusterMinimum"}
    store.set_record("workspace-quota", key, {"location": location, "family": family, "limit": wanted})
    return {**answer, "status": "Success"}


async def _sizes(call: Call) -> Reply:
    _location(call)
    return Reply(200, {"value": [_shown(size) for size in vm_sizes.SIZES.values()]})


def _shown(size: vm_sizes.VmSize) -> dict[str, Any]:
    return {
        "name": size.name,
        "family": size.family,
        "vCPUs": size.cores,
        "gpus": size.gpus,
        "memoryGB": size.memory,
        "osVhdSizeMB": 1047552,
        "maxResourceVolumeMB": size.temporary_disk,
        "lowPriorityCapable": size.low_priority,
        "premiumIO": "s" in size.name.rsplit("_", 1)[0].lower().removeprefix("standard"),
        "supportedComputeTypes": ["AmlCompute", "ComputeInstance"],
    }


def _usage(call: Call, location: str, family: str, name: str, current: int) -> dict[str, Any]:
    total = family == quota.TOTAL
    at = f"/subscriptions/{call.id.subscription}/providers/{_PROVIDER}/locations/{location}/usages/"
    kind = "totalCores" if total else "vmFamily"
    tail = "Total_Cluster_Dedicated_Regional_vCPUs" if total else f"{_slug(family)}_Cluster_Dedicated_vCPUs"
    return _entry(
        f"{at}{tail}",
        f"{_PROVIDER}/{kind}/usages",
        location,
        name,
        current,
        quota.limit(call.cloud.store, call.params["subscriptionId"], location, family),
    )


def _entry(at: str, kind: str, location: str, name: str, current: int, limit: int) -> dict[str, Any]:
    return {
        "id": at,
        "type": kind,
        "amlWorkspaceLocation": location,
        "unit": "Count",
        "currentValue": current,
        "limit": limit,
        "name": {"value": name, "localizedValue": name},
    }


def _slug(family: str) -> str:
    """`standardDSv2Family` → `Standard_DSv2_Family`, as ids of usages have it."""
    middle = family.removeprefix("standard").removeprefix("Standard").strip().removesuffix("Family").strip()
    return f"Standard_{middle}_Family".replace(" ", "_")


def _location(call: Call) -> str:
    location = call.params["location"].replace(" ", "").lower()
    if location not in LOCATIONS:
        raise bad_request(
            "InvalidLocation", f"'{location}' is no region; allowed values: {', '.join(LOCATIONS)}.", target="location"
        )
    return location
