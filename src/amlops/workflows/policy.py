"""The job `policy`: what stacks declare, judged by the rules, from git alone."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from amlops.config import ConfigError, Environment, Problem, Repository
from amlops.github import GitHub
from amlops.policy import Finding, check, load_policy
from amlops.stacks import StackName

from .declared import declared
from .targets import stacks_of


@dataclass(frozen=True, slots=True)
class Judged:
    """`resources` counts what was looked at, by stack."""

    resources: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def stops(self) -> bool:
        return any(finding.stops for finding in self.findings)


def judge(repo: Repository, names: Sequence[str], today: date) -> Judged:
    """The stacks that are named, or of every environment where none is. Raises ConfigError and AmlopsError."""
    policy = load_policy(repo, today)
    stacks = _stacks(repo, names or repo.environment_names())
    found = declared(repo, {stack.text: environment for stack, environment in stacks})
    findings: list[Finding] = []
    for environment in {environment.name: environment for _, environment in stacks}.values():
        own = [stack.text for stack, _ in stacks if stack.environment == environment.name]
        resources = [resource for name in own for resource in found[name]]
        findings += check(resources, environment, policy, stacks=own)
    order = sorted(findings, key=lambda finding: (not finding.stops, finding.severity))
    return Judged({name: len(resources) for name, resources in found.items()}, tuple(order))


def today(environ: Mapping[str, str] = os.environ) -> date:
    """GitHub's day (UTC); this machine's where GitHub is not there to ask."""
    github = GitHub.of(environ)
    return (github.now() if github else datetime.now(UTC)).date()


def _stacks(repo: Repository, names: Sequence[str]) -> list[tuple[StackName, Environment]]:
    found: list[tuple[StackName, Environment]] = []
    problems: list[Problem] = []
    for name in names:
        try:
            environment, stacks = stacks_of(repo, name)
        except ConfigError as error:
            problems.extend(error.problems)
            continue
        found += [(stack, environment) for stack in stacks]
    if problems:
        raise ConfigError(problems)
    return found
