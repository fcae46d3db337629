"""Code: `codeUri` names a folder in storage. azure-ai-ml finds a folder it uploaded before by `?hash=`."""

from __future__ import annotations

from ..arm.errors import bad_request
from ..assets import AssetContainer, AssetVersion, InRegistry
from ..storage.blob_places import ML
from ..store import Resource
from .base import Call


class CodeContainer(AssetContainer):
    type = f"{ML}/workspaces/codes"


class CodeVersion(AssetVersion):
    type = f"{ML}/workspaces/codes/versions"
    noun = "code"
    uploads = True

    def check(self, call: Call) -> None:
        if not call.body.get("properties", {}).get("codeUri"):
            raise bad_request("UserError", "The code needs 'codeUri'.", target="properties.codeUri")

    def listed(self, call: Call, found: list[Resource]) -> list[Resource]:
        """`?hash=` looks through all code of the workspace: the client gives new code a random name, and takes name
        and version of what it finds from the id (azure-ai-ml, _get_existing_asset_name_and_version)."""
        if any(name.lower() == "hash" for name in call.query):
            found = call.cloud.store.of_type(self.type, call.id.text.rsplit("/", 3)[0])
        return super().listed(call, found)


class RegistryCodeContainer(InRegistry, CodeContainer):
    type = f"{ML}/registries/codes"


class RegistryCodeVersion(InRegistry, CodeVersion):
    type = f"{ML}/registries/codes/versions"
