"""The job `plan`: what a change does to each stack that it touches, found out on local Azures, without a credential."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from amlops.config import LOCAL, ConfigError, Environment, Repository, load_environment, load_promotion
from amlops.config.permissions_loader import load_permissions
from amlops.git import Git
from amlops.policy import Policy, Resource, check, load_policy
from amlops.progress import Progress
from amlops.promotion.in_order import stage_problems
from amlops.releases import load_stage
from amlops.report import Check, Estimate, Plan, Remark, StackPlan, estimate, seen_by_users
from amlops.stacks import Result, StackName
from amlops.stacks.declared import Declared
from amlops.stacks.guard import judge
from amlops.stacks.meaning import Step, covers, meaning_of
from amlops.stacks.touched import Reason, Touched, touched

from ..main_branch import stage_path
from ..rehearsal.faults import Fault
from ..rehearsal.rehearse import Run, Tried
from ..rehearsal.rehearse_release import ReleaseRun
from ..rehearsal.throwaway import rehearsal

_LIVE = ("properties.traffic", "properties.mirrorTraffic")

MOST = 3
"""Deployments of an environment, and deployments without a release, that one plan rehearses; the rest is named."""


@dataclass(frozen=True)
class Planning:
    """What a plan is made with. `today` (UTC) decides which exceptions of the policy have expired."""

    git: Git
    repo: Repository
    progress: Progress
    today: date
    faults: Sequence[Fault] = ()
    most: int = MOST
    run_url: str = ""
    notes: list[str] = field(default_factory=list)

    def plan(self, base: str, head: str) -> Plan:
        """The plan from one commit to the other; `head` is what the work tree has. Raises AmlopsError, ConfigError."""
        started = time.monotonic()
        declared = Declared(self.repo)
        found = touched(self.git.changed(base, head), declared)
        self._note(found)
        policy = load_policy(self.repo, self.today)
        stacks: list[StackPlan] = []
        for name, own in groupby(found.stacks, key=lambda stack: stack.environment):
            environment = declared.environments[name]
            chosen = self._chosen(list(own), found)
            stacks += self._environment(base, head, environment, chosen, found, policy, declared)
        for deployment, reasons in list(found.rehearse.items())[: self.most]:
            stacks.append(self._release(base, head, deployment, reasons, policy))
        self._cut(list(found.rehearse)[self.most :], "deployment", "not rehearsed: one plan rehearses the first")
        return Plan(base, head, tuple(stacks), tuple(self.notes), time.monotonic() - started, self.run_url)

    # -- what is looked at -------------------------------------------------------------------------------------------

    def _note(self, found: Touched) -> None:
        for name, reasons in found.gone.items():
            self.notes.append(
                f"{name} is gone from git ({reasons[0].path}); what it made stays until `amlops destroy {name}`"
            )

    def _chosen(self, stacks: list[StackName], found: Touched) -> list[StackName]:
        """All foundations, the deployments that are touched themselves, and of those that only feel what all do the
        first ones: they are all changed in the same way."""
        own = [stack for stack in stacks if stack.deployment is None or _own(found.stacks[stack])]
        rest = [stack for stack in stacks if stack not in own]
        room = max(0, self.most - sum(stack.deployment is not None for stack in own))
        self._cut([stack.text for stack in rest[room:]], "stack", "touched like these, not planned here: each is when")
        return [stack for stack in stacks if stack in own or stack in rest[:room]]

    def _cut(self, names: Sequence[str], what: str, why: str) -> None:
        if names:
            shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if names[5:] else "")
            self.notes.append(f"{len(names)} {what}{'' if len(names) == 1 else 's'} {why} applied: {shown}")

    # -- one environment ---------------------------------------------------------------------------------------------

    def _environment(
        self,
        base: str,
        head: str,
        environment: Environment,
        stacks: Sequence[StackName],
        found: Touched,
        policy: Policy,
        declared: Declared,
    ) -> Iterator[StackPlan]:
        own = [stack.deployment for stack in stacks if stack.deployment is not None]
        witness = None if own else self._witness(environment, declared)
        whole = any(stack.kind == "platform" for stack in stacks)
        deployments = None if whole else [*own, *([witness] if witness else [])]
        with (
            self.progress.step(f"rehearsing {environment.name}"),
            rehearsal(self.git, base, [environment], self.progress, deployments=deployments) as stage,
        ):
            run = Run(stage, environment.name, head, self.faults, witness)
            for tried in run.of(stacks):
                yield self._planned(tried, environment, found.stacks[tried.stack], policy)

    def _witness(self, environment: Environment, declared: Declared) -> str | None:
        for deployment in declared.stages[environment.name]:
            try:
                if load_stage(self.repo, deployment, environment.name).current is not None:
                    return deployment
            except ConfigError:
                continue
        return None

    def _release(self, base: str, head: str, deployment: str, reasons: Sequence[Reason], policy: Policy) -> StackPlan:
        environment = load_environment(self.repo, LOCAL)
        with (
            self.progress.step(f"rehearsing a release of {deployment}"),
            rehearsal(self.git, base, [environment], self.progress, deployments=[deployment]) as stage,
        ):
            tried = ReleaseRun(stage, LOCAL, head, self.faults).of_deployment(deployment)
        planned = self._planned(tried, environment, reasons, policy)
        return replace(planned, users=("no environment changes before a release carries it there",), cost=None)

    # -- what was found ----------------------------------------------------------------------------------------------

    def _planned(self, tried: Tried, environment: Environment, reasons: Sequence[Reason], policy: Policy) -> StackPlan:
        because = tuple(map(str, reasons))
        if tried.preview is None:
            return StackPlan(tried.stack.text, environment.name, because, failure=tried.failure)
        steps = tuple(_shown(meaning_of(tried.preview).steps))
        return StackPlan(
            stack=tried.stack.text,
            environment=environment.name,
            because=because,
            steps=steps,
            users=seen_by_users(steps, tried.serving),
            cost=_cost(tried.preview, environment),
            remarks=_judged(tried.preview, environment, policy),
            checks=(*self._promotable(tried.stack, reasons), *self._permitted(tried.preview), *tried.checks),
            rehearsed=tried.rehearsed,
            failure=tried.failure,
        )

    def _promotable(self, stack: StackName, reasons: Sequence[Reason]) -> Iterator[Check]:
        """What promotion would refuse of the stage that is changed: no test looks at a change of stages alone."""
        deployment = stack.deployment
        if deployment is not None and stage_path(deployment, stack.environment) in {reason.path for reason in reasons}:
            order = load_promotion(self.repo).order
            for problem in stage_problems(self.repo, deployment, stack.environment, order):
                yield Check("stage", "failed", str(problem))

    def _permitted(self, preview: Result) -> Iterator[Check]:
        """What apply's guard will say of what holds data, so that it is known before the merge."""
        verdict = judge(None, meaning_of(preview), load_permissions(self.repo), self.today)
        yield from (Check("permission", "failed", text) for text in verdict.stops)
        yield from (Check("permission", "passed", text) for text in verdict.notes)


def _shown(steps: Sequence[Step]) -> Iterator[Step]:
    """Without the programs' own groupings, and without traffic, which the cloud has already and rollout owns."""
    for step in steps:
        if not step.type.startswith("azure-native:"):
            continue
        paths = tuple(path for path in step.paths if not covers(_LIVE, path))
        if step.operation != "update" or paths:
            yield replace(step, paths=paths)


def _own(reasons: Sequence[Reason]) -> bool:
    """Whether a stack is touched by files of its own, rather than by what concerns everybody."""
    return any(reason.scope == "deployment" for reason in reasons)


def _cost(preview: Result, environment: Environment) -> Estimate:
    gone = [(change.type, change.old) for change in preview.changes if change.operation == "delete"]
    before = [(change.type, change.old) for change in preview.declared if change.old]
    after = [(change.type, change.inputs) for change in preview.declared]
    return estimate([*before, *gone], after, environment.region)


def _judged(preview: Result, environment: Environment, policy: Policy) -> tuple[Remark, ...]:
    resources = [Resource.of(change.urn, change.inputs) for change in preview.declared if "::pulumi:" not in change.urn]
    found = check(resources, environment, policy, stacks=[preview.stack.text])
    return tuple(Remark(item.rule, item.severity, item.where, item.message, item.excepted_by or "") for item in found)
