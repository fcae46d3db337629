"""The job that training will run: compiled, its environment pinned, named by its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlops.config import ConfigError, Environment, Names, Problem, Repository, load_about, read_document
from amlops.errors import AmlopsError
from amlops.manifests import (
    WORKSPACE,
    Compiled,
    Context,
    LocalAsset,
    Manifest,
    bound,
    compile_manifests,
    replaced,
    workspace_id,
)
from amlops.releases.make import deployment_files
from amlops.releases.pins import Locked, lock_environment

ANONYMOUS = "CliV2AnonymousEnvironment"
"""The name that the official client gives to environments without one."""


@dataclass(frozen=True, slots=True)
class JobPlan:
    """`name` holds a hash of everything the job is made of, so the same work has the same name.

    `body` is ARM's, for the workspace whose id it was planned with. `models` are the names that its outputs register.
    """

    name: str
    body: Mapping[str, Any]
    api_version: str
    folder: Path
    assets: tuple[LocalAsset, ...]
    environments: tuple[tuple[str, Locked], ...]  # (version, content) of ANONYMOUS
    models: tuple[str, ...]


def plan_training(
    repo: Repository, deployment: str, environment: Environment, workspace: str, *, mark: str = ""
) -> JobPlan:
    """The plan for a workspace, given by its ARM id. `mark` enters the name. Raises ConfigError and AmlopsError; asks
    no cloud.

    Endpoint and deployment are compiled along, so that what is wrong with them shows before the training.
    """
    about = load_about(repo, deployment, manifests=True)
    if about.training is None:
        message = '"training" is missing, so there is no job to run; add it, or register the model elsewhere'
        raise ConfigError([Problem(repo.shown(repo.about_file(deployment)), 1, message, "training")])
    path = repo.deployment(deployment) / about.training
    overrides = {"name": deployment, "display_name": deployment}
    files = [Manifest(path, "job", overrides), *deployment_files(repo, deployment)]
    compiled = compile_manifests(files, context=Context(repo))[0]
    if compiled.open_versions:
        document = read_document(path, root=repo.root)
        names = ", ".join(f"{item.collection}/{item.name}" for item in compiled.open_versions)
        message = f"{names} is left open, and a training must be repeatable; name a version"
        raise ConfigError([document.problem((), message, "open-version")])
    environments, ids = _pinned(compiled, repo.cache)
    ids |= {f"{WORKSPACE}/computes/{key}": f"{WORKSPACE}/computes/{real}" for key, real in _computes(environment)}
    body = replaced(compiled.main.body, ids)
    models = tuple(_models(body))
    if not models:
        document = read_document(path, root=repo.root)
        message = 'no output registers a model; give one a "name" and a type such as mlflow_model or custom_model'
        raise ConfigError([document.problem(("outputs",), message, "registered-model")])
    body = bound(body, workspace)
    content = [deployment, body, [asset.digest for asset in compiled.assets], *([mark] if mark else [])]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return JobPlan(
        name=f"{deployment}-{digest[:10]}",
        body=body,
        api_version=compiled.main.api_version,
        folder=path.parent,
        assets=compiled.assets,
        environments=environments,
        models=models,
    )


def _pinned(compiled: Compiled, cache: Path) -> tuple[tuple[tuple[str, Locked], ...], dict[str, str]]:
    """Each environment that the job declares, with exact pins, and the ids that change by it."""
    found, ids = [], {}
    for resource in compiled.resources[:-1]:
        if resource.kind != "environments/versions":
            message = f"{resource.kind} {'/'.join(resource.segments)}: publish it beforehand, training only runs jobs"
            raise AmlopsError(message, exit_code=2)
        properties = resource.body["properties"]
        if not properties.get("image"):
            raise AmlopsError(
                "docker build contexts are not published yet; name an image and a conda file", exit_code=2
            )
        locked = lock_environment(properties["image"], properties.get("condaFile"), cache)
        version = locked.digest[:32]
        found.append((version, locked))
        ids[workspace_id(resource.kind, resource.segments)] = f"{WORKSPACE}/environments/{ANONYMOUS}/versions/{version}"
    return tuple(found), ids


def _computes(environment: Environment) -> list[tuple[str, str]]:
    names = Names(environment)
    return [(key, names.compute(key)) for key in environment.platform.compute]


def _models(body: Mapping[str, Any]) -> Iterator[str]:
    outputs = body["properties"].get("outputs") or {}
    for output in outputs.values():
        if str(output.get("jobOutputType", "")).endswith("_model") and output.get("assetName"):
            yield str(output["assetName"])
