"""The loop of a rollout: read ARM and git, decide, act, look again.

It keeps nothing between two rounds that another runner would miss: the smoke test's answer and figures that were read
are only to ask less often. Whatever it writes is one request, or one push, so it may end between any two of them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from amlops.errors import AmlopsError
from amlops.rollout.actions import Done, Stop, Wait
from amlops.rollout.decide import decide
from amlops.rollout.record import Word
from amlops.rollout.words import progress_of

from .act import Act
from .job import Job
from .look import Look

FAILURES = 5
"""Rounds in a row that may fail before the run ends; another one is started then."""
FINAL = (2, 3, 5)
"""Exit codes of what no repetition mends: bad input, what is not there, a lease that was lost."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`handed_on`: it isn't at its end, another run goes on. `verdict`: the one that this run wrote, if any."""

    stack: str
    handed_on: bool
    sentence: str
    verdict: Word | None = None
    release: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "stack": self.stack,
            "handed_on": self.handed_on,
            "sentence": self.sentence,
            "verdict": self.verdict,
            "release": self.release,
        }


def roll_out(job: Job, minutes: float) -> Outcome:
    """Goes on with the stack's rollout until its end, or until so many real minutes are over.

    Raises AmlopsError: it can't go on (see `Stop`), Azure or git failed again and again, the lease was lost.
    """
    deadline = time.monotonic() + minutes * 60
    look = Look(job)
    act, said, failures = Act(job, look), "", 0
    while True:
        try:
            now = look.now()
            action = decide(now)
            if isinstance(action, Stop):
                raise _Stopped(f"{job.stack}: {action.reason}", exit_code=action.exit_code)
            if isinstance(action, Done):
                return _ended(job, act, action)
            if not isinstance(action, Wait):
                act.do(action, now)
                failures = 0
                continue
            failures, why = 0, action.reason
        except AmlopsError as error:
            failures += 1
            if isinstance(error, _Stopped) or error.exit_code in FINAL or failures == FAILURES:
                raise
            why = f"failed, tried again: {error}"
        else:
            why = "; ".join(filter(None, [why, progress_of(now)]))
        if why != said:
            job.progress.line(f"{job.stack}: {why}")
            said = why
        if time.monotonic() + job.poll > deadline:
            return Outcome(job.stack, True, f"not at its end: {why}")
        time.sleep(job.poll)


class _Stopped(AmlopsError):
    """Only a person, or an apply, mends it."""


def _ended(job: Job, act: Act, action: Done) -> Outcome:
    history = act.history
    if history is None:
        return Outcome(job.stack, False, action.sentence)
    return Outcome(job.stack, False, history.sentence, history.verdict, history.release)
