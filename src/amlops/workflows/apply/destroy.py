"""Deletes everything of one stack, and forgets that it was ever applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from amlops.applied import applied_commits, move_applied, recorded
from amlops.evidence import Evidence, of_stack
from amlops.git import Git
from amlops.github import Run, written_by
from amlops.stacks import StackName
from amlops.stacks.recovery import prepare

from ..holding import leased
from ..session import Session


def destroy_stack(session: Session, stack: StackName, git: Git, *, wait: float) -> int:
    """Gives how many resources were deleted. `session` is of the stack's realm; the caller holds a local environment.

    Elsewhere the stack's lease is held, `refs/applied/<stack>` goes, and evidence says who did it. Raises AmlopsError.
    """
    with leased(session, stack, git, f"amlops destroy {stack}", wait=wait) as lease:
        prepare(session.engine, session.azure, stack)
        deleted = session.engine.destroy(stack).counts.get("delete", 0)
        if lease is not None:
            before = applied_commits(git).get(stack.text)
            # evidence first: a ref that is gone while evidence tells of an apply would count as lost (ADR 22)
            _record(session, stack, git, deleted, before)
            if before is not None:
                move_applied(git, stack.text, before, None)
    return deleted


def left(stacks: Sequence[StackName], known: Mapping[str, int], git: Git, *, local: bool) -> tuple[StackName, ...]:
    """Those of which something is to be destroyed: resources in the state (`known`, by stack), or (where an earlier run
    died) what git's remote still says. Raises GitFailed."""
    told = set() if local else {*applied_commits(git), *recorded(Evidence(git), [stack.text for stack in stacks])}
    return tuple(stack for stack in stacks if known.get(stack.text) or stack.text in told)


def _record(session: Session, stack: StackName, git: Git, deleted: int, before: str | None) -> None:
    at = session.azure.now()
    written = written_by(Run.of(session.process), at, git.head())
    text = {"stack": stack.text, "from": before, "deleted": deleted, "written": written}
    what = f"destroyed-{at:%Y%m%dT%H%M%SZ}"
    Evidence(git).write({of_stack(stack.text, what): text}, f"evidence: {stack} destroyed")
