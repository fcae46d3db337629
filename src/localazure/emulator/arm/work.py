"""The work behind an answer: provisioning, removing, and what a kill left half done.

It knows no routes and no clients; `lifecycle` starts it, `Operations` runs it.
"""

from __future__ import annotations

import functools
import logging
import sqlite3
from typing import TYPE_CHECKING

from ..operations import AT_ONCE, Hold, Operation, Work
from ..store import Resource
from ..types.base import ResourceType
from .errors import ArmError
from .ids import ArmId

if TYPE_CHECKING:
    from ..cloud import Cloud

FINAL = frozenset({"Succeeded", "Failed", "Canceled"})
log = logging.getLogger(__name__)


def provisioning(cloud: Cloud, behaviour: ResourceType, resource_id: ArmId) -> Work:
    """The work of a create or update, for `Operations`."""
    return functools.partial(settle, cloud, behaviour, resource_id)


def removal(cloud: Cloud, resource_id: ArmId) -> Work:
    """The work of a delete, for `Operations`."""
    return functools.partial(remove, cloud, resource_id)


async def settle(cloud: Cloud, behaviour: ResourceType, resource_id: ArmId, hold: Hold) -> None:
    """Provision and write the final state. A failure is kept as state Failed and raised."""
    try:
        await hold()
        changed = await behaviour.provision(cloud, present(cloud, resource_id))
    except (ArmError, sqlite3.Error) as failure:
        if isinstance(failure, ArmError):
            _conclude(cloud, resource_id, None, "Failed")
        raise
    except Exception as failure:
        _conclude(cloud, resource_id, None, "Failed")
        raise _ours(f"provisioning {resource_id}", failure) from failure
    _conclude(cloud, resource_id, changed, "Succeeded")


async def remove(cloud: Cloud, resource_id: ArmId, hold: Hold) -> None:
    """Retire everything below, the deepest first, then the resource itself; each is gone once it is retired."""
    current = resource_id
    try:
        await hold()
        for below in reversed(cloud.store.below(resource_id)):
            current = below.id
            await cloud.operations.cancel(below.id.key)
            await _retire(cloud, below.id)
        current = resource_id
        await _retire(cloud, resource_id)
    except ArmError:
        _conclude(cloud, current, None, "Failed")
        raise
    except sqlite3.Error:
        raise
    except Exception as failure:
        _conclude(cloud, current, None, "Failed")
        raise _ours(f"deleting {current}", failure) from failure


async def recover(cloud: Cloud) -> None:
    """At start: take up what was running, and let every type bring back what lived outside the store."""
    taken = set()
    for operation in cloud.operations.unfinished():
        resource = cloud.store.get(operation.target)
        if resource is None:
            cloud.operations.conclude(operation)
            continue
        _take_up(cloud, operation, resource)
        taken.add(resource.id.key)
    for resource in cloud.store.below("/subscriptions"):
        if resource.id.key in taken:
            continue
        if resource.state in FINAL:
            await cloud.types.of(resource.type).restore(cloud, resource)
        else:
            verb = "delete" if resource.state == "Deleting" else "put"
            operation = cloud.operations.record(resource.id.key, verb, location(resource), AT_ONCE, announced=False)
            _take_up(cloud, operation, resource)


def _take_up(cloud: Cloud, operation: Operation, resource: Resource) -> None:
    deleting = operation.verb == "delete"
    again = removal(cloud, resource.id) if deleting else provisioning(cloud, cloud.types.of(resource.type), resource.id)
    cloud.operations.run(operation, again)


async def _retire(cloud: Cloud, resource_id: ArmId) -> None:
    resource = cloud.store.get(resource_id)
    if resource is not None:
        await cloud.types.of(resource.type).retire(cloud, resource)
        cloud.store.delete(resource_id)


def _conclude(cloud: Cloud, resource_id: ArmId, changed: Resource | None, state: str) -> None:
    """Write the final state, if the resource is still there and its model has one."""
    resource = changed or cloud.store.get(resource_id)
    if resource is None:
        return
    if "provisioningState" in resource.properties:
        cloud.store.put(resource.with_properties(provisioningState=state))
    elif changed is not None:
        cloud.store.put(changed)


def location(resource: Resource) -> str:
    """Where it is, "" for what has no place of its own."""
    return str(resource.body.get("location") or "")


def present(cloud: Cloud, resource_id: ArmId) -> Resource:
    """The resource as it is now. Raises ArmError 404 where it was deleted meanwhile."""
    resource = cloud.store.get(resource_id)
    if resource is None:
        raise ArmError(404, "ResourceNotFound", f"The Resource '{resource_id}' was deleted meanwhile.")
    return resource


def _ours(what: str, failure: Exception) -> ArmError:
    """A fault of the emulator becomes a failed operation, and is logged."""
    log.error("%s", what, exc_info=failure)
    return ArmError(500, "InternalServerError", f"The local Azure failed {what}: {failure!r}. See `localazure logs`.")
