"""Rule: every resource says where it belongs, who answers for it, and what policy.yaml asks for besides.

Why: costs are split by tags, and whoever finds a resource at night looks for its owner there.
Source: tag-resources; policy.yaml (`tags`). Types that take no tags are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, missing

ALWAYS = ("environment", "owner", "managed-by")

_UNTAGGED = (
    "authorization:RoleAssignment",
    "authorization:RoleDefinition",
    "authorization:ManagementLockByScope",
    "consumption:Budget",
    "keyvault:AccessPolicy",
    "machinelearningservices:Datastore",
    "machinelearningservices:ManagedNetworkSettingsRule",
    "machinelearningservices:Schedule",
    "machinelearningservices:WorkspaceConnection",
    "managedidentity:FederatedIdentityCredential",
    "monitor:DiagnosticSetting",
    "network:PrivateDnsZoneGroup",
    "storage:BlobContainer",
    "storage:BlobServiceProperties",
    "storage:FileServiceProperties",
    "storage:ManagementPolicy",
)
"""Types whose ARM body has no top-level `tags`. Source: their azure-native classes."""


class RequiredTags(Rule):
    id = "required-tags"
    kinds = ()

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        if resource.kind in _UNTAGGED:
            return
        tags = resource.map("tags")
        for tag in (*ALWAYS, *declared.settings.tags):
            if not tags.get(tag):
                yield from missing(f"the tag {tag}", f"it is required in {declared.environment.name}", _todo(tag))


def _todo(tag: str) -> str:
    return "give the resource the tags of its place" if tag in ALWAYS else f"add {tag} to tags of the environment"
