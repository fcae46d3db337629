"""A user-assigned identity and what it may do."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native.managedidentity import UserAssignedIdentity, get_user_assigned_identity

from .cloud import Cloud
from .grant import Grantee, Scope, grant
from .live import absent_or_raise
from .place import Place


class Identity(pulumi.ComponentResource):
    identity_id: pulumi.Output[str]

    def __init__(self, key: str, name: str, place: Place) -> None:
        super().__init__("amlops:infra:Identity", f"{key}-identity")
        self._key = key
        self._principal = _principal(name, place)
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
        who = Grantee(self._key, self._principal or self._identity.principal_id, "ServicePrincipal")
        return [grant(place, cloud, who, role, scope, parent=self) for role, scope in roles]


def _principal(name: str, place: Place) -> str | None:
    """The object id of an identity that is there, None of one that is not yet.

    An update of its tags makes all other outputs unknown in a preview, as azure-native's do; every role of it would be
    planned to be granted anew, which the update then does not do, and an update plan fails.
    """
    try:
        found = get_user_assigned_identity(resource_name=name, resource_group_name=place.names.resource_group)
    except Exception as error:  # noqa: BLE001  the SDK raises plain Exception for whatever an invoke answers
        absent_or_raise(error, f"who {name} is")
        return None
    return str(found.principal_id)
