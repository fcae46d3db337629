"""The release: an immutable lock of what runs.

Its bodies hold no environment: whoever declares them adds what the environment decides (location, identity,
capacity, traffic, public access). So one release serves every environment it is promoted to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Body = Mapping[str, Any]
AssetKind = Literal["code", "model", "environment"]


@dataclass(frozen=True, slots=True)
class Asset:
    """One published asset that a release refers to.

    `id` is its registry id (`azureml://registries/R/models/N/versions/V`). `digest` is `sha256:` + the hash of its
    content: the files for code and model, the resolved pins for an environment. `source` says where it came from:
    a path in the repository, or `NAME:VERSION` of a workspace model.
    """

    kind: AssetKind
    id: str
    digest: str
    source: str

    @property
    def registry(self) -> str:
        return self.id.split("/")[3]

    @property
    def collection(self) -> str:
        """ARM's word: codes, models or environments."""
        return self.id.split("/")[4]

    @property
    def name(self) -> str:
        return self.id.split("/")[5]

    @property
    def version(self) -> str:
        return self.id.split("/")[7]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a release came from. Nothing here enters the release's id."""

    commit: str | None  # git's HEAD; None outside a repository with a commit
    dirty: bool  # the deployment's folder differed from that commit
    job: str | None  # the training job that registered the model
    compiler: str  # "azure-ai-ml 1.35.2"
    manifests: Mapping[str, str]  # path in the repository → sha256 of the file


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one deployment.

    `endpoint` and `deployment_body` are ARM bodies in wire names (camelCase, nested under `properties`) without
    `location` and `identity`. `endpoint` has `kind`, `tags` and `properties` without `traffic` and `mirrorTraffic`,
    which the provider's live value owns. `deployment_body` has `kind`, `sku`, `tags` and `properties`; its
    `codeConfiguration.codeId`, `model` and `environmentId` are the ids of `assets`.
    """

    id: str  # 12 hex digits: hash of what changes behaviour, see `identity`
    deployment: str  # the folder's name below deployments/
    created: str  # ISO 8601, UTC, seconds
    endpoint: Body
    deployment_body: Body
    assets: tuple[Asset, ...]
    provenance: Provenance

    @property
    def deployment_name(self) -> str:
        """The ARM name of the deployment that runs this release: `r-` + the id, as `Names.online_deployment(id)`.

        Azure allows 3 to 32 characters, letters, digits and dashes, a letter first. Equal ids give equal names, so
        the same release is never deployed twice beside itself.
        """
        return f"r-{self.id}"

    def asset(self, kind: AssetKind) -> Asset | None:
        """The release's asset of this kind, if it has one."""
        return next((asset for asset in self.assets if asset.kind == kind), None)

    def says_the_same_as(self, other: Release) -> bool:
        """Whether both are one release but for when, from which commit and by which training of the same content."""
        mine, theirs = ([(asset.kind, asset.id, asset.digest) for asset in release.assets] for release in (self, other))
        bodies = (self.endpoint, self.deployment_body) == (other.endpoint, other.deployment_body)
        return bodies and mine == theirs
