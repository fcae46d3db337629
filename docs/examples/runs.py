"""Lists the training runs with parameters and metrics, by the mlflow client.

Run it after `eval "$(.venv/bin/amlops env local)"`, which says where the workspace's tracking server is.
"""

from __future__ import annotations

from mlflow import MlflowClient

client = MlflowClient()
experiment = client.get_experiment_by_name("diabetes-progression")
for run in client.search_runs([experiment.experiment_id]):
    metrics = {name: round(value, 2) for name, value in run.data.metrics.items()}
    print(run.info.run_id, run.data.params, metrics)
