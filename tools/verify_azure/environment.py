"""The environment of one run: its name, tags and settings, all of which follow from the run's id."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amlops.config import Environment
from amlops.config.environment import EnvironmentFile
from amlops.config.moments import stamp
from amlops.report.cost import Priced

NAME = "verify"
TAG, EXPIRES = "amlops-verify", "expires"
"""Tags of everything that a run makes: the run's id, and when nobody may need it any more."""
DEPLOYMENT, TEAM = "diabetes-progression", "diabetes-research"
REPOSITORY = "amlops-verify/nobody"
"""Whom the deploy identities trust: no repository of that name can be made, so nobody."""
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def new_run() -> str:
    """An id that opens the names of everything that the run makes: six letters and digits."""
    return "v" + "".join(secrets.choice(_LETTERS) for _ in range(5))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to make. `group` is the object id of a group in Microsoft Entra ID, `size` that of every machine,
    `cap` in the currency of the price list."""

    run: str
    subscription: str
    tenant: str
    region: str
    size: str
    group: str
    cap: float
    expires: datetime

    @property
    def tags(self) -> dict[str, str]:
        return {"cost-center": NAME, TAG: self.run, EXPIRES: stamp(self.expires)}

    @property
    def environment(self) -> Environment:
        return Environment(NAME, EnvironmentFile.model_validate(self.settings()))

    def settings(self) -> dict[str, Any]:
        """The environment's file: as `dev`, with a registry of its own, and as small as it gets."""
        return {
            "description": "One run of make verify-azure. Thrown away at its end.",
            "cloud": {
                "kind": "azure",
                "region": self.region,
                "tenant": self.tenant,
                "subscription": {"alias": NAME, "id": self.subscription},
            },
            "prefix": self.run,
            "owner": TEAM,
            "tags": self.tags,
            "deletion": {"protect": False, "purge_names": True},
            "registry": {},
            "platform": {
                "workspace": {"display_name": f"Verification {self.run}", "managed_network": "disabled"},
                "network": {"public_access": True},
                "storage": {"redundancy": "lrs", "datastore_access": "access-key"},
                "vault": {},
                "container_registry": {"sku": "basic"},
                "monitoring": {},
                "compute": {"cpu": {"size": self.size, "max_nodes": 1, "idle_seconds": 120}},
                "teams": {TEAM: {"object_id": self.group, "role": "data-scientist"}},
                "limits": {"endpoints": 1, "instances_per_deployment": 1, "nodes": 1},
                "budget": {"monthly": self.cap},
            },
        }

    def priced(self) -> tuple[Priced, ...]:
        """What costs by the hour, when all of it is there at once: two releases beside each other, a node at work."""
        ml = "azure-native:machinelearningservices"
        deployment = (f"{ml}:OnlineDeployment", {"properties": {"instanceType": self.size}, "sku": {"capacity": 1}})
        scale = {"minNodeCount": 0, "maxNodeCount": 1}
        cluster = {"computeType": "AmlCompute", "properties": {"vmSize": self.size, "scaleSettings": scale}}
        return (
            (f"{ml}:Registry", {"regionDetails": [{"location": self.region}]}),
            ("azure-native:containerregistry:Registry", {"sku": {"name": "basic"}}),
            (f"{ml}:Compute", {"properties": cluster}),
            deployment,
            deployment,
        )
