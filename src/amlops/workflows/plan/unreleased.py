"""What deployments would declare if their manifests were released as they are now: in a copy of what the programs read.

So a manifest that breaks a rule of prod is told of when it is written, and not when it gets there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from amlops.config import Environment, Names, Repository
from amlops.releases import Asset, Provenance, Release, Stage, write_release, write_stage
from amlops.releases.make import compile_deployment, deployment_manifests
from amlops.releases.render import references, render
from amlops.stacks import StackName

_READ = ("environments", "infra", "Pulumi.yaml")
_COLLECTIONS = {"code": "codes", "model": "models", "environment": "environments"}
_VERSION, _DIGEST, _MADE = "unreleased", f"sha256:{'0' * 64}", "2000-01-01T00:00:00Z"
"""In place of what publishing and the clock give; no rule looks at them."""


def as_if_released(repo: Repository, stacks: Iterable[tuple[StackName, Environment]], folder: Path) -> Repository:
    """A repository in `folder` in which each of these deployment stacks runs its manifests. Raises ConfigError."""
    for name in _READ:
        source = repo.root / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    copied = Repository(folder)
    made: dict[str, Release] = {}
    for stack, environment in stacks:
        deployment = stack.deployment
        assert deployment is not None
        if deployment not in made:
            shutil.copytree(
                repo.deployment(deployment),
                copied.deployment(deployment),
                ignore=shutil.ignore_patterns("releases", "stages"),
            )
            made[deployment] = _release(repo, deployment, environment)
        write_release(copied, environment.name, made[deployment])
        write_stage(copied, deployment, environment.name, Stage(made[deployment].id))
    return copied


def _release(repo: Repository, deployment: str, environment: Environment) -> Release:
    """With the ids that publishing would give, but for their versions."""
    endpoint, compiled = compile_deployment(repo, deployment_manifests(repo, deployment))
    registry = Names(environment).registry
    assets = [
        Asset(
            kind, f"azureml://registries/{registry}/{_COLLECTIONS[kind]}/{deployment}/versions/{_VERSION}", _DIGEST, ""
        )
        for kind in references(compiled)
    ]
    made = Provenance(None, True, None, compiled.compiler, {})
    return render(deployment, endpoint, compiled, assets, made, _MADE)
