"""What to do where no candidate waits: the traffic belongs to the current release. Pure.

That is the first deployment, which Azure lets have traffic only after the endpoint is there; a stage that a person
changed while a candidate had traffic; a rollback.
"""

from __future__ import annotations

from .actions import Action, Close, Conclude, Done, Settle, Stop, Test, Wait
from .situation import Deployed, Situation


def settle(now: Situation) -> Action:
    current = now.stage.current
    if current is None:
        return Done("nothing runs here")
    open_ = _unsettled(now)
    if open_ is not None:
        return Close(open_)
    live = now.old
    if live is None:
        return Stop(f"the current release {current} is not deployed; apply the stack first", 3)
    if live.busy:
        return Wait(f"{live.name} is {live.state}")
    if not live.serves:
        return Stop(f"{live.name} is {live.state}; look at its log and apply the stack again")
    if not _moves(now, live) and now.proven:
        return Done(f"{current} has the traffic: {_shares(now)}")
    if now.smoke is None or now.smoke.release != current:
        return Test(current)
    if not now.smoke.passed:
        return Stop(f"{live.name} gets no more traffic: the smoke test failed: {now.smoke.reason}")
    if _moves(now, live):
        return Settle(current, f"the stage names {current} as current, and no candidate")
    return Conclude(current, "healthy", "the smoke test passed; there was nothing to compare it with when it came")


def _moves(now: Situation, live: Deployed) -> bool:
    """A split between current and previous that somebody set by hand stays; a share of what git gave up does not."""
    kept = {now.deployed[id].name for id in now.stage.running if id in now.deployed}
    strangers = set(now.split.traffic) - kept
    return live.name not in now.split.traffic or bool(strangers) or bool(now.split.mirror)


def _unsettled(now: Situation) -> str | None:
    """A release whose verdict git has, while its ARM deployment does not say so: a runner died between the two."""
    for release, found in now.deployed.items():
        verdict, marks = found.marks.verdict, found.marks
        known = (verdict == "rejected" and release in now.stage.rejected) or (
            verdict == "healthy" and release in (now.stage.current, now.stage.previous)
        )
        if known and not marks.settled:
            return release
    return None


def _shares(now: Situation) -> str:
    return ", ".join(f"{name} {share} %" for name, share in sorted(now.split.traffic.items()))
