"""A user's script: the mlflow client, in an interpreter of its own, reads a job's run and logs a model.

Argument: the job's name. Nothing but the environment names the server. It prints JSON.
"""

from __future__ import annotations

import json
import sys

import mlflow
from sklearn.linear_model import LinearRegression

(job,) = sys.argv[1:]
client = mlflow.MlflowClient()
run = client.get_run(job)
found = {
    "status": run.info.status,
    "experiment": client.get_experiment(run.info.experiment_id).name,
    "metrics": run.data.metrics,
    "params": run.data.params,
    "history": [metric.value for metric in client.get_metric_history(job, "rmse")],
}
mlflow.set_experiment("by-hand")
with mlflow.start_run() as own:
    mlflow.log_metric("loss", 0.25)
    logged = mlflow.sklearn.log_model(
        LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0]), name="line", pip_requirements=["scikit-learn"]
    )
found["loss"] = client.get_run(own.info.run_id).data.metrics
found["predicts"] = float(mlflow.sklearn.load_model(logged.model_uri).predict([[3.0]])[0])
found["registered"] = mlflow.register_model(logged.model_uri, "logged-by-hand").version
print(json.dumps(found))
