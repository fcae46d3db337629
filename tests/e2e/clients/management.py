"""A user's script: azure-identity and azure-mgmt-machinelearningservices list what is in the subscription.

Nothing but the environment names the cloud. It prints JSON.
"""

from __future__ import annotations

import json
import os

from azure.identity import DefaultAzureCredential
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

client = MachineLearningServicesMgmtClient(
    DefaultAzureCredential(disable_instance_discovery=True),
    os.environ["ARM_SUBSCRIPTION_ID"],
    base_url=os.environ["ARM_ENDPOINT"],
)
(workspace,) = client.workspaces.list_by_subscription()
where = (workspace.id.split("/")[4], workspace.name)
(endpoint,) = client.online_endpoints.list(*where)
deployments = list(client.online_deployments.list(*where, endpoint.name))
found = {
    "workspace": workspace.name,
    "state": workspace.provisioning_state,
    "computes": {compute.name: compute.properties.properties.vm_size for compute in client.compute.list(*where)},
    "endpoint": endpoint.name,
    "traffic": endpoint.properties.traffic,
    "deployments": {item.name: item.properties.provisioning_state for item in deployments},
    "log": client.online_deployments.get_logs(
        *where, endpoint.name, deployments[0].name, {"containerType": "InferenceServer", "tail": 20}
    ).content,
    "key": client.online_endpoints.list_keys(*where, endpoint.name).primary_key,
    "jobs": {job.name: job.properties.status for job in client.jobs.list(*where)},
    "models": {
        model.name: [version.name for version in client.model_versions.list(*where, model.name)]
        for model in client.model_containers.list(*where)
    },
    "environments": {
        item.name: [version.name for version in client.environment_versions.list(*where, item.name)]
        for item in client.environment_containers.list(*where)
    },
}
tagged = client.online_endpoints.begin_update(*where, endpoint.name, {"tags": {"seen-by": "the SDK"}}).result()
found["tags"] = tagged.tags
print(json.dumps(found))
