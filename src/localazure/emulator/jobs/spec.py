"""What a command job asks for, read from its ARM body. Refuses what the local Azure doesn't run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import durations
from ..arm.errors import ArmError, bad_request
from ..store import Body

DEFAULT_EXPERIMENT = "Default"
ARTIFACTS = "default"  # the output that stands for a run's own artifacts; Azure adds it to every job

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}")
_KEY = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Input:
    """One input. `value` is the literal, or the URI of the data; None is an optional input that was not given."""

    name: str
    kind: str  # literal, uri_file, uri_folder, mltable, custom_model, mlflow_model, triton_model
    value: str | None
    mode: str = "ReadOnlyMount"

    @property
    def literal(self) -> bool:
        return self.kind == "literal"


@dataclass(frozen=True, slots=True)
class Output:
    """One output. `uri` is where it goes; with `asset` it becomes a version of that model or data asset."""

    name: str
    kind: str
    uri: str
    asset: str | None = None
    version: str | None = None
    description: str | None = None

    @property
    def is_file(self) -> bool:
        return self.kind == "uri_file"

    @property
    def is_model(self) -> bool:
        return self.kind.endswith("_model")


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command job, checked."""

    name: str
    command: str
    environment: str  # reference of an environment version
    code: str | None  # reference of a code version
    compute: str | None  # ARM id; None is serverless
    experiment: str
    display_name: str
    variables: Mapping[str, str]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    timeout: float | None  # seconds


def read(name: str, properties: Body) -> CommandSpec:
    """The job in `properties`; raises ArmError with everything that is wrong with it.

    Source: model CommandJob, api-version 2025-12-01; name pattern from azure-mgmt-machinelearningservices 2.0.0b2.
    """
    kind = str(properties.get("jobType", ""))
    if kind.lower() != "command":
        raise not_run(f"jobType '{kind}'")
    _refuse_distribution(properties)
    problems: list[str] = []
    if not _NAME.fullmatch(name):
        problems.append(
            f"The job name '{name}' is invalid: at most 255 letters, digits, '-' and '_', the first a letter or digit."
        )
    command = str(properties.get("command") or "")
    if not command.strip():
        problems.append("properties.command is required.")
    if not properties.get("environmentId"):
        problems.append("properties.environmentId is required.")
    inputs = tuple(_input(key, value or {}) for key, value in (properties.get("inputs") or {}).items())
    outputs = tuple(
        _output(name, key, value or {}) for key, value in (properties.get("outputs") or {}).items() if key != ARTIFACTS
    )
    names = [entry.name for entry in inputs] + [entry.name for entry in outputs]
    problems += [
        f"Key name '{name}' must be composed of letters, digits and underscore."
        for name in names
        if not _KEY.fullmatch(name)
    ]
    problems += [f"Input '{i.name}' of type {i.kind} has no uri." for i in inputs if not i.literal and not i.value]
    timeout = (properties.get("limits") or {}).get("timeout")
    seconds = None if timeout is None else durations.seconds(str(timeout))
    if timeout is not None and seconds is None:
        problems.append(f"limits.timeout '{timeout}' is not an ISO 8601 duration such as PT30M.")
    if problems:
        raise bad_request("ValidationError", " ".join(problems))
    compute = properties.get("computeId") or None
    return CommandSpec(
        name=name,
        command=command,
        environment=str(properties["environmentId"]),
        code=properties.get("codeId") or None,
        compute=None if compute is None or is_serverless(compute) else str(compute),
        experiment=properties.get("experimentName") or DEFAULT_EXPERIMENT,
        display_name=properties.get("displayName") or name,
        variables={k: str(v) for k, v in (properties.get("environmentVariables") or {}).items()},
        inputs=inputs,
        outputs=outputs,
        timeout=seconds,
    )


def is_serverless(compute: str) -> bool:
    return compute.rstrip("/").rsplit("/", 1)[-1].lower() == "serverless"


def not_run(what: str) -> ArmError:
    """501: Azure would do it, the local Azure doesn't."""
    return ArmError(
        501,
        "NotImplemented",
        f"{what} is not run by the local Azure; it runs jobs of jobType 'Command' on one node.",
        target="properties.jobType",
    )


def default_uri(job: str, output: str, *, is_file: bool = False) -> str:
    """Where an output goes that names no place. Source: azure-ai-ml looks for `azureml/{job}/{output}/` there."""
    return f"azureml://datastores/workspaceblobstore/paths/azureml/{job}/{output}{'' if is_file else '/'}"


def _refuse_distribution(properties: Body) -> None:
    nodes = (properties.get("resources") or {}).get("instanceCount") or 1
    if int(nodes) > 1:
        raise not_run(f"A job on {nodes} nodes (resources.instanceCount)")
    distribution = properties.get("distribution")
    if distribution:
        raise not_run(f"Distribution '{distribution.get('distributionType')}'")
    local = ((properties.get("resources") or {}).get("properties") or {}).get("target")
    if local == "local":
        raise not_run("compute 'local'")


def _input(name: str, body: Mapping[str, Any]) -> Input:
    kind = str(body.get("jobInputType", "literal")).lower()
    if kind == "literal":
        value = body.get("value")
        return Input(name, kind, None if value is None else str(value))
    return Input(name, kind, body.get("uri"), body.get("mode") or "ReadOnlyMount")


def _output(job: str, name: str, body: Mapping[str, Any]) -> Output:
    kind = str(body.get("jobOutputType", "uri_folder")).lower()
    uri = body.get("uri") or default_uri(job, name, is_file=kind == "uri_file")
    for placeholder, value in (("name", job), ("output_name", name), ("default_datastore", "workspaceblobstore")):
        uri = uri.replace("${{" + placeholder + "}}", value)
    asset = body.get("assetName") or None
    version = body.get("assetVersion")
    return Output(name, kind, uri, asset, None if version is None else str(version), body.get("description"))
