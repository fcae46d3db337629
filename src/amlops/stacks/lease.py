"""The lease of a stack: who may change it now. It is a ref of the git remote, `refs/leases/<stack>`, that points at a
text (JSON) and changes only by compare-and-swap pushes, so two runs never both have it.

It expires by the server's time, is renewed while its holder lives, and is taken over where it expired or its holder is
known to be dead. `apply` and `rollout` of a stack hold the same one. Whoever can't renew it stops before it ends.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from amlops.azure import poll_seconds
from amlops.config.moments import shown, stamp
from amlops.errors import AmlopsError
from amlops.git import Git, GitFailed
from amlops.github import Run

from .lease_holder import Holder, Lives, Taken, this_process

LEASES = "refs/leases/"
LASTS = timedelta(minutes=15)
"""How long a lease lasts that nobody renews."""
RENEWED = 240.0
"""Seconds between renewals."""
AGAIN = 30.0
"""Seconds until the next try where one failed."""
STOPS = 180.0
"""Seconds before its end at which a holder stops who could not renew it: what was begun then may come to its end."""
Now = Callable[[], datetime]


class Lost(AmlopsError):
    """The lease is somebody else's, or will be: nothing more may be changed (exit code 5)."""

    def __init__(self, said: str) -> None:
        super().__init__(f"{said}; nothing more is changed; run it again", exit_code=5)


def nobody_knows(_: Holder) -> bool | None:
    """For where nothing is known of other runs: their leases are waited out."""
    return None


@dataclass
class Lease:
    """A lease that is held. `taken_over`: its last holder died, or let it expire, in the middle of something. `lost`
    says why it no longer counts as held. `kept`: it isn't given back, for what stays behind; who comes next takes it
    over, as that of a run that died."""

    git: Git
    taken: Taken
    now: Now
    taken_over: bool
    _id: str
    lost: Lost | None = None
    kept: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def renew(self) -> None:
        """Holds it for another while. Raises Lost where somebody else took it meanwhile, or it could not be renewed."""
        with self._lock:
            if self.lost is not None:
                raise self.lost
            renewed = self.taken.until(self.now() + LASTS)
            if not self._swap(renewed):
                found = read_lease(self.git, self.taken.stack)
                if found is not None and found[1].token == self.taken.token:
                    self._id = found[0]  # the answer to an earlier renewal was lost on its way
                    if self._swap(renewed):
                        return
                who = "nobody" if found is None else str(found[1].holder)
                self.lost = Lost(f"the lease of {self.taken.stack} was lost: {who} holds it now")
                raise self.lost

    def release(self) -> None:
        """Gives it back, unless it is kept; nothing happens where somebody else has it already."""
        if self.kept:
            return
        with self._lock:
            self.git.swap(lease_ref(self.taken.stack), self._id, None)

    def _swap(self, renewed: Taken) -> bool:
        id = self.git.store(renewed.text())
        if not self.git.swap(lease_ref(self.taken.stack), self._id, id):
            return False
        self.taken, self._id = renewed, id
        return True


def lease_ref(stack: str) -> str:
    return f"{LEASES}{stack}"


def read_lease(git: Git, stack: str) -> tuple[str, Taken] | None:
    """The lease as the remote has it, with the id of its text; None where nobody holds one. Raises GitFailed."""
    ref = lease_ref(stack)
    for _ in range(5):
        id = git.remote_refs(ref).get(ref)
        if id is None:
            return None
        try:
            git.fetch(ref)
            return id, Taken.parse(git.object(id))
        except GitFailed:
            continue  # it was renewed between the two questions
    raise AmlopsError(f"{ref} of {git.remote} cannot be read; try again", exit_code=5)


@contextmanager
def hold_lease(
    git: Git,
    stack: str,
    run: Run | None,
    doing: str,
    now: Now,
    *,
    lives: Lives = nobody_knows,
    wait: float = 0.0,
    hint: Callable[[str], None] = lambda _: None,
    stop: Callable[[], object] = lambda: None,
) -> Iterator[Lease]:
    """Holds the stack's lease, renewed in the background.

    One that may still be held is waited for up to `wait` seconds; then AmlopsError (exit code 5) names holder, run and
    age. `lives` says whether a holder does, None where it can't be known. Where it is lost, or not renewed in time,
    `stop` is called once, in the background, to end what goes on; what that raises then becomes Lost.
    """
    lease = _take(git, stack, run, doing, now, lives, wait, hint)
    ended = threading.Event()
    thread = threading.Thread(target=_keep, args=(lease, ended, hint, stop), name=f"lease-{stack}", daemon=True)
    thread.start()
    try:
        yield lease
    except AmlopsError as error:
        if lease.lost is None or isinstance(error, Lost):
            raise
        raise lease.lost from error
    finally:
        ended.set()
        thread.join()
        lease.release()


def may_take(taken: Taken, now: datetime, lives: Lives) -> bool:
    """Whether a lease may be taken: its holder is known to be dead, or it expired and he isn't known to live."""
    known = lives(taken.holder)
    return known is False or (known is None and taken.expires_at <= now)


def held(taken: Taken, now: datetime) -> str:
    """Who holds it, as people are told."""
    age, left = shown(now - taken.taken_at), stamp(taken.expires_at)
    where = f", {taken.holder.run_url}" if taken.holder.run_url else ""
    return f"{taken.stack} is held by {taken.holder} ({taken.doing}) for {age}, until {left} at the latest{where}"


def _take(
    git: Git, stack: str, run: Run | None, doing: str, now: Now, lives: Lives, wait: float, hint: Callable[[str], None]
) -> Lease:
    ref, until = lease_ref(stack), time.monotonic() + wait
    while True:
        found, at = read_lease(git, stack), now()
        if found is None or may_take(found[1], at, lives):
            taken = Taken(stack, this_process(run), doing, at, at + LASTS, uuid.uuid4().hex)
            id = git.store(taken.text())
            if git.swap(ref, found[0] if found else None, id):
                if found is not None:
                    hint(f"took over the lease of {stack} from {found[1].holder}, which is gone")
                return Lease(git, taken, now, found is not None, id)
            continue  # somebody was quicker
        left = until - time.monotonic()
        if left <= 0:
            todo = f"wait for its end (--wait SECONDS); if that run is gone, `amlops unlock {stack}`"
            raise AmlopsError(f"{held(found[1], at)}; {todo}", exit_code=5)
        hint(f"waiting: {held(found[1], at)}")
        time.sleep(min(poll_seconds(os.environ), left))


def _keep(lease: Lease, ended: threading.Event, hint: Callable[[str], None], stop: Callable[[], object]) -> None:
    """Renews until the end, or until it is lost. A remote that doesn't answer is asked again until shortly before the
    lease ends by itself."""
    stack, renewed, wait = lease.taken.stack, time.monotonic(), RENEWED
    while not ended.wait(wait):
        asked = time.monotonic()
        try:
            lease.renew()
            renewed, wait = asked, RENEWED
        except Lost as error:
            hint(str(error))
            stop()
            return
        except Exception as error:  # noqa: BLE001  whatever it is, without this thread nobody would stop
            wait = AGAIN
            hint(f"the lease of {stack} was not renewed, another try in {AGAIN:.0f} s: {error}")
            if time.monotonic() + AGAIN - renewed > LASTS.total_seconds() - STOPS:
                lease.lost = Lost(f"the lease of {stack} could not be renewed and ends soon ({error})")
                hint(str(lease.lost))
                stop()
                return
