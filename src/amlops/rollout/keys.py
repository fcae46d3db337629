"""What lets a client ask an endpoint: its key, or a token, as the endpoint's authMode says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amlops.azure import ML_SCOPE
from amlops.errors import AmlopsError

from .endpoint import Place

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential


def primary_key(place: Place) -> str:
    """The endpoint's primary key. Raises AmlopsError; endpoints with AADToken have none."""
    from azure.core.exceptions import AzureError

    try:
        keys = place.client.online_endpoints.list_keys(*place.where)
    except AzureError as error:
        raise AmlopsError(f"the key of {place.endpoint} cannot be read: {error}") from None
    return str(keys.primary_key)


def bearer(place: Place, auth_mode: str, credential: TokenCredential) -> str:
    """What a client sends as `Authorization: Bearer`: of `Key`, `AMLToken` or `AADToken`. Raises AmlopsError."""
    from azure.core.exceptions import AzureError

    mode = auth_mode.lower()
    try:
        if mode == "amltoken":
            return str(place.client.online_endpoints.get_token(*place.where).access_token)
        if mode == "aadtoken":
            return credential.get_token(ML_SCOPE).token
    except AzureError as error:
        raise AmlopsError(f"there is no token for {place.endpoint}: {error}") from None
    return primary_key(place)
