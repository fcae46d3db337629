"""A small company: a bare remote, a clone of it with the real environments, deployments with releases and evidence."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.unit.amlops.promotion.situations import BASE, merged

from amlops.applied import applied_commit, move_applied
from amlops.config import Repository
from amlops.evidence import Evidence, of_release, of_stack
from amlops.git import Git
from amlops.releases import Asset, Provenance, Release, Stage, release_text, stage_text
from amlops.releases.files import yaml_text
from amlops.releases.identity import release_id

ROOT = Path(__file__).parents[4]
HEAD = "yaml-language-server: $schema=../../environments/schemas/about.json"
ENVIRONMENTS = ("dev", "staging", "prod")


def about_text(**changes: Any) -> str:
    data = merged({**BASE["about"], "environments": ["local", *ENVIRONMENTS]}, changes)
    return yaml_text(data, HEAD)


def release_of(deployment: str, number: int, *, commit: str | None, created: str = "") -> Release:
    """The release with this number; higher ones were made later."""
    digest = f"sha256:{number:064x}"
    asset = Asset("model", f"azureml://registries/r/models/{deployment}/versions/{number}", digest, f"m:{number}")
    body = {"kind": "Managed", "properties": {"endpointComputeType": "Managed", "model": asset.id}}
    endpoint = {"properties": {"authMode": "Key"}}
    id = release_id(deployment, endpoint, body, [asset])
    made = Provenance(commit, False, "job-1", "azure-ai-ml 1.35.2", {"deployment.yml": digest})
    at = created or f"2026-11-{number:02d}T08:00:00Z"
    return Release(id, deployment, at, endpoint, body, (asset,), made)


@dataclass
class Company:
    """`git` is the clone with the remote as its origin."""

    git: Git
    runs: list[int] = field(default_factory=list)

    @property
    def repo(self) -> Repository:
        return Repository(self.git.root)

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.git)

    @staticmethod
    def found(folder: Path, remote: str, git: Git | None = None) -> Company:
        """A clone with the real environments and no window, pushed to the remote's main."""
        clone = folder / "clone"
        clone.mkdir(parents=True)
        shutil.copytree(ROOT / "environments", clone / "environments")
        (clone / "Pulumi.yaml").write_text("name: azureml\n")
        promotion = (clone / "environments/promotion.yaml").read_text()
        start, end = promotion.index("    time_zone"), promotion.index("    gates:", promotion.index("  prod:"))
        (clone / "environments/promotion.yaml").write_text(promotion[:start] + promotion[end:])
        (clone / "evaluations").mkdir()
        (clone / "evaluations/wine.csv").write_text("quality\n")
        for words in (
            ("init", "-q", "-b", "main"),
            ("remote", "add", "origin", remote),
            ("config", "user.name", "Ada"),
            ("config", "user.email", "ada@example.invalid"),
        ):
            subprocess.run(["git", *words], cwd=clone, check=True)
        company = Company(git or Git(clone))
        company.commit("chore: start")
        return company

    def run(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.git.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, message: str = "chore: change") -> str:
        """Everything in the clone, on main."""
        self.run("add", "-A")
        self.run("commit", "-q", "--allow-empty", "-m", message)
        push = ["git", "push", "-q", "origin", "HEAD:refs/heads/main"]
        subprocess.run(push, cwd=self.git.root, check=True, env={**os.environ, **self.git.variables})
        return self.git.head()

    def write(self, path: str, text: str) -> None:
        file = self.git.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def deploy(self, name: str, stages: Mapping[str, Stage], releases: tuple[Release, ...] = (), **about: Any) -> None:
        """A deployment's files; the manifests that about.yaml names are empty."""
        folder = f"deployments/{name}"
        self.write(f"{folder}/about.yaml", about_text(**about))
        for file in ("endpoint.yml", "deployment.yml", "job.yml", "sample.json"):
            self.write(f"{folder}/{file}", "{}")
        for release in releases:
            self.write(f"{folder}/releases/{release.id}.yaml", release_text(release))
        for environment, stage in stages.items():
            self.write(f"{folder}/stages/{environment}.yaml", stage_text(name, environment, stage))

    def proofs(
        self, name: str, release: str, commit: str, *, at: datetime, old: str | None = None, **changes: Any
    ) -> dict[str, Any]:
        """Files that prove a release in every environment; `changes` are to the evaluation."""
        by = {"run": 7, "url": "", "commit": commit, "workflow": "w", "at": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
        ours = BASE["ours"]
        found = {of_release(name, release, "evaluation"): {**merged(ours["evaluation"], changes), "written": by}}
        for environment in ENVIRONMENTS:
            rollout = {**ours["rollout"], "old": old, "written": by}
            found[of_release(name, release, f"rollout-{environment}")] = rollout
        return found

    def applied(self, stack: str, commit: str) -> dict[str, Any]:
        """The file of an apply, once the ref says that the stack was applied from there."""
        assert move_applied(self.git, stack, applied_commit(self.git, stack), commit)
        by = {"run": 7, "url": "", "commit": commit, "workflow": "w", "at": "2026-12-01T08:00:00Z"}
        return {of_stack(stack, f"applied-{commit}"): {"policy": [], "written": by}}


NOON = datetime(2026, 12, 2, 12, tzinfo=UTC)
