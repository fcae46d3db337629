"""The kinds of Azure ML CLI v2 YAML that are compiled, and how the official client loads and sends each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """`loader` is a name in `azure.ai.ml.entities._load_functions`, `send` an operation group and method of MLClient.

    `schemas` are the names that `$schema` ends with, in lower case and without `.schema.json`.
    """

    name: str
    loader: str
    send: tuple[str, str]
    schemas: tuple[str, ...]


KINDS: tuple[Kind, ...] = (
    Kind(
        "online-endpoint",
        "load_online_endpoint",
        ("online_endpoints", "begin_create_or_update"),
        ("managedonlineendpoint", "kubernetesonlineendpoint"),
    ),
    Kind(
        "online-deployment",
        "load_online_deployment",
        ("online_deployments", "begin_create_or_update"),
        ("managedonlinedeployment", "kubernetesonlinedeployment"),
    ),
    Kind("batch-endpoint", "load_batch_endpoint", ("batch_endpoints", "begin_create_or_update"), ("batchendpoint",)),
    Kind(
        "batch-deployment",
        "load_batch_deployment",
        ("batch_deployments", "begin_create_or_update"),
        ("batchdeployment",),
    ),
    Kind(
        "model-batch-deployment",
        "load_model_batch_deployment",
        ("batch_deployments", "begin_create_or_update"),
        ("modelbatchdeployment",),
    ),
    Kind(
        "pipeline-batch-deployment",
        "load_pipeline_component_batch_deployment",
        ("batch_deployments", "begin_create_or_update"),
        ("pipelinecomponentbatchdeployment",),
    ),
    Kind(
        "job",
        "load_job",
        ("jobs", "create_or_update"),
        ("commandjob", "pipelinejob", "sweepjob", "sparkjob", "automljob", "paralleljob", "finetuningjob"),
    ),
    Kind(
        "component",
        "load_component",
        ("components", "create_or_update"),
        ("commandcomponent", "pipelinecomponent", "parallelcomponent", "sparkcomponent"),
    ),
    Kind("environment", "load_environment", ("environments", "create_or_update"), ("environment",)),
    Kind("model", "load_model", ("models", "create_or_update"), ("model",)),
    Kind("data", "load_data", ("data", "create_or_update"), ("data",)),
    Kind("schedule", "load_schedule", ("schedules", "begin_create_or_update"), ("schedule",)),
    Kind(
        "compute",
        "load_compute",
        ("compute", "begin_create_or_update"),
        ("amlcompute", "computeinstance", "kubernetescompute", "vmcompute", "synapsesparkcompute"),
    ),
    Kind(
        "datastore",
        "load_datastore",
        ("datastores", "create_or_update"),
        ("azureblob", "azurefile", "azuredatalakegen1", "azuredatalakegen2", "onelake"),
    ),
    Kind(
        "connection",
        "load_connection",
        ("connections", "create_or_update"),
        ("workspaceconnection", "connection"),
    ),
    Kind(
        "serverless-endpoint",
        "load_serverless_endpoint",
        ("serverless_endpoints", "begin_create_or_update"),
        ("serverlessendpoint",),
    ),
    Kind(
        "marketplace-subscription",
        "load_marketplace_subscription",
        ("marketplace_subscriptions", "begin_create_or_update"),
        ("marketplacesubscription",),
    ),
)

REFUSED: Mapping[str, str] = {
    "workspace": "a workspace is declared in environments/<name>.yaml; remove this file",
    "hub": "a hub is declared in environments/<name>.yaml; remove this file",
    "project": "a project is declared in environments/<name>.yaml; remove this file",
    "registry": "an ML registry is declared in environments/<name>.yaml; remove this file",
    "featurestore": "a feature store goes out as a template with random names; declare it in infra/ instead",
    "featureset": "feature sets need a feature store, which is not built here; remove this file",
    "featurestoreentity": "feature store entities need a feature store, which is not built here; remove this file",
    "monitorschedule": "monitors are not built yet; remove this file",
}
"""Schemas that are refused, and what to do instead (`$schema` in lower case, without `.schema.json`)."""

_TYPES: Mapping[str, str] = {
    "command": "job",
    "pipeline": "job",
    "sweep": "job",
    "spark": "job",
    "automl": "job",
    "parallel": "job",
    "amlcompute": "compute",
    "computeinstance": "compute",
    "azure_blob": "datastore",
    "azure_file": "datastore",
    "azure_data_lake_gen2": "datastore",
    "mlflow_model": "model",
    "custom_model": "model",
    "triton_model": "model",
    "uri_file": "data",
    "uri_folder": "data",
    "mltable": "data",
}


def kind_named(name: str) -> Kind:
    """Raises LookupError for a kind that is not in `KINDS`."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise LookupError(f"{name} is no kind of manifest; kinds are {', '.join(kind.name for kind in KINDS)}")


def schema_of(data: Mapping[str, Any]) -> str:
    """The last part of `$schema`, in lower case and without its ending; empty where there is none."""
    last = str(data.get("$schema", "")).rsplit("/", 1)[-1].lower()
    return last.removesuffix(".json").removesuffix(".schema")


def guess(data: Mapping[str, Any]) -> Kind | None:
    """The kind that the file says it is: by `$schema`, else by keys that only one kind has."""
    schema = schema_of(data)
    for kind in KINDS:
        if schema in kind.schemas:
            return kind
    if schema:
        return None
    keys, type_ = set(data), data.get("type")
    if "trigger" in keys and "create_job" in keys:
        return kind_named("schedule")
    if "endpoint_name" in keys and keys & {"instance_type", "instance_count", "code_configuration", "request_settings"}:
        return kind_named("online-deployment")
    if "auth_mode" in keys:
        return kind_named("online-endpoint")
    if isinstance(type_, str) and type_ in _TYPES:
        return kind_named(_TYPES[type_])
    if keys & {"conda_file", "image", "build"} and "type" not in keys:
        return kind_named("environment")
    return None
