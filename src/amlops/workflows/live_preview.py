"""A live preview with all that is to be said of it: by the guard, by policy, by preflight."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from amlops.config.permissions_loader import load_permissions
from amlops.errors import AmlopsError
from amlops.policy import Finding as PolicyFinding
from amlops.policy import Resource, load_policy
from amlops.policy import check as check_policy
from amlops.stacks import StackName
from amlops.stacks.guard import Verdict, judge
from amlops.stacks.meaning import Meaning, meaning_of
from amlops.stacks.preflight import Finding, check, read

from .expectation import Expectation
from .session import Session


@dataclass(frozen=True, slots=True)
class Looked:
    """A preview's meaning, and what was found. `settles`: the state alone would change."""

    stack: StackName
    meaning: Meaning
    verdict: Verdict
    preflight: tuple[Finding, ...]
    policy: tuple[PolicyFinding, ...]
    settles: bool

    @property
    def stops(self) -> list[str]:
        """Why it may not be applied."""
        policy = [str(item) for item in self.policy if item.stops]
        preflight = [str(item) for item in self.preflight if item.stops]
        return [*policy, *preflight, *(f"{text} [guard]" for text in self.verdict.stops)]

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


def look(session: Session, stack: StackName, expectation: Expectation | None, plan: Path) -> Looked:
    """The preview against the cloud as it is now, which is read into the state before; `plan` keeps it for `up`.

    Without an expectation the guard only watches over what holds data, and on the local Azure of one's own over
    nothing. Raises AmlopsError.
    """
    engine, azure, environment = session.engine, session.azure, session.environment
    if engine.export(stack).get("resources"):
        with session.progress.step(f"reading the cloud into the state of {stack}"):
            engine.refresh(stack)
    with session.progress.step(f"preview of {stack}"):
        preview = engine.preview(stack, save_plan=plan)
    meaning, today = meaning_of(preview), azure.now().date()
    verdict = Verdict()
    if expectation is not None or not environment.is_local:
        expected = None if expectation is None else expectation.meaning
        verdict = judge(expected, meaning, load_permissions(session.repo), today)
    resources = [Resource.of(item.urn, item.inputs) for item in preview.declared if "::pulumi:" not in item.urn]
    policy = check_policy(resources, environment, load_policy(session.repo, today), stacks=[stack.text])
    preflight = check(read(azure, environment, stack, preview))
    return Looked(stack, meaning, verdict, preflight, policy, preview.settles)
