"""A user-assigned identity and what it may do."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native.managedidentity import UserAssignedIdentity

from .cloud import Cloud
from .grant import Grantee, Scope, grant
from .place import Place


class Identity(pulumi.ComponentResource):
    identity_id: pulumi.Output[str]

    def __init__(self, key: str, name: str, place: Place) -> None:
        super().__init__("amlops:infra:Identity", f"{key}-identity")
        self._key = key
        self._identity = UserAssignedIdentity(
            f"{key}-identity",
            resource_name_=name,
            resource_group_name=place.resource_group,
            location=place.location,
            tags=place.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.identity_id = self._identity.id
        self.register_outputs({"identityId": self._identity.id})

    def grant(self, place: Place, cloud: Cloud, roles: Sequence[tuple[str, Scope]]) -> list[pulumi.Resource]:
        """Grants each role on its scope; whoever acts as this identity depends on what is returned."""
        who = Grantee(self._key, self._identity.principal_id, "ServicePrincipal")
        return [grant(place, cloud, who, role, scope, parent=self) for role, scope in roles]
