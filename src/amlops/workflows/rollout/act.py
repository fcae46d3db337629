"""Does what was decided. Each action is one write to ARM, or one push; before it, the lease is renewed."""

from __future__ import annotations

from datetime import timedelta
from functools import singledispatchmethod

from amlops.config.moments import stamp
from amlops.errors import AmlopsError
from amlops.releases import Stage
from amlops.rollout.actions import Action, Begin, Close, Conclude, Mark, Move, Settle, Test
from amlops.rollout.figures import NOTHING, Figures, minute_of
from amlops.rollout.history import History, Phase, phases_of
from amlops.rollout.record import RECORD, WHY, Record, begin_tags, settled_tags, verdict_tags
from amlops.rollout.situation import Deployed, Situation, arm_name
from amlops.rollout.step import Split
from amlops.rollout.traffic import move, tag_deployment
from amlops.rollout.words import summary

from .job import Job
from .look import Look
from .stages import Moved


class Act:
    """`history` is that of the verdict that this run wrote."""

    def __init__(self, job: Job, look: Look) -> None:
        self.job, self._look = job, look
        self.history: History | None = None

    @singledispatchmethod
    def do(self, action: Action, now: Situation) -> None:
        """Raises AmlopsError; then it may be done, or not: the next look tells."""
        raise TypeError(f"nothing to do for {action}")

    @do.register
    def _(self, action: Begin, now: Situation) -> None:
        self._tell(f"the rollout of {action.release} begins")
        self._tag(action.release, begin_tags(now.now, keep_wish=action.keep_wish))

    @do.register
    def _(self, action: Test, now: Situation) -> None:
        self._look.smoke = self.job.smoke.of(self._look.endpoint, action.release)

    @do.register
    def _(self, action: Move, now: Situation) -> None:
        old, new = _both(now)
        before = now.bound or Record(new.name, new.marks.began or now.now, ())
        record = before.then(action.step, now.now, action.reason if action.step is None else "")
        if action.step is None:
            self._tell(f"all traffic back to {old.name}: {action.reason}")
            split = Split({old.name: 100}, {})
        else:
            self._tell(f"{action.step} for {new.name}: {action.reason}")
            split = action.step.split(old.name, new.name)
        self._move(split, record.tags())

    @do.register
    def _(self, action: Settle, now: Situation) -> None:
        name = arm_name(action.release)
        self._tell(f"all traffic to {name}: {action.reason}")
        self._move(Split({name: 100}, {}), {RECORD: "", WHY: ""})

    @do.register
    def _(self, action: Mark, now: Situation) -> None:
        _, new = _both(now)
        self._tell(f"{new.release} is {action.verdict}: {action.reason}")
        self._tag(new.release, verdict_tags(action.verdict, action.reason))

    @do.register
    def _(self, action: Conclude, now: Situation) -> None:
        job = self.job
        history = self._history(action, now)
        job.lease.renew()
        picture = job.kept.write(history, now.now)
        if now.stage.candidate is not None:
            job.stages.write(lambda stage: _moved(stage, action), _message(history, job))
        if self.history is None or now.stage.candidate is not None:
            self.history = history
        if job.run is not None:
            job.run.summarise(summary(history, picture))
        self._tell(f"{history.sentence}; written to git")

    @do.register
    def _(self, action: Close, now: Situation) -> None:
        self._tag(action.release, settled_tags(now.now))

    # -- inside ------------------------------------------------------------------------------------------------------

    def _tell(self, text: str) -> None:
        self.job.progress.line(f"{self.job.stack}: {text}")

    def _move(self, split: Split, tags: dict[str, str]) -> None:
        self.job.lease.renew()
        move(self.job.place, split, tags, self.job.patience)

    def _tag(self, release: str, tags: dict[str, str]) -> None:
        self.job.lease.renew()
        tag_deployment(self.job.place, arm_name(release), tags, self.job.patience)

    def _history(self, action: Conclude, now: Situation) -> History:
        record, old = now.bound, now.old if now.stage.candidate is not None else None
        began = record.began if record else now.now
        ours = theirs = NOTHING
        phases: tuple[Phase, ...] = ()
        if record is not None and old is not None:
            ours, theirs = self._measured(record, old, now)
            phases = phases_of(record, now.now, ours, theirs)
        return History(
            deployment=self.job.deployment,
            environment=self.job.environment,
            endpoint=self.job.place.endpoint,
            release=action.release,
            old=old.release if old else now.stage.previous,
            verdict=action.verdict,
            reason=action.reason,
            began=began,
            ended=now.now,
            phases=phases,
            ours=ours,
            theirs=theirs,
        )

    def _measured(self, record: Record, old: Deployed, now: Situation) -> tuple[Figures, Figures]:
        """Both over the whole rollout; the candidate's mirrored requests for the time that it was mirrored to. Evidence
        is not held up by a monitor that doesn't answer."""
        metrics, since = self._look.metrics(), record.began - timedelta(minutes=2)
        until = minute_of(now.now - timedelta(minutes=now.settings.metrics_late))
        try:
            ours = metrics.figures(record.candidate, since, until)
            theirs = metrics.figures(old.name, since, until)
            for entry, end in zip(record.entries, [*(e.at for e in record.entries[1:]), now.now], strict=True):
                if entry.step is not None and entry.step.mirror:
                    ours = ours.and_of(metrics.figures(record.candidate, entry.at, min(end, until), mirrored=True))
        except AmlopsError as error:
            self._tell(f"the figures can't be read, the evidence goes without them: {error}")
            return NOTHING, NOTHING
        return ours, theirs


def _both(now: Situation) -> tuple[Deployed, Deployed]:
    """Decisions that need them are made only where they are there."""
    assert now.old is not None
    assert now.new is not None
    return now.old, now.new


def _moved(stage: Stage, action: Conclude) -> Stage:
    if stage.candidate != action.release:
        raise Moved(f"the stage names {stage.candidate or 'no release'} as candidate now, not {action.release}")
    return stage.accepted() if action.verdict == "healthy" else stage.refused()


def _message(history: History, job: Job) -> str:
    what = "make {} current" if history.verdict == "healthy" else "reject {}"
    title = f"chore({job.environment}): {what.format(history.release)} for {job.deployment}"
    lines = [title, "", f"{history.sentence[:1].upper()}{history.sentence[1:]}."]
    lines.append(f"Rolled out from {stamp(history.began)} to {stamp(history.ended)}.")
    return "\n".join([*lines, job.run.url] if job.run else lines) + "\n"
