"""Computes of a workspace: clusters and instances. Machines exist on paper; jobs run on this one.

Source: how-to-create-attach-compute-cluster, how-to-create-compute-instance; names are unique in the region.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import quota
from ..arm import managed_identity, names
from ..arm.errors import ArmError, bad_request
from ..store import Body, Resource
from .base import Action, Call, Reply, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud

_NAME = "[a-zA-Z](?:[a-zA-Z0-9-]{0,22}[a-zA-Z0-9])"
_BUILT = ("AmlCompute", "ComputeInstance", "Kubernetes")
_FIXED = ("vmSize", "vmPriority", "subnet", "osType", "userAccountCredentials", "sshSettings", "enableNodePublicIp")


class Compute(ResourceType):
    type = "Microsoft.MachineLearningServices/workspaces/computes"
    immutable = ("properties.computeType", "properties.computeLocation", "properties.disableLocalAuth")

    def admit(self, call: Call) -> None:
        kind = str(_properties(call).get("computeType"))
        if kind not in _BUILT:
            raise ArmError(
                501, "NotImplemented", f"Computes of type '{kind}' are not built here; use {', '.join(_BUILT)}."
            )
        names.check(_NAME, call.id, "2 to 24 letters, digits and hyphens; begins with a letter")
        location = _location(call)
        if names.holder(call.cloud.store, call.id, location=location) is not None:
            raise names.taken(
                "Conflict", f"The compute name '{call.id.name}' is taken in {location}; names are unique in a region."
            )
        inner = _inner(call.body)
        if call.existing is not None:
            _refuse_changes(call.existing, inner)
        if kind == "AmlCompute":
            low, high = _scale(inner)
            quota.require(call.cloud.store, call.id, location, str(inner.get("vmSize", "")), max(low, 1))
            if not 0 <= low <= high:
                raise bad_request(
                    "InvalidScaleSettings",
                    f"'minNodeCount' is {low} and 'maxNodeCount' {high}; 0 <= minNodeCount <= maxNodeCount is needed.",
                    target="properties.properties.scaleSettings",
                )
        elif kind == "ComputeInstance":
            quota.require(call.cloud.store, call.id, location, str(inner.get("vmSize", "")), 1)

    def compose(self, call: Call) -> Resource:
        now, before = call.cloud.clock.iso(), call.existing
        old = before.properties if before else {}
        kind = str(_properties(call)["computeType"])
        inner = {**_defaults(kind), **_inner(call.body)}
        if kind == "ComputeInstance":
            inner |= _instance_state((old.get("properties") or {}).get("state", "Running"), now, "Create")
        properties = {
            **_properties(call),
            "computeLocation": _location(call),
            "disableLocalAuth": _properties(call).get("disableLocalAuth", kind == "AmlCompute"),
            "createdOn": old.get("createdOn", now),
            "modifiedOn": now,
            "isAttachedCompute": kind == "Kubernetes",
            "properties": inner,
        }
        body = {
            **managed_identity.of(call),
            "location": call.body.get("location") or _location(call),
            "properties": properties,
        }
        return Resource(call.id, body, dict(before.secret) if before else {})

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        """A cluster has as many nodes as its minimum while no job needs more."""
        if resource.properties.get("computeType") != "AmlCompute":
            return _without_password(resource).body
        inner = _inner(resource.body)
        low, _ = _scale(inner)
        counts = dict.fromkeys(("preparing", "running", "unusable", "leaving", "preempted"), 0)
        states = {"idleNodeCount": low, **{f"{name}NodeCount": count for name, count in counts.items()}}
        shown = {
            **inner,
            "allocationState": "Steady",
            "allocationStateTransitionTime": resource.properties.get("modifiedOn"),
            "currentNodeCount": low,
            "targetNodeCount": low,
            "nodeStateCounts": states,
        }
        return _without_password(resource.with_properties(properties=shown)).body

    def dismiss(self, call: Call) -> Resource | None:
        action = next((v for k, v in call.query.items() if k.lower() == "underlyingresourceaction"), "")
        if call.existing is not None and action.lower() not in ("delete", "detach"):
            raise bad_request(
                "UserError",
                "The query argument 'underlyingResourceAction' must be Delete or Detach.",
                target="underlyingResourceAction",
            )
        return None

    def actions(self) -> Mapping[str, Action]:
        return {
            "POST start": _switch("Start", "Running"),
            "POST stop": _switch("Stop", "Stopped"),
            "POST restart": _switch("Restart", "Running"),
            "POST listNodes": _nodes,
        }


def _switch(operation: str, state: str) -> Action:
    """Only instances can be started and stopped."""

    async def act(call: Call) -> Reply:
        assert call.existing is not None
        if call.existing.properties.get("computeType") != "ComputeInstance":
            kind = call.existing.properties.get("computeType")
            raise bad_request("BadRequest", f"{operation} is for compute instances; '{call.id.name}' is a {kind}.")
        change = _instance_state(state, call.cloud.clock.iso(), operation)
        call.cloud.store.put(call.existing.with_properties(properties={**_inner(call.existing.body), **change}))
        return Reply(202)

    return act


async def _nodes(call: Call) -> Reply:
    assert call.existing is not None
    low, _ = _scale(_inner(call.existing.body))
    nodes = [
        {
            "nodeId": f"tvmps_{call.id.name}_{i}",
            "nodeState": "idle",
            "privateIpAddress": f"10.0.0.{i + 4}",
            "port": 50000 + i,
        }
        for i in range(low)
    ]
    return Reply(200, {"nodes": nodes})


def _refuse_changes(existing: Resource, inner: Mapping[str, Any]) -> None:
    before = _inner(existing.body)
    changed = [name for name in _FIXED if name in inner and name in before and not _same(inner[name], before[name])]
    if changed:
        raise bad_request(
            "PropertyChangeNotAllowed",
            f"Changing {', '.join(changed)} of the compute '{existing.id.name}' is not allowed; re-create it.",
            target=f"properties.properties.{changed[0]}",
        )


def _same(new: Any, old: Any) -> bool:
    """What was taken out as a secret can't be compared; enumerations and sizes compare without case."""
    if isinstance(new, dict) and isinstance(old, dict):
        return all(_same(new[key], old[key]) for key in new.keys() & old.keys())
    return str(new).lower() == str(old).lower()


def _instance_state(state: str, now: str, operation: str) -> Body:
    last = {
        "operationName": operation,
        "operationTime": now,
        "operationStatus": "Succeeded",
        "operationTrigger": "User",
    }
    return {"state": state, "lastOperation": last}


def _defaults(kind: str) -> Body:
    if kind == "AmlCompute":
        return {
            "osType": "Linux",
            "vmPriority": "Dedicated",
            "enableNodePublicIp": True,
            "remoteLoginPortPublicAccess": "NotSpecified",
        }
    if kind == "ComputeInstance":
        return {
            "applicationSharingPolicy": "Shared",
            "computeInstanceAuthorizationType": "personal",
            "enableNodePublicIp": True,
        }
    return {}


def _without_password(resource: Resource) -> Resource:
    """The account's password and key come in and are never answered."""
    inner = _inner(resource.body)
    account = inner.get("userAccountCredentials")
    if not isinstance(account, dict):
        return resource
    return resource.with_properties(
        properties={**inner, "userAccountCredentials": {"adminUserName": account.get("adminUserName")}}
    )


def _location(call: Call) -> str:
    """Its own, else its body's, else its workspace's."""
    workspace = call.cloud.store.get(call.id.parent) if call.id.parent else None
    given = _properties(call).get("computeLocation") or call.body.get("location")
    return names.place(str(given or (workspace.body.get("location") if workspace else "")))


def _scale(inner: Mapping[str, Any]) -> tuple[int, int]:
    """(minimum, maximum) of nodes; a cluster made without has none and one."""
    scale = inner.get("scaleSettings") or {}
    return int(scale.get("minNodeCount") or 0), int(scale.get("maxNodeCount") or 1)


def _properties(call: Call) -> dict[str, Any]:
    return call.body.get("properties") or {}


def _inner(body: Mapping[str, Any]) -> dict[str, Any]:
    return (body.get("properties") or {}).get("properties") or {}
