"""Frees a stack that a run left held: its lease, and Pulumi's own lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amlops.config.moments import shown, stamp
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.github import GitHub, Run
from amlops.stacks import StackName
from amlops.stacks.lease import held, lease_ref, read_lease
from amlops.stacks.lease_holder import Taken
from amlops.stacks.stale_lock import PulumiLock, pulumi_locks

from ..holding import lives_of
from ..session import Session


@dataclass(frozen=True, slots=True)
class Lock:
    """What holds a stack. `lives` is None where nobody can know."""

    stack: str
    id: str | None
    lease: Taken | None
    pulumi: tuple[PulumiLock, ...]
    lives: bool | None
    said: str

    @property
    def free(self) -> bool:
        return self.lease is None and not self.pulumi

    def as_dict(self) -> dict[str, Any]:
        holder = None
        if self.lease is not None:
            holder = {
                "who": str(self.lease.holder),
                "run_url": self.lease.holder.run_url or None,
                "doing": self.lease.doing,
                "taken_at": stamp(self.lease.taken_at),
                "expires_at": stamp(self.lease.expires_at),
            }
        return {
            "stack": self.stack,
            "lease": holder,
            "pulumi": [str(lock) for lock in self.pulumi],
            "lives": self.lives,
        }

    def __str__(self) -> str:
        return self.said


def look(session: Session, stack: StackName, git: Git) -> Lock:
    """Who holds the stack. The local environment has no lease. Raises AmlopsError."""
    found = None if session.environment.is_local else read_lease(git, stack.text)
    locks = tuple(pulumi_locks(session.engine, session.azure, stack))
    parts: list[str] = []
    lives: list[bool | None] = []
    if found is not None:
        now = session.azure.now()
        parts.append(held(found[1], now))
        run = lives_of(Run.of(session.process), GitHub.of(session.process))(found[1].holder)
        lives.append(False if run is None and found[1].expires_at <= now else run)
        if found[1].expires_at <= now:
            parts.append(f"the lease expired {shown(now - found[1].expires_at)} ago")
    for lock in locks:
        parts.append(f"{lock} has locked the state")
        known = lock.lives or (None if lock.elsewhere else False)
        # a lock of another machine belongs to the run that has the lease, as far as anybody knows
        lives.append(lives[0] if known is None and lives else known)
    known_lives = True if True in lives else None if None in lives else False
    id, lease = found if found is not None else (None, None)
    return Lock(stack.text, id, lease, locks, known_lives, "; ".join(parts))


def unlock(session: Session, stack: StackName, git: Git, found: Lock) -> None:
    """Removes what was found. Raises AmlopsError (exit code 5) where somebody else took the lease meanwhile."""
    if found.id is not None and not git.swap(lease_ref(stack.text), found.id, None):
        raise AmlopsError(f"the lease of {stack} changed while you looked; look again", exit_code=5)
    if found.pulumi:
        session.engine.cancel(stack)
