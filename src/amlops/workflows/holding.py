"""The lease of a stack for as long as a job works on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.github import GitHub, Run
from amlops.stacks import StackName, hold
from amlops.stacks.lease import Lease, hold_lease
from amlops.stacks.lease_holder import Holder, either_lives
from amlops.stacks.stale_lock import clear_stale_lock, pulumi_locks

from .session import Session


@contextmanager
def held(session: Session, stack: StackName, git: Git, doing: str, *, wait: float) -> Iterator[Lease | None]:
    """Holds the stack; of the local environment only this machine's lock: then None. Raises AmlopsError (5: held).

    Pulumi's lock of a holder that died goes at once, whatever the stack is held for now: the next one to hold it could
    not know any more whose it was. So does the lock of a CLI that was killed while it was held here. Where such a lock
    can't be removed, the lease stays as well, for the next one to take over.
    """
    if session.environment.is_local:
        with hold(session.repo, session.environment.name, doing):
            yield None
        return
    run = Run.of(session.process)
    lives = lives_of(run, GitHub.of(session.process))
    told = session.progress.line
    stop, now = session.engine.interrupt, session.azure.now
    with hold_lease(git, stack.text, run, doing, now, lives=lives, wait=wait, hint=told, stop=stop) as lease:
        if lease.taken_over:
            lease.kept = True
            clear_stale_lock(session.engine, session.azure, stack, orphaned=True, patience=wait)
            lease.kept = False
        try:
            yield lease
        except BaseException:
            if lease.lost is None:
                lease.kept = not _clear_own_lock(session, stack)
            raise


def _clear_own_lock(session: Session, stack: StackName) -> bool:
    """Whether no lock of this machine is left: another one could not tell that the process behind it is gone."""
    try:
        locks = pulumi_locks(session.engine, session.azure, stack)
        own = [lock for lock in locks if not lock.elsewhere]
        if own == locks and own and not any(lock.lives for lock in own):
            session.engine.cancel(stack)  # which removes all there are
            return True
        return not own
    except AmlopsError as error:
        session.progress.line(f"{stack} may be left locked, so its lease stays for the next run to take over: {error}")
        return False


@contextmanager
def leased(session: Session, stack: StackName, git: Git, doing: str, *, wait: float) -> Iterator[Lease | None]:
    """As `held`, where the caller holds this machine's lock of the environment: of a local one nothing more."""
    if session.environment.is_local:
        yield None
        return
    with held(session, stack, git, doing, wait=wait) as lease:
        yield lease


def lives_of(run: Run | None, github: GitHub | None) -> Callable[[Holder], bool | None]:
    """Whether the holder of a lease does, as far as it can be known here."""

    def run_lives(holder: Holder) -> bool | None:
        if github is None:
            return None
        return github.runs.lives(holder.run, attempt=holder.attempt, runner=holder.runner)

    return lambda holder: either_lives(holder, run, run_lives)
