"""An online endpoint as Azure has it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amlops.errors import AmlopsError

if TYPE_CHECKING:
    from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient


@dataclass(frozen=True, slots=True)
class DeploymentState:
    """`instances` is what it has now; `release` is the tag that the programs set."""

    name: str
    state: str
    instances: int | None
    release: str | None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndpointState:
    """Traffic and mirror are percents by the ARM deployment's name, without those that have none. `id` is ARM's."""

    name: str
    state: str
    scoring_uri: str
    auth_mode: str
    traffic: Mapping[str, int]
    mirror_traffic: Mapping[str, int]
    deployments: tuple[DeploymentState, ...]
    id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Which endpoint: a client for its subscription, and the names."""

    client: MachineLearningServicesMgmtClient
    resource_group: str
    workspace: str
    endpoint: str

    @property
    def where(self) -> tuple[str, str, str]:
        """As the client's methods take it."""
        return self.resource_group, self.workspace, self.endpoint


def read_endpoint(place: Place) -> EndpointState | None:
    """The endpoint and its deployments; None where there is none. Raises AmlopsError."""
    from azure.core.exceptions import AzureError, ResourceNotFoundError

    try:
        found = place.client.online_endpoints.get(*place.where)
        deployments = list(place.client.online_deployments.list(*place.where))
    except ResourceNotFoundError:
        return None
    except AzureError as error:
        raise AmlopsError(f"the endpoint {place.endpoint} cannot be read: {error}") from None
    properties = found.properties
    return EndpointState(
        name=place.endpoint,
        state=str(properties.provisioning_state),
        scoring_uri=str(properties.scoring_uri or ""),
        auth_mode=str(properties.auth_mode),
        traffic=percents(properties.traffic),
        mirror_traffic=percents(properties.mirror_traffic),
        deployments=tuple(
            DeploymentState(
                name=str(item.name),
                state=str(item.properties.provisioning_state),
                instances=item.sku.capacity if item.sku else None,
                release=(item.tags or {}).get("release"),
                tags=dict(item.tags or {}),
            )
            for item in deployments
        ),
        id=str(found.id),
        tags=dict(found.tags or {}),
    )


def percents(weights: Mapping[str, int] | None) -> dict[str, int]:
    """Azure adds zeros on GET; they say nothing (docs/azure.md 2)."""
    return {name: int(percent) for name, percent in sorted((weights or {}).items()) if percent}
