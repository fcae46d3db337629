"""Code: `codeUri` names a folder in storage. azure-ai-ml finds a folder it uploaded before by `?hash=`."""

from __future__ import annotations

from ..arm.errors import bad_request
from ..assets import AssetContainer, AssetVersion
from ..blob_places import ML
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


class RegistryCodeContainer(CodeContainer):
    type = f"{ML}/registries/codes"


class RegistryCodeVersion(CodeVersion):
    type = f"{ML}/registries/codes/versions"
