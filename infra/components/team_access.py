"""What the teams of an environment may do in its workspace."""

from __future__ import annotations

import pulumi

from amlops.config import roles

from .cloud import Cloud
from .grant import Grantee, Scope, grant
from .place import Place

_ROLES = {
    "reader": (roles.READER,),
    "data-scientist": (roles.DATA_SCIENTIST,),
    "operator": (roles.DATA_SCIENTIST, roles.COMPUTE_OPERATOR),
}


class TeamAccess(pulumi.ComponentResource):
    def __init__(self, place: Place, cloud: Cloud, *, workspace: Scope, storage: Scope) -> None:
        super().__init__("amlops:infra:TeamAccess", "team-access")
        platform = place.environment.platform
        by_identity = platform.storage.datastore_access == "identity"
        for name, team in sorted(platform.teams.items()):
            who = Grantee(f"team-{name}", team.object_id, "Group")
            for role in _ROLES[team.role]:
                grant(place, cloud, who, role, workspace, parent=self)
            if by_identity and team.role != "reader":
                grant(place, cloud, who, roles.BLOB_DATA_CONTRIBUTOR, storage, parent=self)
        self.register_outputs({})
