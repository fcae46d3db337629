"""What a manifest compiles to: ARM resources and the local files that must be published first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

WORKSPACE = "${workspace}"
"""Stands in bodies for the ARM id of the workspace, which no manifest names."""

WORKSPACE_URI = "${workspace-uri}"
"""Stands for the same workspace where a URI names it (`azureml://subscriptions/…/workspaces/…`)."""

LATEST = "${latest}"
"""Stands in bodies for a version that the manifest leaves open (`@latest`); whoever makes a release resolves it."""

AssetKind = Literal["code", "model", "data", "environment", "file"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One PUT. `kind` is the ARM type below the workspace (`onlineEndpoints/deployments`), `segments` its names.

    `body` is in wire names. It holds no `location`, no nulls, no git properties; ids of the workspace begin with
    `WORKSPACE`.
    """

    kind: str
    segments: tuple[str, ...]
    api_version: str
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.segments[-1]


@dataclass(frozen=True, slots=True)
class AssetFile:
    path: str  # relative to the asset, with slashes; the file's own name where the asset is one file
    sha256: str


@dataclass(frozen=True, slots=True)
class LocalAsset:
    """A file or folder that bodies refer to as `id`; publishing uploads it and replaces the id.

    `path` is relative to the manifest's folder. `digest` is the sha256 over names and content of `files`, which leave
    out what .amlignore (else .gitignore) of the folder excludes, and `__pycache__`.
    """

    kind: AssetKind
    id: str
    path: PurePosixPath
    is_file: bool
    digest: str
    files: tuple[AssetFile, ...]


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """A reference whose version the manifest leaves open: its ARM collection (`models`) and name."""

    collection: str
    name: str

    @property
    def id(self) -> str:
        return f"{WORKSPACE}/{self.collection}/{self.name}/versions/{LATEST}"


@dataclass(frozen=True, slots=True)
class Compiled:
    """The plan of one manifest, in the order in which the official client sends it; the manifest's own is last."""

    kind: str
    resources: tuple[Resource, ...]
    assets: tuple[LocalAsset, ...]
    open_versions: tuple[OpenVersion, ...]
    compiler: str  # "azure-ai-ml 1.35.2"

    @property
    def main(self) -> Resource:
        return self.resources[-1]

    def resource(self, id: str) -> Resource | None:
        """The resource of this plan that a body calls `id` (`${workspace}/environments/N/versions/V`)."""
        return next((item for item in self.resources if workspace_id(item.kind, item.segments) == id), None)

    def asset(self, id: str) -> LocalAsset | None:
        return next((item for item in self.assets if item.id == id), None)


def workspace_id(kind: str, segments: tuple[str, ...]) -> str:
    """`models/versions`, (N, V) → `${workspace}/models/N/versions/V`."""
    pairs = zip(kind.split("/"), segments, strict=True)
    return "/".join([WORKSPACE, *(part for pair in pairs for part in pair)])


def bound(node: Any, workspace: str) -> Any:
    """The body for one workspace, given by its ARM id."""
    parts = workspace.strip("/").split("/")
    uri = f"azureml://subscriptions/{parts[1]}/resourcegroups/{parts[3]}/workspaces/{parts[-1]}"
    return replaced(node, {WORKSPACE: workspace, WORKSPACE_URI: uri})


def replaced(node: Any, values: Mapping[str, str]) -> Any:
    """The body with each key of `values` replaced by its value in every string, longest key first."""
    if isinstance(node, str):
        for old in sorted(values, key=len, reverse=True):
            node = node.replace(old, values[old])
        return node
    if isinstance(node, Mapping):
        return {key: replaced(value, values) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [replaced(value, values) for value in node]
    return node
