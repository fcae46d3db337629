"""A deployment in one environment, as Azure and Pulumi's state have it, and where these are not what git says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

from amlops.config import Names, Repository, load_about, load_environment
from amlops.releases import Stage
from tests.support.cloud import LocalCloud
from tests.support.storage import blob_service

_SERVED = re.compile(r"/onlineEndpoints/[^/]+/deployments/([^/]+)$", re.IGNORECASE)


@dataclass(frozen=True)
class Deployed:
    """`deployment` of the repository in `environment`; whoever asks here is the owner of the subscriptions."""

    cloud: LocalCloud
    repo: Repository
    deployment: str
    environment: str

    @property
    def names(self) -> Names:
        return Names(load_environment(self.repo, self.environment))

    @property
    def stack(self) -> str:
        return f"{self.environment}.{self.deployment}"

    @property
    def where(self) -> tuple[str, str, str]:
        """Resource group, workspace, endpoint."""
        return self.names.resource_group, self.names.workspace, self.names.endpoint(self.deployment)

    @property
    def id(self) -> str:
        """Of the endpoint."""
        group, workspace, endpoint = self.where
        subscription = load_environment(self.repo, self.environment).subscription_id
        provider = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices"
        return f"{provider}/workspaces/{workspace}/onlineEndpoints/{endpoint}"

    @property
    def client(self) -> Any:
        """azure-mgmt-machinelearningservices."""
        subscription = load_environment(self.repo, self.environment).subscription_id
        return self.cloud.in_subscription(subscription).client(MachineLearningServicesMgmtClient)

    def traffic(self) -> dict[str, int]:
        """ARM's own word, without what gets nothing. Raises ResourceNotFoundError."""
        live = self.client.online_endpoints.get(*self.where).properties.traffic or {}
        return {name: percent for name, percent in live.items() if percent}

    def serving(self) -> set[str]:
        """The ARM deployments that are there. Raises ResourceNotFoundError where there is no endpoint."""
        return {item.name for item in self.client.online_deployments.list(*self.where)}

    def checkpoint(self) -> dict[str, Any]:
        """Pulumi's last one; empty where the stack has none. Raises AssertionError where Pulumi's lock is left."""
        realm = self.names.realm(load_about(self.repo, self.deployment).team)
        with blob_service(self.cloud, self.names.state_storage, self.cloud.credential()) as account:
            container = account.get_container_client(realm)
            locks = [blob.name for blob in container.list_blobs(".pulumi/locks/") if f"/{self.stack}/" in blob.name]
            assert locks == [], "Pulumi's lock is left"
            try:
                text = container.download_blob(f".pulumi/stacks/azureml/{self.stack}.json").readall()
            except ResourceNotFoundError:
                return {}
        return dict(json.loads(text)["checkpoint"].get("latest") or {})


def differences(found: Deployed, stage: Stage, *, held: bool) -> list[str]:
    """What the stage names is deployed and in the state, nothing else is; the current release has all traffic, but for
    what a candidate has; nothing is pending, and nobody holds the stack (`held`). A sentence for each that is not so.
    """
    wanted = {f"r-{release}" for release in stage.running}
    deployed, split = (found.serving(), found.traffic()) if _is_there(found) else (set(), {})
    state = found.checkpoint()
    declared = {match[1] for item in state.get("resources", ()) if (match := _SERVED.search(item.get("id", "")))}
    told = []
    if deployed != wanted:
        told.append(f"the stage names {sorted(wanted)}, deployed are {sorted(deployed)}")
    if declared != wanted:
        told.append(f"the stage names {sorted(wanted)}, the state has {sorted(declared)}")
    takers = {f"r-{release}" for release in (stage.current, stage.candidate) if release}
    if takers and (sum(split.values()) != 100 or not set(split) <= takers):
        told.append(f"the traffic of {sorted(takers)} is {split}")
    if state.get("pending_operations"):
        told.append(f"operations are pending: {state['pending_operations']}")
    if held:
        told.append("somebody holds the stack")
    return told


def _is_there(found: Deployed) -> bool:
    try:
        found.client.online_endpoints.get(*found.where)
    except ResourceNotFoundError:
        return False
    return True
