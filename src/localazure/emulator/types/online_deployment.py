"""Managed online deployments: Succeeded means that one serves, Failed says why it doesn't.

Source: reference-yaml-deployment-managed-online (defaults, ranges), how-to-manage-quotas (limits).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import quota, vm_sizes
from ..arm import names
from ..arm.errors import ArmError, bad_request
from ..scoring import spec
from ..store import Body, Resource
from .base import Action, Call, Reply, ResourceType
from .online_endpoint import endpoint_of

if TYPE_CHECKING:
    from ..cloud import Cloud

NAME = "[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?"
MOST_PER_ENDPOINT, MOST_INSTANCES = 20, 50
LONGEST_REQUEST = 180.0  # seconds
_PROBE: Body = {
    "initialDelay": "PT10S",
    "period": "PT10S",
    "timeout": "PT2S",
    "successThreshold": 1,
    "failureThreshold": 30,
}
_REQUESTS: Body = {"maxConcurrentRequestsPerInstance": 1, "maxQueueWait": "PT0.5S", "requestTimeout": "PT5S"}
_DEFAULTS: Body = {
    "appInsightsEnabled": False,
    "egressPublicNetworkAccess": "Enabled",
    "instanceType": "Standard_F4s_v2",
    "properties": {},
    "scaleSettings": {"scaleType": "Default"},
}


class OnlineDeployment(ResourceType):
    type = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments"
    immutable = ("location", "properties.instanceType", "properties.endpointComputeType")
    long_running = True

    def takes_time(self, cloud: Cloud) -> bool:
        return cloud.scoring.serves

    def admit(self, call: Call) -> None:
        if call.existing is None:
            _admit_new(call)
        if str(call.body["properties"].get("endpointComputeType", "")).lower() != "managed":
            raise bad_request(
                "BadArgument",
                "endpointComputeType must be Managed: the local Azure has no Kubernetes.",
                target="properties.endpointComputeType",
            )
        capacity = (call.body.get("sku") or {}).get("capacity", 1)
        if not 1 <= capacity <= MOST_INSTANCES:
            raise bad_request(
                "BadArgument", f"The capacity is {capacity}; allowed are 1 to {MOST_INSTANCES}.", target="sku.capacity"
            )
        _admit_quota(call, int(capacity))
        wanted = spec.read(call.id, call.body)
        if wanted.timeout > LONGEST_REQUEST:
            raise bad_request(
                "BadArgument",
                f"requestTimeout is {wanted.timeout:g} s; the longest is {LONGEST_REQUEST:g} s.",
                target="properties.requestSettings.requestTimeout",
            )

    def compose(self, call: Call) -> Resource:
        given = call.body["properties"]
        filled: Body = {**_DEFAULTS, **given, "requestSettings": {**_REQUESTS, **(given.get("requestSettings") or {})}}
        for probe in ("livenessProbe", "readinessProbe"):
            filled[probe] = {**_PROBE, **(given.get(probe) or {})}
        sku = {"name": "Default", "capacity": 1, **(call.body.get("sku") or {})}
        return Resource(call.id, {**call.body, "properties": filled, "sku": sku})

    def dismiss(self, call: Call) -> Resource | None:
        properties = endpoint_of(call.id, call.cloud).properties
        for what in ("traffic", "mirrorTraffic"):
            for name, share in (properties.get(what) or {}).items():
                if share and name.lower() == call.id.name.lower():
                    raise bad_request(
                        "BadArgument",
                        f"The deployment '{call.id.name}' has {share} % of the endpoint's {what}; set it to 0 first.",
                    )
        return None

    async def provision(self, cloud: Cloud, resource: Resource) -> Resource | None:
        await cloud.scoring.deploy(resource)
        return None

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        await cloud.scoring.retire(resource.id)
        endpoint = endpoint_of(resource.id, cloud)
        traffic: Body = endpoint.properties.get("traffic") or {}
        left = {name: share for name, share in traffic.items() if name.lower() != resource.id.name.lower()}
        cloud.store.put(endpoint.with_properties(traffic=left))

    async def restore(self, cloud: Cloud, resource: Resource) -> None:
        await cloud.scoring.restore(resource.id)

    def actions(self) -> Mapping[str, Action]:
        return {"POST getLogs": _get_logs, "GET skus": _skus}


def _admit_new(call: Call) -> None:
    name = call.id.name
    if not 3 <= len(name) <= 32:
        raise bad_request(
            "BadArgument", f"The deployment name '{name}' has {len(name)} characters; allowed are 3 to 32."
        )
    names.check(NAME, call.id, "letters, digits and hyphens; begins with a letter, ends with a letter or digit")
    beside = call.cloud.store.children(endpoint_of(call.id, call.cloud).id)
    if len(beside) >= MOST_PER_ENDPOINT:
        raise bad_request(
            "OutOfQuota", f"The endpoint has {len(beside)} deployments; the limit is {MOST_PER_ENDPOINT}."
        )


def _admit_quota(call: Call, capacity: int) -> None:
    """Cores for the instances and those of an upgrade. A size that isn't known here counts for nothing."""
    size = str(call.body["properties"].get("instanceType") or _DEFAULTS["instanceType"])
    if vm_sizes.find(size) is not None:
        nodes = quota.deployment_nodes(capacity)
        quota.require(call.cloud.store, call.id, str(call.body.get("location", "")), size, nodes)


async def _get_logs(call: Call) -> Reply:
    if call.existing is None:
        raise ArmError(404, "ResourceNotFound", f"The Resource '{call.id}' was not found.", target=call.id.text)
    container = str(call.body.get("containerType") or "InferenceServer")
    tail = call.body.get("tail")
    return Reply(200, {"content": call.cloud.scoring.logs(call.id, container, 100 if tail is None else int(tail))})


async def _skus(call: Call) -> Reply:
    sku = {
        "resourceType": OnlineDeployment.type,
        "sku": {"name": "Default", "tier": "Standard"},
        "capacity": {"default": 1, "minimum": 1, "maximum": MOST_INSTANCES, "scaleType": "Manual"},
    }
    return Reply(200, {"value": [sku]})
