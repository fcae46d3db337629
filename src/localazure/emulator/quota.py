"""Cores that Azure ML may use in a region: a limit for each family, what is in use, and the refusal above it.

Source: how-to-manage-quotas: limits are per subscription, region and family, apart from the VM quota; none for GPUs by
default; online deployments count 20 % more instances than they have, for upgrades.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from . import vm_sizes
from .arm.errors import ArmError, bad_request
from .arm.ids import ArmId
from .arm.names import place
from .store import Resource, Store

CORES = 300  # of each family without GPUs, unless a test sets something else; Azure starts with 24 to 300
UNLIMITED = -1
TOTAL = "totalCores"
_KIND = "quota"
_ML = "Microsoft.MachineLearningServices/workspaces"
_UPGRADE = 1.2


def limit(store: Store, subscription: str, location: str, family: str) -> int:
    """Cores of a family in a subscription's region; −1 where there is no limit."""
    kept = store.record(_KIND, _key(subscription, location, family)) or store.record(_KIND, _key("", location, family))
    if kept is not None:
        return int(kept["limit"])
    if family == TOTAL:
        return UNLIMITED
    gpus = any(size.gpus for size in vm_sizes.SIZES.values() if size.family == family)
    return 0 if gpus else CORES


def set_limit(store: Store, location: str, family: str, cores: int, subscription: str = "") -> None:
    """What a support request does in Azure, in every subscription that has none of its own where none is named.

    Raises ArmError 400 for a family that isn't there.
    """
    known = TOTAL if family == TOTAL else vm_sizes.FAMILIES.get(family.lower())
    if known is None:
        allowed = ", ".join([TOTAL, *sorted(vm_sizes.FAMILIES.values())])
        raise bad_request(
            "InvalidVMFamilyName", f"'{family}' is no family; allowed values: {allowed}.", target="family"
        )
    kept = {"location": place(location), "family": known, "limit": cores}
    store.set_record(_KIND, _key(subscription, location, known), kept)


def used(store: Store, subscription: str, location: str, *, without: str = "") -> Counter[str]:
    """Cores in use by family; `without` is the key of a resource that is left out (the one about to change)."""
    cores: Counter[str] = Counter()
    mine = f"/subscriptions/{subscription}"
    for compute in store.of_type(f"{_ML}/computes", mine):
        if compute.id.key != without and place(_compute_location(compute)) == place(location):
            _add(cores, str(_inner(compute).get("vmSize", "")), _compute_nodes(compute))
    for deployment in store.of_type(f"{_ML}/onlineEndpoints/deployments", mine):
        if deployment.id.key != without and place(str(deployment.body.get("location", ""))) == place(location):
            instances = int((deployment.body.get("sku") or {}).get("capacity") or 1)
            _add(cores, str(deployment.properties.get("instanceType", "")), deployment_nodes(instances))
    return cores


def deployment_nodes(instances: int) -> int:
    """What an online deployment of that many instances takes from the quota."""
    return math.ceil(_UPGRADE * instances)


def require(store: Store, resource: ArmId, location: str, vm_size: str, nodes: int) -> None:
    """Raises ArmError 400 unless so many machines fit into what is left, the resource's own left out of account.

    Call it in `admit`.
    """
    size = vm_sizes.find(vm_size)
    if size is None:
        raise bad_request(
            "InvalidVmSize", f"'{vm_size}' is no VM size that Azure ML offers in {place(location)}.", target="vmSize"
        )
    subscription = resource.subscription or ""
    allowed, wanted = limit(store, subscription, location, size.family), nodes * size.cores
    in_use = used(store, subscription, location, without=resource.key)
    for name, most, taken in (
        (size.family, allowed, in_use[size.family]),
        (TOTAL, limit(store, subscription, location, TOTAL), in_use.total()),
    ):
        if most != UNLIMITED and taken + wanted > most:
            raise ArmError(
                400,
                "OutOfQuota",
                f"The specified subscription has a total vCPU quota of {most} for {name} in {place(location)}, {taken} "
                f"in use, and cannot accommodate {nodes} x {size.name} ({wanted} vCPUs). Ask for more.",
                target="vmSize",
            )


def _compute_nodes(compute: Resource) -> int:
    """A cluster's idle minimum, an instance that runs: what is allocated, as far as the store knows."""
    inner = _inner(compute)
    if str(compute.properties.get("computeType")) == "ComputeInstance":
        return 0 if inner.get("state") == "Stopped" else 1
    return int((inner.get("scaleSettings") or {}).get("minNodeCount") or 0)


def _inner(compute: Resource) -> dict[str, Any]:
    found = compute.properties.get("properties")
    return found if isinstance(found, dict) else {}


def _compute_location(compute: Resource) -> str:
    return str(compute.properties.get("computeLocation") or compute.body.get("location") or "")


def _add(cores: Counter[str], vm_size: str, nodes: int) -> None:
    size = vm_sizes.find(vm_size)
    if size is not None and nodes:
        cores[size.family] += nodes * size.cores


def _key(subscription: str, location: str, family: str) -> str:
    return f"{subscription}/{place(location)}/{family}" if subscription else f"{place(location)}/{family}"
