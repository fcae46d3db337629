"""Deletes everything of one stack, and forgets that it was ever applied."""

from __future__ import annotations

from amlops.applied import applied_commit, move_applied
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
        orphaned = lease is not None and lease.taken_over
        prepare(session.engine, session.azure, stack, orphaned=orphaned)
        deleted = session.engine.destroy(stack).counts.get("delete", 0)
        if lease is not None:
            before = applied_commit(git, stack.text)
            if before is not None:
                move_applied(git, stack.text, before, None)
            _record(session, stack, git, deleted, before)
    return deleted


def _record(session: Session, stack: StackName, git: Git, deleted: int, before: str | None) -> None:
    at = session.azure.now()
    written = written_by(Run.of(session.process), at, git.head())
    text = {"stack": stack.text, "from": before, "deleted": deleted, "written": written}
    what = f"destroyed-{at:%Y%m%dT%H%M%SZ}"
    Evidence(git).write({of_stack(stack.text, what): text}, f"evidence: {stack} destroyed")
