"""A role assignment whose name is decided by who gets which role where, so that it is the same in every run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_azure_native.authorization import RoleAssignment

from .cloud import Cloud
from .place import Place


@dataclass(frozen=True, slots=True)
class Scope:
    """`key` names it inside its stack, `id` in Azure."""

    key: str
    id: pulumi.Input[str]


@dataclass(frozen=True, slots=True)
class Grantee:
    """`key` names it inside its stack, `principal_id` in Microsoft Entra ID."""

    key: str
    principal_id: pulumi.Input[str]
    kind: Literal["ServicePrincipal", "Group"]


def grant(
    place: Place, cloud: Cloud, who: Grantee, role: str, scope: Scope, *, parent: pulumi.Resource
) -> RoleAssignment:
    """Grants `role` (a built-in role's GUID). principalType is always sent: without it Azure looks the principal up
    and fails for one that is not replicated yet.
    """
    return RoleAssignment(
        f"{who.key}-{role[:8]}-{scope.key}",
        role_assignment_name=place.names.guid(who.key, role, scope.key),
        principal_id=who.principal_id,
        principal_type=who.kind,
        role_definition_id=cloud.role(role),
        scope=scope.id,
        opts=pulumi.ResourceOptions(parent=parent, delete_before_replace=True),
    )
