"""Environments: an image, with a conda file on top, or a build context. Building one is its user's business."""

from __future__ import annotations

from ..arm.errors import bad_request
from ..assets import AssetContainer, AssetVersion, InRegistry
from ..storage.blob_places import ML
from ..store import Body
from .base import Call


class EnvironmentContainer(AssetContainer):
    type = f"{ML}/workspaces/environments"


class EnvironmentVersion(AssetVersion):
    type = f"{ML}/workspaces/environments/versions"
    noun = "environment"

    def check(self, call: Call) -> None:
        properties = call.body.get("properties", {})
        image, build = properties.get("image"), properties.get("build")
        if bool(image) == bool(build):
            raise bad_request(
                "UserError", "The environment needs either 'image' or 'build', and not both.", target="properties.image"
            )
        if build and properties.get("condaFile"):
            raise bad_request(
                "UserError", "An environment with 'build' can't have 'condaFile'.", target="properties.condaFile"
            )

    def defaults(self, call: Call) -> Body:
        return {"environmentType": "UserCreated", "osType": "Linux", "autoRebuild": "Disabled"}


class RegistryEnvironmentContainer(InRegistry, EnvironmentContainer):
    type = f"{ML}/registries/environments"


class RegistryEnvironmentVersion(InRegistry, EnvironmentVersion):
    type = f"{ML}/registries/environments/versions"
