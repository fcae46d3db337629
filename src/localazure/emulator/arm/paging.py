"""Paging by `nextLink`: the client follows it as it is."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from .errors import bad_request

PAGE = 100  # resources a page


def page(items: Sequence[Any], base_url: str, path: str, query: Mapping[str, str], size: int = PAGE) -> dict[str, Any]:
    """`{"value": […], "nextLink": …}`: the page that the opaque `$skip` in the query names.

    Raises ArmError 400 for a token that isn't ours.
    """
    token = next((value for name, value in query.items() if name.lower() in ("$skip", "$skiptoken")), None)
    start = _offset(token) if token else 0
    found: dict[str, Any] = {"value": list(items[start : start + size])}
    if start + size < len(items):
        kept = {name: value for name, value in query.items() if name.lower() not in ("$skip", "$skiptoken")}
        following = base64.urlsafe_b64encode(f"offset:{start + size}".encode()).decode()
        found["nextLink"] = f"{base_url}{path}?{urlencode({**kept, '$skip': following})}"
    return found


def _offset(token: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if word == "offset":
            return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError) as problem:
        raise bad_request("InvalidSkipToken", f"The skip token '{token}' is not valid.", target="$skip") from problem
    raise bad_request("InvalidSkipToken", f"The skip token '{token}' is not valid.", target="$skip")
