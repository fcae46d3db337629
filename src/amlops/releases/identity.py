"""The id of a release: a hash of what changes behaviour, so that equal behaviour has one id wherever it is made.

In: the deployment's name, the ARM bodies of endpoint and deployment, and the content of code, model and environment.
Out: capacity and scaling, tags, descriptions, what the environment or the rollout decides, the registry's name, where
and when it was made.
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
_NOT_THE_RELEASES = ("description", "traffic", "mirrorTraffic", "publicNetworkAccess", "provisioningState")
"""Of an endpoint. Its own `properties` are behaviour: Azure reads some of them."""


def release_id(
    deployment: str, endpoint: Mapping[str, Any], deployment_body: Mapping[str, Any], assets: Iterable[Asset]
) -> str:
    """The id of a release of `deployment` with these ARM bodies and these assets."""
    digests = {asset.id: asset.digest for asset in assets}
    meant = {
        "deployment": deployment,
        "endpoint": _behaviour(endpoint, _NOT_THE_RELEASES),
        "body": _by_content(_behaviour(deployment_body, _NOT_BEHAVIOUR_PROPERTIES), digests),
        "assets": sorted(digests.values()),
    }
    text = json.dumps(meant, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def _behaviour(body: Mapping[str, Any], without: Iterable[str]) -> dict[str, Any]:
    kept = {key: value for key, value in body.items() if key not in _NOT_BEHAVIOUR}
    properties = {key: value for key, value in (body.get("properties") or {}).items() if key not in without}
    return {**kept, "properties": properties}


def _by_content(node: Any, digests: Mapping[str, str]) -> Any:
    if isinstance(node, str):
        return digests.get(node, node)
    if isinstance(node, Mapping):
        return {key: _by_content(value, digests) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_by_content(value, digests) for value in node]
    return node
