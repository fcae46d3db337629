"""Splits the traffic between the release that has most of it and the other one: `split_traffic.py 90`.

Run it after `eval "$(.venv/bin/amlops env local)"`.
"""

from __future__ import annotations

import os
import sys

from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

percent = int(sys.argv[1])
credential = DefaultAzureCredential(disable_instance_discovery=True)
ml = MLClient(credential, os.environ["ARM_SUBSCRIPTION_ID"], "rg-cml-local", "mlw-cml-local")
endpoint = ml.online_endpoints.get("cml-diabetes-progression-local")
names = [deployment.name for deployment in ml.online_deployments.list(endpoint.name)]
first, second = sorted(names, key=lambda name: -endpoint.traffic.get(name, 0))
endpoint.traffic = {first: percent, second: 100 - percent}
print(ml.online_endpoints.begin_create_or_update(endpoint).result().traffic)
