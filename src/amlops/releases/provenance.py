"""Where a release comes from, by git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from amlops.config import Repository
from amlops.manifests.digests import file_digest

from .release import Provenance


def provenance(
    repo: Repository, deployment: str, manifests: list[Path], *, compiler: str, job: str | None
) -> Provenance:
    """Facts for people and for lineage; none of them enters the release's id."""
    commit = _git(repo.root, "rev-parse", "HEAD")
    folder = repo.deployment(deployment)
    made = (f":(exclude){folder / name}" for name in ("releases", "stages"))
    changed = _git(repo.root, "status", "--porcelain", "--", str(folder), *made)
    return Provenance(
        commit=commit or None,
        dirty=bool(changed) or not commit,
        job=job,
        compiler=compiler,
        manifests={repo.shown(path).as_posix(): f"sha256:{file_digest(path)}" for path in sorted(manifests)},
    )


def _git(root: Path, *arguments: str) -> str:
    """git's answer; empty where it has none (no repository, no commit yet)."""
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
