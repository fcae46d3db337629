"""The environment variables that a job's command gets: those Azure ML sets, and the job's own. Nothing is inherited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..arm.ids import ArmId
from .spec import CommandSpec

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Run:
    """What the variables tell a job about itself and its cloud."""

    workspace: ArmId
    workspace_guid: str
    spec: CommandSpec
    experiment_id: str
    interpreter: Path
    root: Path  # the job's own folder; home and tmp lie in it
    inputs: Mapping[str, str | None]  # by name: path or literal
    outputs: Mapping[str, str]  # by name: path
    endpoint: str  # the cloud's base URL
    proxy: str  # the way to storage hosts; it refuses every other host
    ca: Path
    tracking: str
    token: str


def variables(run: Run) -> dict[str, str]:
    """All of the environment. Source: names that azureml-mlflow and Azure ML's documentation read in a job."""
    ours = run.workspace
    azure = {
        "AZUREML_RUN_ID": run.spec.name,
        "AZUREML_ROOT_RUN_ID": run.spec.name,
        "AZUREML_ARM_SUBSCRIPTION": ours.subscription or "",
        "AZUREML_ARM_RESOURCEGROUP": ours.resource_group or "",
        "AZUREML_ARM_WORKSPACE_NAME": ours.name,
        "AZUREML_ARM_PROJECT_NAME": run.spec.experiment,
        "AZUREML_EXPERIMENT_NAME": run.spec.experiment,
        "AZUREML_EXPERIMENT_ID": run.experiment_id,
        "AZUREML_EXPERIMENT_SCOPE": f"{ours.text}/experiments/{run.spec.experiment}",
        "AZUREML_WORKSPACE_SCOPE": ours.text,
        "AZUREML_WORKSPACE_ID": run.workspace_guid,
        "AZUREML_SERVICE_ENDPOINT": run.endpoint,
        "AZUREML_DISCOVERY_SERVICE_ENDPOINT": f"{run.endpoint}/discovery",
        "AZUREML_RUN_TOKEN": run.token,
        "AZUREML_RUN_HISTORY_SERVICE_ENDPOINT": run.endpoint,
    }
    mlflow = {
        "MLFLOW_TRACKING_URI": run.tracking,
        "MLFLOW_TRACKING_TOKEN": run.token,
        "MLFLOW_EXPERIMENT_ID": run.experiment_id,
        "MLFLOW_EXPERIMENT_NAME": run.spec.experiment,
        "MLFLOW_RUN_ID": run.spec.name,
        # the client asks for telemetry settings at a host that no job here can reach
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    machine = {
        "PATH": f"{run.interpreter.parent}:{_SYSTEM_PATH}",
        "HOME": str(run.root / "home"),
        "TMPDIR": str(run.root / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "REQUESTS_CA_BUNDLE": str(run.ca),
        "SSL_CERT_FILE": str(run.ca),
        "HTTPS_PROXY": run.proxy,
        "NO_PROXY": "127.0.0.1,localhost",
    }
    data = {f"AZURE_ML_INPUT_{name}": value for name, value in run.inputs.items() if value is not None}
    data |= {f"AZURE_ML_OUTPUT_{name}": value for name, value in run.outputs.items()}
    return {**machine, **azure, **mlflow, **data, **run.spec.variables}
