"""What the cloud says now about traffic, capacity and a rollout's tags, which rollout and autoscale own.

The programs declare exactly these values: `ignore_changes` would send the state's stale ones along with any other
change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_azure_native.machinelearningservices import get_online_deployment, get_online_endpoint

from amlops.config.rollout import TAG_PREFIX

_ABSENT = ("NotFound", "status 404", "was not found", "ParentResourceNotFound")


@dataclass(frozen=True, slots=True)
class LiveEndpoint:
    """Percent of the requests, by the ARM deployment's name; all empty where there is no endpoint yet."""

    traffic: Mapping[str, int]
    mirror_traffic: Mapping[str, int]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LiveDeployment:
    """`capacity` is None where it doesn't exist yet."""

    capacity: int | None
    tags: Mapping[str, str]


def live_endpoint(*, resource_group: str, workspace: str, endpoint: str) -> LiveEndpoint:
    try:
        found = get_online_endpoint(
            endpoint_name=endpoint, resource_group_name=resource_group, workspace_name=workspace
        )
    except Exception as error:  # noqa: BLE001  the SDK raises plain Exception for whatever an invoke answers
        absent_or_raise(error, "what traffic is live")
        return LiveEndpoint({}, {}, {})
    properties = found.properties
    return LiveEndpoint(_percents(properties.traffic), _percents(properties.mirror_traffic), _of_rollout(found.tags))


def live_deployment(*, resource_group: str, workspace: str, endpoint: str, deployment: str) -> LiveDeployment:
    try:
        found = get_online_deployment(
            deployment_name=deployment,
            endpoint_name=endpoint,
            resource_group_name=resource_group,
            workspace_name=workspace,
        )
    except Exception as error:  # noqa: BLE001  as above
        absent_or_raise(error, "what capacity is live")
        return LiveDeployment(None, {})
    capacity = found.sku.capacity if found.sku else None
    return LiveDeployment(None if capacity is None else int(capacity), _of_rollout(found.tags))


def _of_rollout(tags: Mapping[str, str] | None) -> dict[str, str]:
    """What a rollout keeps, so that another runner goes on from there."""
    return {name: value for name, value in sorted((tags or {}).items()) if name.startswith(TAG_PREFIX)}


def _percents(weights: Mapping[str, float] | None) -> dict[str, int]:
    return {name: int(percent) for name, percent in sorted((weights or {}).items())}


def absent_or_raise(error: Exception, what: str) -> None:
    """Raises RunError unless the error of an invoke says that there is nothing."""
    if not any(word in str(error) for word in _ABSENT):
        raise pulumi.RunError(f"the cloud did not say {what}: {error}") from error
