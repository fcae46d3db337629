"""The job `policy`: what stacks declare, judged by the rules, from git alone."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from amlops.config import ConfigError, Environment, Problem, Repository
from amlops.github import GitHub
from amlops.policy import EXPIRED, EXPIRING, UNUSED, Finding, Policy, Resource, check, load_policy
from amlops.stacks import StackName

from ..targets import stacks_of
from .declared import declared
from .unreleased import as_if_released


@dataclass(frozen=True, slots=True)
class Judged:
    """`resources` counts what was looked at, by stack."""

    resources: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def stops(self) -> bool:
        return any(finding.stops for finding in self.findings)


def judge(repo: Repository, names: Sequence[str], today: date) -> Judged:
    """The stacks that are named, or of every environment where none is. Raises ConfigError and AmlopsError.

    Of deployments both what runs and what their manifests say now is judged; what only the manifests break is a
    warning, since it changes nothing before it is released.
    """
    policy = load_policy(repo, today)
    stacks = _stacks(repo, names or repo.environment_names())
    found = declared(repo, {stack.text: environment for stack, environment in stacks})
    findings = _judged(stacks, found, policy)
    later = _unreleased(repo, [(stack, environment) for stack, environment in stacks if stack.deployment], policy)
    known = {_of_any_release(finding) for finding in findings}
    findings += [finding for finding in later if _of_any_release(finding) not in known]
    needed = {finding.excepted_by for finding in later}
    waiting = {one.place for one in policy.exceptions if str(one) in needed}
    kept = [finding for finding in findings if finding.rule != UNUSED or finding.where not in waiting]
    order = sorted(kept, key=lambda finding: (not finding.stops, finding.severity))
    return Judged({name: len(resources) for name, resources in found.items()}, tuple(order))


def _judged(
    stacks: Sequence[tuple[StackName, Environment]], found: Mapping[str, tuple[Resource, ...]], policy: Policy
) -> list[Finding]:
    findings: list[Finding] = []
    for environment in {environment.name: environment for _, environment in stacks}.values():
        own = [stack.text for stack, _ in stacks if stack.environment == environment.name]
        resources = [resource for name in own for resource in found[name]]
        findings += check(resources, environment, policy, stacks=own)
    return findings


def _unreleased(repo: Repository, stacks: Sequence[tuple[StackName, Environment]], policy: Policy) -> list[Finding]:
    if not stacks:
        return []
    with TemporaryDirectory(prefix="amlops-") as folder:
        copied = as_if_released(repo, stacks, Path(folder))
        found = declared(copied, {stack.text: environment for stack, environment in stacks})
    return [
        replace(finding, severity="warning", where=f"{finding.where} (not released yet)")
        for finding in _judged(stacks, found, policy)
        if finding.rule not in (EXPIRED, EXPIRING, UNUSED)
    ]


def _of_any_release(finding: Finding) -> tuple[str, str, str]:
    """The name of an online deployment is that of its release: the rest tells whether it is the same finding."""
    return finding.rule, finding.urn.rpartition("::")[0], finding.message


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
