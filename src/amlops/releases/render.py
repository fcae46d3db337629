"""Renders a release from compiled manifests and published assets. Pure: reads and asks nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from amlops.errors import AmlopsError
from amlops.manifests import WORKSPACE, WORKSPACE_URI, Compiled, replaced

from .identity import release_id
from .release import Asset, AssetKind, Provenance, Release

_OF_ENVIRONMENT = ("identity", "location")
_LIVE = ("traffic", "mirrorTraffic")


def references(compiled: Compiled) -> dict[AssetKind, str]:
    """What the deployment's body refers to, by kind of asset; a kind it doesn't have is absent."""
    properties = compiled.main.body["properties"]
    found: dict[AssetKind, str | None] = {
        "code": (properties.get("codeConfiguration") or {}).get("codeId"),
        "model": _text(properties.get("model")),
        "environment": properties.get("environmentId"),
    }
    return {kind: reference for kind, reference in found.items() if reference}


def render(
    deployment: str,
    endpoint: Compiled,
    compiled: Compiled,
    assets: Sequence[Asset],
    provenance: Provenance,
    created: str,
) -> Release:
    """The release of these manifests with these assets. Assets go by kind, as `references` names them.

    Raises AmlopsError where the body still refers to one workspace.
    """
    published = {asset.kind: asset.id for asset in assets}
    ids = {reference: published[kind] for kind, reference in references(compiled).items()}
    body = _without(replaced(compiled.main.body, ids), _OF_ENVIRONMENT)
    left = [text for text in _texts(body) if WORKSPACE in text or WORKSPACE_URI in text]
    if left:
        message = f"{deployment}: {', '.join(left)} names something of one workspace; a release serves all of them"
        raise AmlopsError(f"{message}; refer to a registry, or take it out", exit_code=2)
    front = _without(endpoint.main.body, _OF_ENVIRONMENT)
    front["properties"] = _without(front.get("properties", {}), _LIVE)
    ordered = tuple(sorted(assets, key=lambda asset: asset.kind))
    id = release_id(deployment, front, body, ordered)
    return Release(id, deployment, created, front, body, ordered, provenance)


def _without(body: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in keys}


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for child in children:
        yield from _texts(child)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
