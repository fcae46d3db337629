"""Writes releases and stages, each by rename."""

from __future__ import annotations

from pathlib import Path

from amlops.config import Repository

from .files import write_atomically, yaml_text
from .release import Release
from .stage import Stage


def write_release(repo: Repository, environment: str, release: Release) -> Path:
    """Writes the lock file `releases/<id>.yaml`."""
    path = repo.releases_dir(release.deployment, environment) / f"{release.id}.yaml"
    write_atomically(path, release_text(release))
    return path


def release_text(release: Release) -> str:
    """The lock file's content."""
    comment = "Made by `amlops release`. A release never changes: edit the manifests and make another."
    return yaml_text(_release_data(release), comment)


def write_stage(repo: Repository, deployment: str, environment: str, stage: Stage) -> Path:
    """Writes which releases run in an environment."""
    path = repo.stage_file(deployment, environment)
    write_atomically(path, stage_text(deployment, environment, stage))
    return path


def stage_text(deployment: str, environment: str, stage: Stage) -> str:
    """The content of a stage's file; `next` stands in it only where there is one."""
    data: dict[str, object] = {
        "current": stage.current,
        "candidate": stage.candidate,
        "previous": stage.previous,
        "rejected": list(stage.rejected),
    }
    if stage.next is not None:
        data["next"] = stage.next
    comment = f"Which releases of {deployment} run in {environment}. Written by `amlops release`, promote and rollback."
    return yaml_text(data, comment)


def _release_data(release: Release) -> dict[str, object]:
    made = release.provenance
    return {
        "id": release.id,
        "deployment": release.deployment,
        "created": release.created,
        "endpoint": dict(release.endpoint),
        "deployment_body": dict(release.deployment_body),
        "assets": [
            {"kind": item.kind, "id": item.id, "digest": item.digest, "source": item.source} for item in release.assets
        ],
        "provenance": {
            "commit": made.commit,
            "dirty": made.dirty,
            "job": made.job,
            "compiler": made.compiler,
            "manifests": dict(made.manifests),
        },
    }
