"""Looks at the local environment by azure-ai-ml: models, jobs, and an answer of the endpoint.

Run it after `eval "$(.venv/bin/amlops env local)"`. The same lines work with Azure; only the option of the credential
isn't needed there: it keeps azure-identity from asking Microsoft whether it knows the local Azure.
"""

from __future__ import annotations

import os

from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

credential = DefaultAzureCredential(disable_instance_discovery=True)
ml = MLClient(credential, os.environ["ARM_SUBSCRIPTION_ID"], "rg-cml-local", "mlw-cml-local")

for model in ml.models.list("diabetes-progression"):
    print("model", model.name, model.version)
for job in ml.jobs.list():
    print("job", job.name, job.status)
answer = ml.online_endpoints.invoke(
    "cml-diabetes-progression-local", request_file="deployments/diabetes-progression/sample-request.json"
)
print("answer", answer)
