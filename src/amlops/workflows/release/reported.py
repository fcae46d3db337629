"""What a training run reported by itself: the metrics that it logged to MLflow.

Source: MLflow's REST API, `runs/get`; a workspace's tracking URI is a property of the workspace.
"""

from __future__ import annotations

from typing import Any

from amlops.azure import ML_SCOPE
from amlops.errors import AmlopsError

from ..session import Session


def reported_metrics(session: Session, job: str) -> dict[str, float]:
    """By name, the last value of each. Raises AmlopsError."""
    import requests

    azure = session.azure
    workspace = azure.resource(session.workspace_id, "2025-12-01")
    if workspace is None:
        raise AmlopsError(f"there is no workspace {session.names.workspace}", exit_code=3)
    # azureml-mlflow reaches the same place by https
    uri = str(workspace["properties"]["mlFlowTrackingUri"]).replace("azureml://", "https://", 1)
    with requests.Session() as asking:
        asking.trust_env = not azure.is_local
        asking.verify = azure.ca or True
        asking.headers["Authorization"] = f"Bearer {azure.credential.get_token(ML_SCOPE).token}"
        try:
            answer = asking.get(f"{uri}/api/2.0/mlflow/runs/get", params={"run_id": job}, timeout=60)
        except requests.RequestException as error:
            raise AmlopsError(f"the run {job} can't be read: {error}") from None
    if answer.status_code != 200:
        raise AmlopsError(f"the run {job} can't be read: {answer.status_code} {answer.text[:300]}")
    listed: list[dict[str, Any]] = answer.json()["run"]["data"].get("metrics") or []
    return {str(item["key"]): float(item["value"]) for item in listed}
