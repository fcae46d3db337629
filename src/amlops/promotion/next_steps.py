"""The next steps of all deployments, with what every gate says, computed at once from git and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from amlops.applied import applied_commits
from amlops.config import BreakGlass, Promotion, Repository
from amlops.evidence import Evidence, of_release, of_stack
from amlops.git import Git
from amlops.releases import Release

from .judge import Judged, judge
from .line import Broken, Line
from .proof import Applied, Evaluation, Rollout
from .read import read_lines, read_releases
from .situation import Proofs, Situation
from .step import Step, steps_of


@dataclass(frozen=True, slots=True)
class NextSteps:
    """`situations` by step, so that a gate can be asked again with what GitHub says."""

    commit: str
    now: datetime
    judged: tuple[Judged, ...]
    broken: tuple[Broken, ...]
    situations: Mapping[Step, Situation]

    def again(self, step: Step, **facts: object) -> Judged:
        """The step judged anew with further facts (`runs`, `approvals`)."""
        return judge(replace(self.situations[step], **facts))  # type: ignore[arg-type]


def next_steps(
    repo: Repository,
    git: Git,
    evidence: Evidence,
    promotion: Promotion,
    glass: BreakGlass,
    *,
    commit: str,
    now: datetime,
    only: str | None = None,
) -> NextSteps:
    """As the files stand at `commit`, which is main's. Raises GitFailed; broken files are told and left out."""
    found = read_lines(repo, git, commit, promotion.order, only)
    lines = {line.deployment: line for line in found if isinstance(line, Line)}
    steps = [step for line in lines.values() for step in steps_of(line, promotion)]
    proofs = _Known(repo, git, evidence, commit, steps)
    longest = max((promotion.of(name).soak for name in promotion.order), default=timedelta(0))
    changed = git.changed_since(commit, now - longest - timedelta(days=1), "deployments") if steps else {}
    main = git.ancestors(commit) if steps else frozenset()
    situations = {}
    for step in steps:
        retires = step.move == "retire"
        place = step.environment if retires else step.source or step.environment
        ours = step.before.current if retires else step.release
        theirs = step.before.current if not retires else None
        situations[step] = Situation(
            step=step,
            now=now,
            about=lines[step.deployment].about,
            promoted=promotion.of(step.environment),
            soak=promotion.of(place).soak,
            ours=proofs.of(step.deployment, ours or step.release, place),
            theirs=proofs.of(step.deployment, theirs, step.environment) if theirs else None,
            since=changed.get(step.stage_path),
            retired_models=promotion.retired_models,
            main=main,
            glass=glass.open,
        )
    broken = tuple(line for line in found if isinstance(line, Broken))
    return NextSteps(commit, now, tuple(judge(now) for now in situations.values()), broken, situations)


class _Known:
    """Releases and evidence of all steps, read at once."""

    def __init__(self, repo: Repository, git: Git, evidence: Evidence, commit: str, steps: Iterable[Step]) -> None:
        steps = list(steps)
        # releases and evaluations are asked for by gates of a step forward only
        forward = [step for step in steps if step.move == "advance"]
        ids = {(step.deployment, id) for step in forward for id in (step.release, step.before.current) if id}
        self._releases: Mapping[tuple[str, str], Release] = read_releases(repo, git, commit, ids) if ids else {}
        self._applied = _last_applies(git, {f"{step.source}.{step.deployment}" for step in steps if step.source})
        wanted = {of_release(name, id, "evaluation") for name, id in ids}
        for step in steps:
            release = step.before.current if step.move == "retire" else step.release
            wanted.add(of_release(step.deployment, str(release), f"rollout-{step.source or step.environment}"))
        self._files = evidence.read_all(sorted(wanted | set(self._applied.values())))

    def of(self, deployment: str, release: str, environment: str) -> Proofs:
        """`environment` is where the release proves itself."""
        evaluation = of_release(deployment, release, "evaluation")
        rollout = of_release(deployment, release, f"rollout-{environment}")
        applied = self._applied.get(f"{environment}.{deployment}", "")
        read = self._files
        return Proofs(
            release=self._releases.get((deployment, release)),
            evaluation=Evaluation.parse(evaluation, read[evaluation]) if evaluation in read else None,
            rollout=Rollout.parse(rollout, read[rollout]) if rollout in read else None,
            applied=Applied.parse(applied, read[applied]) if applied in read else None,
        )


def _last_applies(git: Git, stacks: set[str]) -> dict[str, str]:
    """The path of each stack's last apply: the commit that it was applied from is a ref of the remote."""
    if not stacks:
        return {}
    at = applied_commits(git)
    return {stack: of_stack(stack, f"applied-{at[stack]}") for stack in stacks if stack in at}
