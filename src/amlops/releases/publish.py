"""Publishing: code, model and environment of a deployment become versions of the shared registry, once.

Versions are named by content, so what is there already is what would be published: it is skipped. An upload that was
cut off leaves no version, and the next run uploads again. Nothing here is declared by Pulumi.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlops.errors import AmlopsError
from amlops.manifests import LATEST, WORKSPACE, Compiled
from amlops.manifests.digests import file_digest, named_digest

from .base_image import pinned, pinned_before
from .blobs import download
from .cloud import Cloud
from .datastore import open_uri
from .holder import Holder
from .models import WorkspaceModel, find_model
from .pins import lock_environment
from .release import Asset
from .upload import Placed, ensure_version, placed

DIGEST = "amlops.digest"
"""The property of a published version that holds its content's digest."""

_VERSION = re.compile(re.escape(WORKSPACE) + r"/(?P<collection>\w+)/(?P<name>[^/]+)/versions/(?P<version>.+)$")
_REGISTRY = re.compile(r"^azureml://registries/[^/]+/(models|environments|codes)/[^/]+/versions/[^/]+$")


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes one deployment's assets. `folder` is that of its manifest; `say` gets a line for each thing done."""

    cloud: Cloud
    workspace: Holder
    registry: Holder
    deployment: str
    folder: Path
    cache: Path
    say: Callable[[str], None]

    def code(self, reference: str, compiled: Compiled) -> Asset:
        """The code folder that the body calls `reference`. Raises AmlopsError."""
        if _REGISTRY.match(reference):
            return _elsewhere("code", reference)
        asset = compiled.asset(reference)
        if asset is None:
            raise AmlopsError(f'the code "{reference}" is no folder of this repository; name the folder', exit_code=2)
        content = placed(self.folder, asset)
        found = self._ensure("codes", self.deployment, asset.digest, content, lambda uri: {"codeUri": uri})
        return Asset("code", found, f"sha256:{asset.digest}", asset.path.as_posix())

    def environment(
        self, reference: str, compiled: Compiled, before: Asset | None = None, *, anew: bool = False
    ) -> Asset:
        """The environment that the body calls `reference`, with exact pins. Raises AmlopsError.

        An image whose digest was found for `before`, the release before, stays that one. `anew` resolves packages and
        image whatever was known.
        """
        if _REGISTRY.match(reference):
            return _elsewhere("environment", reference)
        declared = compiled.resource(reference)
        properties = declared.body["properties"] if declared else self._of_workspace("environments", reference)
        if not properties.get("image"):
            message = "docker build contexts are not published yet; name an image, and a conda file for the packages"
            raise AmlopsError(f"the environment of {self.deployment}: {message}", exit_code=2)
        said = str(properties["image"])
        image = pinned_before(said, before.source if before else None)
        if anew:
            image = pinned(said) or image
            self.say(f"base image {image}" if image else f"base image {said}: its registry doesn't say which one it is")
        locked = lock_environment(image or said, properties.get("condaFile"), self.cache, anew=anew)
        name, version = self.deployment, locked.digest[:VERSION_LENGTH]
        if self.registry.get("environments", name, version) is None:
            body = {**locked.properties, "osType": "Linux", "properties": {DIGEST: f"sha256:{locked.digest}"}}
            self.registry.put("environments", name, version, {"properties": body})
            self.say(f"published environment {name}:{version}")
        id = self.registry.asset_id("environments", name, version)
        source = said if image is None else f"{said}@{image.rpartition('@')[2]}"
        return Asset("environment", id, f"sha256:{locked.digest}", source)

    def model(
        self, reference: str, compiled: Compiled, trained: WorkspaceModel | None
    ) -> tuple[Asset, WorkspaceModel | None]:
        """The model that the body calls `reference`, copied from disk or from the workspace. Raises AmlopsError.

        `trained` answers `@latest` of its name; any other open version is the workspace's newest.
        """
        if _REGISTRY.match(reference):
            return _elsewhere("model", reference), None
        declared = compiled.resource(reference)
        if declared is not None:
            return self._model_of_repository(declared.body["properties"], compiled, declared.segments[0]), None
        match = _VERSION.match(reference)
        if match is None:
            raise AmlopsError(f'the model "{reference}" is no version of a workspace or registry', exit_code=2)
        wanted = None if match["version"] == LATEST else match["version"]
        if trained is not None and trained.name == match["name"] and wanted in (None, trained.version):
            source = trained
        else:
            source = find_model(self.workspace, match["name"], wanted)
        return self._model_of_workspace(source), source

    def _model_of_workspace(self, source: WorkspaceModel) -> Asset:
        container, path = open_uri(self.cloud, self.workspace, source.uri)
        with tempfile.TemporaryDirectory(prefix="amlops-model-") as folder:
            content = download(container, path, Path(folder))
            if not content:
                raise AmlopsError(f"the model {source} has no files at {source.uri}; register it again")
            target = path.rsplit("/", 1)[-1] or source.name
            is_file = len(content) == 1 and content[0][0] == target
            files = tuple((name if is_file else f"{target}/{name}", Path(folder) / name) for name, _ in content)
            facts = {"modelType": source.type, "flavors": source.flavors, "description": source.description}
            return self._model(source.name, Placed(target, files), facts, str(source))

    def _model_of_repository(self, properties: Mapping[str, Any], compiled: Compiled, name: str) -> Asset:
        local = next((item for item in compiled.assets if item.id in str(properties.get("modelUri"))), None)
        if local is None:
            raise AmlopsError(f"the model {name} names no file of this repository; name a registered one", exit_code=2)
        facts = {key: properties.get(key) for key in ("modelType", "flavors", "description")}
        return self._model(self.deployment, placed(self.folder, local), facts, local.path.as_posix())

    def _model(self, name: str, content: Placed, facts: Mapping[str, Any], source: str) -> Asset:
        """The digest covers the folder's name too: scoring sees it below AZUREML_MODEL_DIR."""
        digest = named_digest((blob, file_digest(file)) for blob, file in content.files)
        given = {key: value for key, value in facts.items() if value}
        found = self._ensure("models", name, digest, content, lambda uri: {"modelUri": uri, **given})
        return Asset("model", found, f"sha256:{digest}", source)

    def _ensure(
        self, collection: str, name: str, digest: str, content: Placed, properties: Callable[[str], dict[str, Any]]
    ) -> str:
        version = digest[:VERSION_LENGTH]

        def body(uri: str) -> dict[str, Any]:
            return {**properties(uri), "properties": {DIGEST: f"sha256:{digest}"}}

        if ensure_version(self.cloud, self.registry, collection, name, version, content, body):
            self.say(f"published {collection.removesuffix('s')} {name}:{version}")
        return self.registry.asset_id(collection, name, version)

    def _of_workspace(self, collection: str, reference: str) -> Mapping[str, Any]:
        match = _VERSION.match(reference)
        if match is None or match["collection"] != collection or match["version"] == LATEST:
            message = f'"{reference}" leaves its version open; name a version, or write image and conda_file instead'
            raise AmlopsError(f"the {collection.removesuffix('s')} of {self.deployment}: {message}", exit_code=2)
        found = self.workspace.get(collection, match["name"], match["version"])
        if found is None:
            raise AmlopsError(
                f"the workspace {self.workspace.name} has no {collection}/{match['name']}:{match['version']}; "
                "name one that exists, or write image and conda_file instead",
                exit_code=3,
            )
        properties: Mapping[str, Any] = found["properties"]
        return properties


VERSION_LENGTH = 16
"""Hex digits of the content's digest that make a version's name."""


def _elsewhere(kind: Any, reference: str) -> Asset:
    """An asset of some registry that already exists, immutable by its version: its id is its digest."""
    return Asset(kind, reference, f"sha256:{named_digest([(reference, '')])}", reference)
