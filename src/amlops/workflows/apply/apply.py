"""Applies one stack from a commit: only what git explains, exactly as previewed, under the stack's lease.

Whatever ends it on the way, running it again goes on: state and cloud are asked, nothing is remembered elsewhere.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlops.applied import applied_commit, applied_ref, move_applied, recorded, restore_command
from amlops.azure import poll_seconds
from amlops.config.operations import OPERATION_MINUTES, operation_minutes
from amlops.errors import AmlopsError
from amlops.evidence import Evidence
from amlops.git import Git
from amlops.github import Run
from amlops.policy import Finding as PolicyFinding
from amlops.releases import load_stage
from amlops.rollout.patience import Patience
from amlops.stacks import Result, StackFailed, StackName
from amlops.stacks.events import short
from amlops.stacks.lease import Lease
from amlops.stacks.meaning import Meaning
from amlops.stacks.preflight import check, reach
from amlops.stacks.recovery import adopt, prepare
from amlops.stacks.refusals import Why, why
from amlops.stacks.soft_delete import purge

from ..holding import held
from ..plan.expectation import Expectation
from ..session import Session
from .applied_evidence import write_evidence
from .apply_smoke import Asked, ask_releases
from .free import free_traffic, gone, remove_failed
from .live_preview import Looked, look

STUCK = "run it again, it goes on from there; what never ends is deleted in Azure by hand, and then made anew"
GOING_ON = f"an operation that began earlier still goes on; {STUCK}"
ROUNDS = 3
"""Previews that are tried where Azure was not as the plan before said: found resources, a capacity that scaled."""


@dataclass(frozen=True, slots=True)
class Applied:
    """`meaning` is what was applied; `result` is None where there was nothing to do. `behind` names the commit that the
    stack has already been applied from, where it is a later one than this job's; `meanwhile` the one that another run
    applied it from, so that this job's expectation begins elsewhere and nothing was done."""

    stack: StackName
    commit: str | None
    meaning: Meaning
    result: Result | None = None
    notes: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    behind: str | None = None
    meanwhile: str | None = None
    policy: tuple[PolicyFinding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "stack": self.stack.text,
            "commit": self.commit,
            "changed": self.result.changed if self.result else 0,
            "plan": self.meaning.as_dict()["steps"],
            "notes": list(self.notes),
            "smoke": [asked.as_dict() for asked in self.asked],
            "behind": self.behind,
            "meanwhile": self.meanwhile,
            "policy": [finding.as_dict() for finding in self.policy],
        }


@dataclass(frozen=True)
class Apply:
    """One job. `expectation` is what git explains; None only where a reason says why it need not be known. `wait` are
    the real seconds for another holder of the stack, and for rights that are not effective yet."""

    session: Session
    stack: StackName
    git: Git
    expectation: Expectation | None
    without_guard: str | None
    wait: float

    def run(self) -> Applied:
        """Raises AmlopsError: (2) bad input or policy, (4) refused by guard, preflight, Azure or Pulumi, (5) held."""
        doing = f"amlops apply {self.stack}"
        with held(self.session, self.stack, self.git, doing, wait=self.wait) as lease:
            if lease is None:
                return self._applied(None, None, None)
            head, before = self.git.head(), applied_commit(self.git, self.stack.text)
            if before is not None and before != head and self.git.merge_base(head, before) == head:
                text = f"{self.stack} was applied from the later commit {before[:12]} already; nothing to do"
                self.session.progress.line(text)
                return Applied(self.stack, head, Meaning(self.stack.text), behind=before)
            if self.expectation is not None:
                if before is None:
                    self._require_new(head)
                if before == head == self.expectation.head != self.expectation.base:
                    self.session.progress.line(f"{self.stack} was applied from {head[:12]} already; nothing to do")
                    return Applied(self.stack, head, Meaning(self.stack.text))
                if self._outdated(head, before):
                    return Applied(self.stack, head, Meaning(self.stack.text), meanwhile=before)
                self.expectation.require(head, before)
            return self._applied(lease, head, before)

    def _outdated(self, head: str, before: str | None) -> bool:
        """Whether another run was quicker, and the last job of this one starts the next (`amlops hand-on`)."""
        expectation = self.expectation
        if expectation is None or before is None or Run.of(self.session.process) is None:
            return False
        return expectation.head == head and expectation.base != before

    def _require_new(self, head: str) -> None:
        """Raises AmlopsError where the stack was applied before from another commit: without its ref everything of it
        would be explained, as what is made for the first time."""
        last = recorded(Evidence(self.git), [self.stack.text]).get(self.stack.text)
        if last is not None and last != head:
            ref, restored = applied_ref(self.stack.text), restore_command(self.stack.text, last)
            message = (
                f"{ref} is gone, but {self.stack} was applied from {last[:12]}, says its evidence; without the ref"
            )
            todo = f"restore it by `{restored}`, then start another run"
            raise AmlopsError(f"{message} nobody can tell what git explains: {todo}", exit_code=4)

    def _applied(self, lease: Lease | None, head: str | None, before: str | None) -> Applied:
        session, stack = self.session, self.stack
        result, looked = self._brought_up(lease)
        asked: tuple[Asked, ...] = ()
        if stack.deployment is not None:
            asked = ask_releases(session, stack)
        done = Applied(stack, head, looked.meaning, result, looked.notes, asked, policy=looked.policy)
        if lease is not None and head is not None:
            lease.renew()
            self._record(done, before, head)
        broken = [one for one in asked if one.stops]
        if broken:
            raise AmlopsError("\n".join(f"{stack}: {one}" for one in broken))
        if lease is not None and head is not None and before != head:
            self._move_ref(before, head)
        return done

    def _brought_up(self, lease: Lease | None) -> tuple[Result | None, Looked]:
        session, stack = self.session, self.stack
        engine, azure = session.engine, session.azure
        deadline = time.monotonic() + self.wait
        with session.progress.step(f"seeing what was left of {stack}"):
            self._reached(deadline)
            state = prepare(engine, azure, stack, patience=self.wait)
            if stack.kind == "platform":
                purge(azure, session.environment, state, session.progress)
            lacking = () if stack.deployment is None else self._free(stack.deployment)
        rounds = 0
        while True:
            with tempfile.TemporaryDirectory(prefix="amlops-plan-") as folder:
                plan = Path(folder) / "plan.json"
                looked = look(session, stack, self.expectation, plan, lacking)
                if looked.going_on:
                    self._pause(deadline, f"{', '.join(looked.going_on)}: {GOING_ON}", "Azure is done with it")
                    continue
                rounds += 1
                looked.require()
                if not looked.meaning.steps and not looked.settles:
                    session.progress.line(f"{stack}: nothing to change")
                    return None, looked
                if lease is not None:
                    lease.renew()
                try:
                    with session.progress.step(f"applying {stack}"):
                        return engine.up(stack, plan=plan), looked
                except StackFailed as error:
                    self._again(error, rounds, deadline)

    def _free(self, deployment: str) -> tuple[str, ...]:
        """Gives the ARM deployments that are to be made, as the endpoint lacks them."""
        session, poll = self.session, poll_seconds(self.session.process)
        stage, place = load_stage(session.repo, deployment, session.environment.name), session.endpoint(deployment)
        patience = Patience(pause=min(poll, 5.0))
        for name in free_traffic(place, stage, patience):
            session.progress.line(f"{name} is in no stage and lost its traffic to release {stage.current}")
        for name in remove_failed(place, stage, patience):
            session.progress.line(f"{name} failed, and is made anew")
        return gone(place, stage)

    def _reached(self, deadline: float) -> None:
        """Waits until this identity's rights are effective. Raises AmlopsError with what the check says."""
        session = self.session
        while True:
            found = check(reach(session.azure, session.environment, self.stack))
            if not found:
                return
            self._pause(deadline, "\n".join(map(str, found)))

    def _again(self, error: StackFailed, rounds: int, deadline: float) -> None:
        """Returns where another preview may help. Raises AmlopsError, with what to do where that is known."""
        reason, stack = why(error), self.stack
        if reason is Why.DELETED:
            todo = "a deleted resource holds the name; recover it in the portal, or purge it if it may be lost"
            raise AmlopsError(f"{error}\n  {todo} (deletion.purge_names)") from None
        if reason is Why.TOO_LONG:
            minutes = operation_minutes(self.session.process)
            late = f"Azure did not end it within {minutes:g} minutes ({OPERATION_MINUTES}), and may still be at it"
            raise AmlopsError(f"{error}\n  {late}; {STUCK}") from None
        if reason is Why.LATE_ROLE:
            self._pause(deadline, str(error))
        elif reason is Why.BUSY:
            self._pause(deadline, f"{error}\n  {GOING_ON}", "Azure is done with it")
        elif reason is Why.OTHER_PLAN:
            # what the engine says behind it may be values, so it is not told
            self.session.progress.line(f"{stack}: the cloud changed since the preview; looking again")
            if rounds >= ROUNDS:
                where = ", ".join(sorted({short(failure.urn) for failure in error.failures if failure.urn}))
                message = f"{stack} changed after each of {rounds} previews ({where})"
                raise AmlopsError(f"{message}; see who changes it, then run it again") from None
        elif reason is Why.EXISTS and rounds < ROUNDS:
            self.session.progress.line(f"{stack}: taking over what an earlier run made")
            if not adopt(self.session.engine, self.session.azure, stack):
                raise error
        else:
            raise error

    def _pause(self, deadline: float, said: str, until: str = "rights are effective") -> None:
        if time.monotonic() >= deadline:
            raise AmlopsError(said)
        self.session.progress.hint(f"waiting until {until}: {said.splitlines()[0]}")
        time.sleep(min(poll_seconds(self.session.process), max(0.0, deadline - time.monotonic())))

    def _record(self, done: Applied, before: str | None, head: str) -> None:
        known = None if self.expectation is None else self.expectation.meaning
        with self.session.progress.step("writing the evidence"):
            write_evidence(self.session, self.git, done.as_dict(), known, self.without_guard, before, head)

    def _move_ref(self, before: str | None, head: str) -> None:
        if not move_applied(self.git, self.stack.text, before, head):
            now = applied_commit(self.git, self.stack.text)
            if now != head:
                message = f"{applied_ref(self.stack.text)} was moved to {now} meanwhile, without the stack's lease"
                raise AmlopsError(f"{message}; run it again", exit_code=5)
