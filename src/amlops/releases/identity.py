"""The id of a release: a hash of what changes behaviour, so that equal behaviour has one id wherever it is made.

In: the deployment's name, its ARM body, and the content of code, model and environment. Out: capacity and scaling,
tags, descriptions, the endpoint's settings (they change in place), the registry's name, where and when it was made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from .release import Asset

LENGTH = 12
"""Hex digits of an id."""

_NOT_BEHAVIOUR = ("sku", "tags", "identity", "location")
_NOT_BEHAVIOUR_PROPERTIES = ("scaleSettings", "description", "properties", "provisioningState")


def release_id(deployment: str, deployment_body: Mapping[str, Any], assets: Iterable[Asset]) -> str:
    """The id of a release of `deployment` with this ARM body and these assets."""
    digests = {asset.id: asset.digest for asset in assets}
    body = {key: value for key, value in deployment_body.items() if key not in _NOT_BEHAVIOUR}
    properties = body.get("properties", {})
    body["properties"] = {key: value for key, value in properties.items() if key not in _NOT_BEHAVIOUR_PROPERTIES}
    meant = {"deployment": deployment, "body": _by_content(body, digests), "assets": sorted(digests.values())}
    text = json.dumps(meant, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def _by_content(node: Any, digests: Mapping[str, str]) -> Any:
    if isinstance(node, str):
        return digests.get(node, node)
    if isinstance(node, Mapping):
        return {key: _by_content(value, digests) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_by_content(value, digests) for value in node]
    return node
