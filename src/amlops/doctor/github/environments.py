"""Check: each deploy identity has its environment, which only main reaches, and somebody lets jobs into protected ones.

An OIDC token names its environment and nothing of the branch, so an environment that any branch reaches gives its
credential to whoever may push a branch. Source: GitHub's "Managing environments for deployment".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..check import Check, Result
from ..situation import OnGitHub, Wanted

MAIN = "main"


class Environments(Check[OnGitHub]):
    id = "environments"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        for wanted in where.wanted:
            found = where.found(wanted.name)
            if found is None:
                yield self.wrong(f"there is no environment {wanted.name}", _make(where, wanted))
                continue
            problems = [*self._branches(where, wanted, found), *self._reviewers(where, wanted, found)]
            yield from problems or [self.ok(f"{wanted.name} is reached from {MAIN} only")]

    def _branches(self, where: OnGitHub, wanted: Wanted, found: dict[str, Any]) -> Iterator[Result]:
        policy = found.get("deployment_branch_policy") or {}
        if policy.get("protected_branches"):
            return
        if not policy.get("custom_branch_policies"):
            yield self.wrong(f"jobs of any branch get into {wanted.name}", _make(where, wanted))
            return
        path = f"environments/{wanted.name}/deployment-branch-policies"
        names = {one["name"] for one in where.github.pages(path, "branch_policies")}
        for name in sorted(names - {MAIN}):
            mend = f"{where.site}/settings/environments → {wanted.name} → Deployment branches and tags: remove {name}"
            yield self.wrong(f"jobs of {name} get into {wanted.name}", mend)
        if MAIN not in names:
            mend = f"gh api -X POST repos/{where.name}/{path} -f name={MAIN}"
            yield self.wrong(f"jobs of {MAIN} don't get into {wanted.name}", mend)

    def _reviewers(self, where: OnGitHub, wanted: Wanted, found: dict[str, Any]) -> Iterator[Result]:
        rules = found.get("protection_rules") or ()
        if wanted.reviewed and not any(
            rule.get("type") == "required_reviewers" and rule.get("reviewers") for rule in rules
        ):
            yield self.wrong(f"nobody is asked before a job gets into {wanted.name}", _make(where, wanted))


def _make(where: OnGitHub, wanted: Wanted) -> str:
    """A PUT replaces all that an environment has, so it says everything."""
    words = [f"gh api -X PUT repos/{where.name}/environments/{wanted.name}"]
    if wanted.reviewed:
        team = f"$(gh api orgs/{where.github.owner}/teams/{wanted.owner} -q .id)"
        words += ["-f 'reviewers[][type]=Team'", f'-F "reviewers[][id]={team}"']
    words += ["-F 'deployment_branch_policy[protected_branches]=false'"]
    words += ["-F 'deployment_branch_policy[custom_branch_policies]=true'"]
    path = f"repos/{where.name}/environments/{wanted.name}/deployment-branch-policies"
    return " ".join(words) + f" && gh api -X POST {path} -f name={MAIN}"
