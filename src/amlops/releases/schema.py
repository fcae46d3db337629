"""The closed types behind the two files, `releases/<id>.yaml` and `stages/<environment>.yaml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from amlops.config import Closed

ReleaseId = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
"""A release's id, in quotes: YAML reads some ids as numbers."""

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]

RegistryId = Annotated[
    str, Field(pattern=r"^azureml://registries/[^/]+/(codes|models|environments)/[^/]+/versions/[^/]+$")
]


class StageFile(Closed):
    current: ReleaseId | None = None
    """The release that runs."""
    candidate: ReleaseId | None = None
    """The release that is being rolled out beside it."""
    previous: ReleaseId | None = None
    """The release that ran before, kept until its soak is over."""
    rejected: Annotated[tuple[ReleaseId, ...], Field(strict=False)] = ()
    """Releases that failed here. Only a person takes one out."""
    next: ReleaseId | None = None
    """A release that was made while another one was being rolled out; it comes in after that."""


class AssetEntry(Closed):
    kind: Literal["code", "model", "environment"]
    id: RegistryId
    digest: Digest
    source: str


class ProvenanceEntry(Closed):
    commit: str | None = None
    dirty: bool
    job: str | None = None
    compiler: str
    manifests: dict[str, Digest]


class ReleaseFile(Closed):
    id: ReleaseId
    deployment: str
    created: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]
    """UTC, in quotes."""
    endpoint: dict[str, Any]
    """ARM body of the online endpoint."""
    deployment_body: dict[str, Any]
    """ARM body of the online deployment."""
    assets: Annotated[tuple[AssetEntry, ...], Field(strict=False)]
    provenance: ProvenanceEntry
