"""What to do next. Pure: one situation gives one action, whoever asks and however often.

Nothing here remembers: an interrupted rollout goes on because the same situation gives the next runner the same action.
"""

from __future__ import annotations

from .actions import Action, Begin, Conclude, Mark, Move, Settle, Stop, Test, Wait
from .judge import Verdict, judge
from .record import Record
from .settle import settle
from .situation import Deployed, Situation
from .step import Step, step_after, step_like, steps_of


def decide(now: Situation) -> Action:
    """The next action of the rollout that the stage asks for."""
    if now.stage.candidate is None:
        return settle(now)
    if now.stage.current is None:
        return Stop("the stage has a candidate and no current release; name the release that runs as current", 2)
    old, new = now.old, now.new
    if new is None:
        return Stop(f"release {now.stage.candidate} is not deployed yet; apply the stack first", 3)
    if old is None:
        return Stop(f"the current release {now.stage.current} is not deployed; apply the stack first", 3)
    settled = new.marks.settled
    if new.marks.verdict is not None and settled is None:
        return _concluding(now, new)
    if new.marks.began is None or settled is not None:
        wished = new.marks.wish
        return Begin(new.release, keep_wish=settled is None or (wished is not None and wished.at >= settled))
    record = now.bound
    if record is not None and record.last.step is None:
        return Mark("rejected", record.reason)
    wish = new.marks.wish
    if wish is not None and wish.kind == "abort":
        return _back(now, new, str(wish))
    if record is not None and now.split.reaches(new.name):
        verdict = judge(now.settings, now.evidence)
        if verdict.word == "fail":
            return _back(now, new, f"{verdict.reason}, at {record.last.step}")
    if new.busy or old.busy:
        busy = new if new.busy else old
        return Wait(f"{busy.name} is {busy.state}")
    if not new.serves:
        if now.split.reaches(new.name):
            return _back(now, new, f"its deployment is {new.state}")
        return Stop(f"{new.name} is {new.state}; look at its log, then apply again or take it out of the stage")
    if not old.serves:
        return Stop(f"{old.name}, which the traffic would go back to, is {old.state}; apply the stack again")
    astray = _astray(now, old, new)
    if astray is not None:
        return astray
    if record is None:
        return _first(now, new)
    return _stepping(now, old, new, record)


def _astray(now: Situation, old: Deployed, new: Deployed) -> Action | None:
    """Traffic that is neither the old one's nor the candidate's: a person changed the current release, by a rollback.
    The candidate is compared with what runs now, so it begins anew."""
    strangers = set(now.split.traffic) - {old.name, new.name}
    nobody = old.name not in now.split.traffic and not now.split.reaches(new.name)
    if not nobody and not (strangers and now.bound):
        return None
    if now.smoke is None or now.smoke.release != old.release:
        return Test(old.release)
    if not now.smoke.passed:
        return Stop(f"{old.name} gets no traffic: the smoke test failed: {now.smoke.reason}")
    return Settle(old.release, f"the stage names {old.release} as current")


def _concluding(now: Situation, new: Deployed) -> Action:
    """The verdict stands on the deployment, and git does not have it yet."""
    verdict, reason = new.marks.verdict, new.marks.reason
    if verdict == "rejected":
        if now.split.reaches(new.name):
            return Move(None, reason)
        return Conclude(new.release, "rejected", reason)
    if now.split.all_to(new.name):
        return Conclude(new.release, "healthy", reason)
    # somebody took the traffic away from it since: what was found then does not count any more
    return Begin(new.release, keep_wish=False)


def _first(now: Situation, new: Deployed) -> Action:
    """No step was taken yet, or its record was lost."""
    if now.split.reaches(new.name):
        step = step_like(now.settings, now.split, new.name)
        return Move(step, f"{new.name} has traffic and nothing says since when; {step} again")
    wish = new.marks.wish
    if wish is not None and wish.kind == "pause":
        return Wait(str(wish), held=True)
    if now.smoke is None or now.smoke.release != new.release:
        return Test(new.release)
    if not now.smoke.passed:
        return Mark("rejected", f"the smoke test failed: {now.smoke.reason}")
    return Move(steps_of(now.settings)[0], "the smoke test passed")


def _stepping(now: Situation, old: Deployed, new: Deployed, record: Record) -> Action:
    step, wish = record.last.step, new.marks.wish
    assert step is not None
    if now.split != step.split(old.name, new.name):
        if wish is not None and wish.kind == "go-on" and wish.at >= record.last.at:
            return Move(step, str(wish))
        live = now.split.traffic.get(new.name, 0)
        todo = "`--resume` goes on from here, `--abort` gives the traffic back"
        return Wait(f"somebody changed the traffic ({new.name} has {live} %, not {step}); {todo}", held=True)
    verdict = judge(now.settings, now.evidence)
    if verdict.word != "pass":
        return _inconclusive(now, new, step, record, verdict)
    if wish is not None and wish.kind == "pause":
        return Wait(f"{step} passed; {wish}", held=True)
    following = step_after(now.settings, step)
    if following is None:
        return Mark("healthy", verdict.reason)
    return Move(following, f"{step} passed: {verdict.reason}")


def _inconclusive(now: Situation, new: Deployed, step: Step, record: Record, verdict: Verdict) -> Action:
    since = int((now.now - record.last.at).total_seconds() // 60)
    timeout = now.settings.timeout
    if timeout is not None and since >= timeout and now.settings.on_timeout == "reject":
        return _back(now, new, f"nothing could be said in {since} minutes at {step}: {verdict.reason}")
    return Wait(f"{step}: {verdict.reason}")


def _back(now: Situation, new: Deployed, reason: str) -> Action:
    """First the users: traffic goes back. Where it has none, the verdict is all there is to write."""
    return Move(None, reason) if now.split.reaches(new.name) else Mark("rejected", reason)
