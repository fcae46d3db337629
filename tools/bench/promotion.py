"""The next steps of 10 and of 1,000 deployments, each with a release to promote and evidence for every gate."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.unit.amlops.promotion.company import NOON, Company, release_of

from amlops.config import BreakGlass, load_promotion
from amlops.evidence import of_stack
from amlops.promotion import NextSteps, next_steps
from amlops.releases import Release, Stage

from .figures import Figure, seconds

COUNTS = (10, 1000)
AIM = 10.0
"""Seconds."""


def measure(folder: Path) -> Iterator[Figure]:
    """In this process; reading git and evidence is part of it, as is judging every gate."""
    for count in COUNTS:
        company = _company(folder / str(count), count)
        taken = seconds(partial(_compute, company, count))
        aim = f"≤ {AIM:.0f} s" if count == COUNTS[-1] else ""
        met = taken <= AIM if aim else None
        yield Figure(f"next steps of {count:,} deployments, all gates judged", f"{taken:.2f} s", aim, met)


def _compute(company: Company, count: int) -> None:
    found: NextSteps = next_steps(
        company.repo,
        company.git,
        company.evidence,
        load_promotion(company.repo),
        BreakGlass(),
        commit=company.git.head(),
        now=NOON,
    )
    states = [judged.state for judged in found.judged if judged.step.move == "advance"]
    assert states == ["pass"] * count, set(states)


def _company(folder: Path, count: int) -> Company:
    remote = folder / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    company = Company.found(folder, str(remote))
    names = [f"model-{number:04d}" for number in range(count)]
    first = company.git.head()
    released = {name: [release_of(name, number, commit=first) for number in (1, 2, 3)] for name in names}
    for name, releases in released.items():
        oldest, old, new = (release.id for release in releases)
        stages = {
            "dev": Stage(new, previous=old),
            "staging": Stage(old, previous=oldest),
            "prod": Stage(old, rejected=(oldest,)),
        }
        company.deploy(name, stages, tuple(releases))
    commit = company.commit()
    _prove(company, remote, folder / "evidence", commit, released)
    return company


def _prove(
    company: Company, remote: Path, evidence: Path, commit: str, released: Mapping[str, Sequence[Release]]
) -> None:
    """Evidence of every release in every environment, and the refs of what was applied."""
    evidence.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "evidence"], cwd=evidence, check=True)
    words = ["git", "hash-object", "-w", "--stdin"]
    applied = subprocess.run(words, cwd=remote, input=f"{commit}\n", text=True, check=True, capture_output=True).stdout
    lines = []
    for name, releases in released.items():
        files: dict[str, Any] = {}
        for release in releases:
            files |= company.proofs(name, release.id, commit, at=NOON - timedelta(days=2), old=releases[0].id)
        for environment in ("dev", "staging", "prod"):
            lines.append(f"update refs/applied/{environment}.{name} {applied.strip()}\n")
            by = next(iter(files.values()))["written"]
            files[of_stack(f"{environment}.{name}", f"applied-{commit}")] = {"policy": [], "written": by}
        for path, what in files.items():
            file = evidence / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(what))
    who = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    subprocess.run(["git", "add", "-A"], cwd=evidence, check=True)
    subprocess.run(["git", *who, "commit", "-qm", "evidence"], cwd=evidence, check=True)
    subprocess.run(["git", "push", "-q", str(remote), "evidence"], cwd=evidence, check=True)
    subprocess.run(["git", "update-ref", "--stdin"], cwd=remote, input="".join(lines), text=True, check=True)
