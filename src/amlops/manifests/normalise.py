"""From what the official client sends to what a plan holds: no workspace, no nulls, no commit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .compiled import LATEST, WORKSPACE, WORKSPACE_URI, OpenVersion, Resource
from .recording import GROUP, LATEST_VERSION, NAME, PREFIX, SUBSCRIPTION

_URI = f"azureml://subscriptions/{SUBSCRIPTION}/resourcegroups/{GROUP}/workspaces/{NAME}"
_UPLOADED = "azureml://datastores/workspaceblobstore/paths/LocalUpload/"
_GIT = ("mlflow.source.git.", "azureml.git.")
_TEXT_MAPS = ("tags", "environmentVariables")
_OPEN = re.compile(
    re.escape(WORKSPACE) + r"/(?P<kind>[a-z]+)/(?P<name>[^/]+)/(versions/" + re.escape(LATEST) + "|labels/default)$"
)


def resource(below: str, api_version: str, body: Mapping[str, Any]) -> Resource:
    """One recorded PUT. `below` is its path below the workspace.

    Where the client sends numbers as tags and environment variables they become text, since ARM's types say so.
    """
    parts = below.split("/")
    clean = _clean(body)
    clean.pop("location", None)
    clean.pop("name", None)
    return Resource("/".join(parts[0::2]), tuple(parts[1::2]), api_version, clean)


def open_versions(resources: tuple[Resource, ...]) -> tuple[OpenVersion, ...]:
    """Each reference in these bodies whose version is open, once, in order."""
    found = [OpenVersion(match["kind"], match["name"]) for item in resources for match in _matches(item.body)]
    return tuple(dict.fromkeys(found))


def _clean(node: Any, key: str = "") -> Any:
    if isinstance(node, str):
        return _text(node)
    if isinstance(node, Mapping):
        kept = {name: value for name, value in node.items() if value is not None and not _is_git(name)}
        if key in _TEXT_MAPS:
            return {name: value if isinstance(value, str) else _as_text(value) for name, value in kept.items()}
        return {name: _clean(value, name) for name, value in kept.items()}
    if isinstance(node, list):
        return [_clean(value) for value in node]
    return node


def _text(value: str) -> str:
    value = re.sub(re.escape(PREFIX), WORKSPACE, value, flags=re.IGNORECASE)
    value = re.sub(re.escape(_URI), WORKSPACE_URI, value, flags=re.IGNORECASE)
    value = value.replace(LATEST_VERSION, LATEST)
    if value.startswith(_UPLOADED):
        value = f"{WORKSPACE_URI}/{value.removeprefix('azureml://')}"
    match = _OPEN.match(value)
    return OpenVersion(match["kind"], match["name"]).id if match else value


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_git(name: str) -> bool:
    return name.startswith(_GIT)


def _matches(node: Any) -> list[re.Match[str]]:
    if isinstance(node, str):
        match = _OPEN.match(node)
        return [match] if match else []
    children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    return [match for child in children for match in _matches(child)]
