"""Moves traffic. Only what is here changes it; the programs declare what is live.

Each move reads the endpoint and sends it back whole with another split, so no other field is lost; the rollout's record
goes into its tags by the same request, so the two never differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlops.errors import AmlopsError

from .endpoint import Place, percents
from .patience import PATIENCE, Patience
from .step import Split


def give_all_traffic(place: Place, deployment: str, *, take: bool = False) -> bool:
    """Sends everything to `deployment` where the endpoint has no traffic yet. False where it has some already.

    With `take` it is also taken from others, while `deployment` itself has none.

    Azure refuses traffic at an endpoint's creation, so a first deployment gets it by this. Raises AmlopsError: no
    endpoint, a deployment that is not there or did not succeed, or Azure's refusal.
    """
    from azure.core.exceptions import AzureError

    try:
        live = percents(place.client.online_endpoints.get(*place.where).properties.traffic)
        if live and (deployment in live or not take):
            return False
        state = str(place.client.online_deployments.get(*place.where, deployment).properties.provisioning_state)
    except AzureError as error:
        raise AmlopsError(f"the traffic of {place.endpoint} could not be moved: {error}") from None
    if state != "Succeeded":
        raise AmlopsError(f"{deployment} of {place.endpoint} is {state}, so it gets no traffic; look at its log")
    move(place, Split({deployment: 100}, {}), {})
    return True


def move(place: Place, split: Split, tags: Mapping[str, str], patience: Patience = PATIENCE) -> None:
    """Gives the endpoint this split and these tags, beside those that it has, in one request, and waits for its end.

    A split that Azure has already, with these tags, is not sent again. Raises AmlopsError.
    """

    def attempt() -> None:
        endpoint = place.client.online_endpoints.get(*place.where)
        if not _has(endpoint, split, tags):
            endpoint.properties.traffic = dict(split.traffic)
            endpoint.properties.mirror_traffic = dict(split.mirror)
            endpoint.tags = {**(endpoint.tags or {}), **tags}
            changing = place.client.online_endpoints.begin_create_or_update(
                *place.where, endpoint, polling_interval=patience.pause
            )
            patience.result(changing)

    patience.write(f"the traffic of {place.endpoint} could not be moved", attempt)


def tag_deployment(place: Place, deployment: str, tags: Mapping[str, str], patience: Patience = PATIENCE) -> None:
    """Gives an ARM deployment these tags beside those that it has; what it serves stays. Raises AmlopsError."""
    from azure.mgmt.machinelearningservices.models import PartialMinimalTrackedResourceWithSku

    def attempt() -> None:
        found = dict(place.client.online_deployments.get(*place.where, deployment).tags or {})
        if any(found.get(name) != value for name, value in tags.items()):
            body = PartialMinimalTrackedResourceWithSku(tags={**found, **tags})
            changing = place.client.online_deployments.begin_update(
                *place.where, deployment, body, polling_interval=patience.pause
            )
            patience.result(changing)

    patience.write(f"{deployment} of {place.endpoint} could not be tagged", attempt)


def _has(endpoint: Any, split: Split, tags: Mapping[str, str]) -> bool:
    properties, have = endpoint.properties, endpoint.tags or {}
    if str(properties.provisioning_state) != "Succeeded":
        return False
    same = percents(properties.traffic) == split.traffic and percents(properties.mirror_traffic) == split.mirror
    return same and all(have.get(name) == value for name, value in tags.items())
