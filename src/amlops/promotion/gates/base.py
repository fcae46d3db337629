"""The shape of a gate: a kind, the moves that it guards, and a decision on one value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import ClassVar, TypeVar

from amlops.config import Closed

from ..proof import Rollout
from ..situation import Situation
from ..step import Move
from ..verdict import Verdict

S = TypeVar("S", bound=Closed)


class Gate(ABC):
    """`decide` is asked for steps of `moves` where `asked` says so; it reads nothing but the situation."""

    kind: ClassVar[str]
    moves: ClassVar[tuple[Move, ...]] = ("advance",)
    skippable: ClassVar[bool] = True
    """Whether broken glass may skip it; what would make the stage impossible can't be skipped."""

    def asked(self, now: Situation) -> bool:
        """Whether the environment asks for it."""
        return now.promoted.gates.of(self.kind) is not None

    @abstractmethod
    def decide(self, now: Situation) -> Verdict:
        """Pure. The reason is one sentence."""

    def settings(self, now: Situation, kind: type[S]) -> S:
        """What promotion.yaml says, where `asked`."""
        found = now.promoted.gates.of(self.kind)
        assert isinstance(found, kind)
        return found

    def passed(self, reason: str, *evidence: str) -> Verdict:
        return Verdict(self.kind, "pass", reason, evidence)

    def failed(self, reason: str, *evidence: str) -> Verdict:
        return Verdict(self.kind, "fail", reason, evidence)

    def waits(self, reason: str, *evidence: str, until: datetime | None = None) -> Verdict:
        return Verdict(self.kind, "wait", reason, evidence, until)


class ModelGate(Gate):
    """A gate on what the platform measured; a deployment may do without it, with a reason in its about.yaml."""

    def decide(self, now: Situation) -> Verdict:
        reason = {str(kind): text for kind, text in now.about.gates.without.items()}.get(self.kind)
        if reason is not None:
            return self.passed(f"about.yaml does without it: {reason}")
        return self.measured(now)

    @abstractmethod
    def measured(self, now: Situation) -> Verdict:
        """The decision where the deployment doesn't do without."""

    def unmeasured(self, now: Situation) -> Verdict:
        """There is no evaluation of the release."""
        if now.about.evaluation is None:
            return self.failed('about.yaml has no "evaluation", so nothing is known of the release; add it')
        return self.waits(f"release {now.step.release} has not been evaluated yet")


class TrafficGate(Gate):
    """A gate on what was measured while the release was rolled out in the environment before."""

    def decide(self, now: Situation) -> Verdict:
        rollout, release, source = now.ours.rollout, now.step.release, now.step.source or now.step.environment
        if rollout is None:
            return self.waits(f"no rollout of {release} in {source} has ended yet")
        if rollout.requests > 0:
            return self.measured(now, rollout)
        if rollout.first:
            why = f"{release} was the first in {source}, so there were no requests to measure it by"
            return self.passed(why, rollout.path)
        if now.about.rollout.of(source).minimum_requests == 0:
            return self.passed(f"about.yaml asks for no requests in {source}, and there were none", rollout.path)
        return self.failed(f"nobody asked {release} anything in {source}", rollout.path)

    @abstractmethod
    def measured(self, now: Situation, rollout: Rollout) -> Verdict:
        """The decision where there were requests."""
