"""What the workflows' own identities may change in an environment: a team's, its endpoints and nothing else.

`amlops bootstrap` makes the identities, in another subscription than the environment's. Each has a role in this one;
the role's name follows from the environment's file, and by that the principal is found.
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native.authorization import get_role_assignment

from amlops.config import RELEASE, roles

from .cloud import Cloud
from .grant import Grantee, Scope, grant
from .live import absent_or_raise
from .place import Place


class DeployAccess(pulumi.ComponentResource):
    """Without a role on the workspace, so that one team can't touch another's endpoint, nor the platform."""

    def __init__(
        self,
        place: Place,
        cloud: Cloud,
        who: str,
        *,
        endpoints: dict[str, Scope],
        identity: Scope,
        registry: Scope,
        group: Scope | None = None,
    ) -> None:
        """`who` is a team, `endpoints` are its own by deployment; `identity` is what online deployments act as; `group`
        is the resource group that is the team's alone, for what it declares beside its endpoints.

        Endpoints and registry may not exist yet. That Azure takes a role at the scope of a resource that isn't there
        is unverified; where it doesn't, the endpoint must be made by the platform's identity first.
        """
        super().__init__("amlops:infra:DeployAccess", f"deploy-access-{who}")
        grantee = _grantee(place, who)
        for scope in endpoints.values():
            grant(place, cloud, grantee, roles.DATA_SCIENTIST, scope, parent=self)
        grant(place, cloud, grantee, roles.MANAGED_IDENTITY_OPERATOR, identity, parent=self)
        grant(place, cloud, grantee, roles.READER, registry, parent=self)
        if group is not None:
            grant(place, cloud, grantee, roles.CONTRIBUTOR, group, parent=self)
        self.register_outputs({})


class ReleaseAccess(pulumi.ComponentResource):
    """Runs training jobs and publishes, where deployments are released. It keeps no state and applies nothing."""

    def __init__(self, place: Place, cloud: Cloud, *, workspace: Scope, storage: Scope, registry: Scope) -> None:
        super().__init__("amlops:infra:ReleaseAccess", "release-access")
        grantee = _grantee(place, RELEASE)
        grant(place, cloud, grantee, roles.DATA_SCIENTIST, workspace, parent=self)
        grant(place, cloud, grantee, roles.BLOB_DATA_CONTRIBUTOR, storage, parent=self)
        grant(place, cloud, grantee, roles.REGISTRY_USER, registry, parent=self)
        self.register_outputs({})


def _grantee(place: Place, who: str) -> Grantee:
    return Grantee(f"deploy-{who}", _principal(place, who), "ServicePrincipal")


def _principal(place: Place, who: str) -> str:
    """The object id of a deploy identity. Before `amlops bootstrap` it is nobody's: a rehearsal plans the same roles,
    and Azure refuses to grant them."""
    names, environment = place.names, place.environment
    try:
        found = get_role_assignment(
            role_assignment_name=names.deploy_reader(who), scope=f"/subscriptions/{environment.subscription_id}"
        )
    except Exception as error:  # noqa: BLE001  the SDK raises plain Exception for whatever an invoke answers
        absent_or_raise(error, f"who {names.deploy_identity(who)} is")
        return names.guid("nobody", who)
    return str(found.principal_id)
