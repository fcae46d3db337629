"""A live preview with all that is to be said of it: by the guard, by policy, by preflight."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from amlops.config.permissions_loader import load_permissions
from amlops.errors import AmlopsError
from amlops.policy import Finding as PolicyFinding
from amlops.policy import Resource, load_policy
from amlops.policy import check as check_policy
from amlops.stacks import Result, StackName
from amlops.stacks.arm_ids import kind
from amlops.stacks.events import short
from amlops.stacks.guard import Verdict, judge
from amlops.stacks.meaning import Meaning, meaning_of
from amlops.stacks.preflight import Finding, check, read

from ..plan.expectation import Expectation
from ..session import Session

_GOING_ON = ("accepted", "creating", "deleting", "inprogress", "provisioning", "running", "updating")
"""Azure's words for it. A deployment that is `Scaling` serves, and autoscale may change it at any time."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A preview's meaning, and what was found. `settles`: the state alone would change. `states` are Azure's words for
    how each resource was before, by URN."""

    stack: StackName
    meaning: Meaning
    verdict: Verdict
    preflight: tuple[Finding, ...]
    policy: tuple[PolicyFinding, ...]
    settles: bool
    states: Mapping[str, str] = field(default_factory=dict)

    @property
    def going_on(self) -> tuple[str, ...]:
        """Resources on which an operation that began earlier still goes on: a preview takes them for what they are not
        yet."""
        return tuple(f"{short(urn)} is {state}" for urn, state in self.states.items() if state.lower() in _GOING_ON)

    @property
    def broken(self) -> Iterator[str]:
        """What failed in Azure and is left as it is, a sentence each. Of deployments their smoke test tells more."""
        for urn, state in self.states.items():
            failed = state.lower() in ("failed", "canceled") and ":OnlineDeployment::" not in urn
            if failed and self.meaning.step(urn) is None:
                todo = "see why there, mend it there or change it in git, and run it again"
                yield f"{short(urn)}: its last operation ended as {state}, and git changes nothing of it; {todo}"

    @property
    def stops(self) -> list[str]:
        """Why it may not be applied."""
        policy = [str(item) for item in self.policy if item.stops]
        preflight = [str(item) for item in self.preflight if item.stops]
        guard = (f"{text} [guard]" for text in self.verdict.stops)
        return [*policy, *preflight, *guard, *self.broken]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know, though it stops nothing."""
        policy = [str(item) for item in self.policy if not item.stops]
        preflight = [str(item) for item in self.preflight if not item.stops]
        return (*self.verdict.notes, *policy, *preflight)

    def require(self) -> None:
        """Raises AmlopsError with everything that stops it: (2) a rule of the policy, (4) guard or preflight."""
        if self.stops:
            said = "\n".join(f"  {text}" for text in self.stops)
            code = 2 if any(item.stops for item in self.policy) else 4
            raise AmlopsError(f"{self.stack} is not applied:\n{said}", exit_code=code)


def look(
    session: Session, stack: StackName, expectation: Expectation | None, plan: Path, lacking: Collection[str] = ()
) -> Looked:
    """The preview against the cloud as it is now; `plan` keeps it for `up`. `lacking` are ARM deployments that
    git declares and nobody has: to make them is explained by that.

    What the cloud has otherwise is read into the state once nothing stops the apply: in a state that has it already
    `amlops drift` could not tell it any more from what git wants.

    Without an expectation the guard only watches over what holds data, and on the local Azure of one's own over
    nothing. Raises AmlopsError.
    """
    engine = session.engine
    states: Mapping[str, str] = {}
    if engine.export(stack).get("resources"):
        with session.progress.step(f"comparing {stack} with the cloud"):
            preview = engine.preview_refresh(stack, save_plan=plan)
        looked = _judged(session, stack, expectation, preview, preview.states, lacking)
        if not preview.stale or looked.going_on or looked.stops:
            return looked
        with session.progress.step(f"reading the cloud into the state of {stack}"):
            states = engine.refresh(stack).states
    with session.progress.step(f"preview of {stack}"):
        preview = engine.preview(stack, save_plan=plan)
    return _judged(session, stack, expectation, preview, states, lacking)


def _judged(
    session: Session,
    stack: StackName,
    expectation: Expectation | None,
    preview: Result,
    states: Mapping[str, str],
    lacking: Collection[str],
) -> Looked:
    azure, environment = session.azure, session.environment
    meaning, today = meaning_of(preview), azure.now().date()
    verdict = Verdict()
    if expectation is not None or not environment.is_local:
        expected = None if expectation is None else expectation.meaning.and_made(_urns(preview, lacking))
        verdict = judge(expected, meaning, load_permissions(session.repo), today)
    resources = [Resource.of(item.urn, item.inputs) for item in preview.declared if "::pulumi:" not in item.urn]
    policy = check_policy(resources, environment, load_policy(session.repo, today), stacks=[stack.text])
    preflight = check(read(azure, environment, stack, preview))
    return Looked(stack, meaning, verdict, preflight, policy, preview.settles, states)


def _urns(preview: Result, deployments: Collection[str]) -> dict[str, str]:
    """The types of these ARM deployments, by URN."""
    return {
        item.urn: item.type
        for item in preview.declared
        if kind(item.type) == "machinelearningservices:OnlineDeployment"
        and item.inputs.get("deploymentName") in deployments
    }
