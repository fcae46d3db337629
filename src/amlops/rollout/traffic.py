"""Moves traffic. Only what is here changes it; the programs declare what is live."""

from __future__ import annotations

from amlops.errors import AmlopsError

from .endpoint import Place, percents


def give_all_traffic(place: Place, deployment: str, *, take: bool = False) -> bool:
    """Sends everything to `deployment` where the endpoint has no traffic yet. False where it has some already.

    With `take` it is also taken from others, while `deployment` itself has none.

    Azure refuses traffic at an endpoint's creation, so a first deployment gets it by this. Raises AmlopsError: no
    endpoint, a deployment that is not there or did not succeed, or Azure's refusal.
    """
    from azure.core.exceptions import AzureError

    where = (place.resource_group, place.workspace, place.endpoint)
    try:
        endpoint = place.client.online_endpoints.get(*where)
        live = percents(endpoint.properties.traffic)
        if live and (deployment in live or not take):
            return False
        state = str(place.client.online_deployments.get(*where, deployment).properties.provisioning_state)
        if state != "Succeeded":
            raise AmlopsError(f"{deployment} of {place.endpoint} is {state}, so it gets no traffic; look at its log")
        endpoint.properties.traffic, endpoint.properties.mirror_traffic = {deployment: 100}, {}
        place.client.online_endpoints.begin_create_or_update(*where, endpoint).result()
    except AzureError as error:
        raise AmlopsError(f"the traffic of {place.endpoint} could not be moved: {error}") from None
    return True
