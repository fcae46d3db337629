"""The key that lets a client ask an endpoint."""

from __future__ import annotations

from amlops.errors import AmlopsError

from .endpoint import Place


def primary_key(place: Place) -> str:
    """The endpoint's primary key. Raises AmlopsError; endpoints with AADToken have none."""
    from azure.core.exceptions import AzureError

    try:
        keys = place.client.online_endpoints.list_keys(place.resource_group, place.workspace, place.endpoint)
    except AzureError as error:
        raise AmlopsError(f"the key of {place.endpoint} cannot be read: {error}") from None
    return str(keys.primary_key)
