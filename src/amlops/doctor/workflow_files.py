"""What the workflow files ask of the repository: environments, variables, secrets, the App's permissions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlops.config import read_document
from amlops.github.app import PERMISSIONS, permissions_of

_READS = re.compile(r"\b(vars|secrets)\.([A-Z][A-Z0-9_]*)")
_OWN = frozenset({"GITHUB_TOKEN"})
LEVELS = ("none", "read", "write")


@dataclass(frozen=True, slots=True)
class Job:
    """`environment` is "" where the job is in none; `chosen`: an expression decides at run time which one.

    `reads` are names by `vars` and `secrets`; `asks` the permissions that it asks for a token of the App.
    """

    workflow: str
    name: str
    environment: str
    reads: Mapping[str, frozenset[str]]
    asks: Mapping[str, str]

    @property
    def chosen(self) -> bool:
        return "${{" in self.environment


def jobs_in(root: Path) -> tuple[Job, ...]:
    """Every job of `.github/workflows`. Raises ConfigError for a file that is no YAML."""
    found = []
    for file in sorted((root / ".github" / "workflows").glob("*.yml")):
        for name, job in (read_document(file, root=root).data.get("jobs") or {}).items():
            found.append(_job(file.name, str(name), job))
    return tuple(found)


def asked_of_app(jobs: tuple[Job, ...]) -> dict[str, str]:
    """The most that any job asks of the App, by permission."""
    found: dict[str, str] = {}
    for job in jobs:
        for what, level in job.asks.items():
            found[what] = max(found.get(what, "none"), level, key=LEVELS.index)
    return found


def _job(workflow: str, name: str, job: Mapping[str, Any]) -> Job:
    environment = job.get("environment") or ""
    if isinstance(environment, Mapping):
        environment = environment.get("name") or ""
    reads: dict[str, set[str]] = {"vars": set(), "secrets": set()}
    for kind, found in _READS.findall(json.dumps(job, default=str)):
        if found not in _OWN:
            reads[kind].add(found)
    asks: dict[str, str] = {}
    for step in job.get("steps") or ():
        wanted = str((step.get("env") or {}).get(PERMISSIONS, ""))
        for what, level in permissions_of(wanted).items() if wanted else ():
            asks[what] = max(asks.get(what, "none"), level, key=LEVELS.index)
    return Job(workflow, name, str(environment), {kind: frozenset(names) for kind, names in reads.items()}, asks)
