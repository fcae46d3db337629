"""What the checks are given: this clone, and the repository on GitHub as one token sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from amlops.config import PLATFORM, RELEASE, Environment, Names, Repository, deployments_of, load_environment
from amlops.git import Git
from amlops.github import GitHub, GitHubRefused

from .workflow_files import Job, jobs_in


@dataclass(frozen=True)
class Clone:
    """`environ` are the process's variables."""

    repo: Repository
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An environment on GitHub. `reviewed`: somebody of `owner`, a team, lets each job in."""

    name: str
    owner: str
    reviewed: bool
    azure: bool


@dataclass(frozen=True)
class OnGitHub:
    repo: Repository
    github: GitHub
    git: Git

    @property
    def name(self) -> str:
        return self.github.repository

    @cached_property
    def site(self) -> str:
        """The repository's page, on github.com or an Enterprise Server."""
        found = str(self.github.get(f"/repos/{self.name}").get("html_url") or "")
        return found or f"https://github.com/{self.name}"

    @cached_property
    def environments(self) -> tuple[Environment, ...]:
        """Those in Azure. Raises ConfigError."""
        found = (load_environment(self.repo, name) for name in self.repo.environment_names())
        return tuple(one for one in found if not one.is_local)

    @cached_property
    def jobs(self) -> tuple[Job, ...]:
        return jobs_in(self.repo.root)

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        """A realm's for each deploy identity, and those that workflows name themselves."""
        found = []
        for environment in self.environments:
            names, platform = Names(environment), environment.settings.platform
            owner = environment.settings.owner
            found.append(Wanted(names.realm(PLATFORM), owner, environment.settings.deletion.protect, True))
            found += [
                Wanted(names.realm(team), team, False, True) for team in sorted(platform.teams if platform else ())
            ]
            if deployments_of(self.repo, environment)[1]:
                found.append(Wanted(names.realm(RELEASE), owner, False, True))
        literal = {job.environment for job in self.jobs if job.environment and not job.chosen}
        owner = self.environments[0].settings.owner if self.environments else ""
        return (*found, *(Wanted(name, owner, False, False) for name in sorted(literal)))

    @cached_property
    def _found(self) -> dict[str, dict[str, Any] | None]:
        return {}

    def found(self, name: str) -> dict[str, Any] | None:
        """An environment as GitHub has it; asked for once."""
        if name not in self._found:
            self._found[name] = self.github.find(f"environments/{name}")
        return self._found[name]

    def listed(self, path: str, inside: str) -> list[dict[str, Any]] | None:
        """All items of a list, None where GitHub has no such list."""
        try:
            return list(self.github.pages(path, inside))
        except GitHubRefused as error:
            if error.status == 404:
                return None
            raise

    def needed(self, wanted: Wanted, kind: str) -> set[str]:
        """The names of variables (`vars`) or secrets (`secrets`) that jobs in an environment read."""
        return {
            name
            for job in self.jobs
            if (job.chosen and wanted.azure) or job.environment == wanted.name
            for name in job.reads.get(kind, ())
        }
