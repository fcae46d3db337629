"""What a person wishes of a rollout: pause, go on, abort. It is written onto the candidate's ARM deployment, where the
run that goes on sees it at its next look, and where the next run finds it.
"""

from __future__ import annotations

from amlops.errors import AmlopsError
from amlops.rollout.endpoint import read_endpoint
from amlops.rollout.live import situation_of
from amlops.rollout.record import Wish
from amlops.rollout.traffic import tag_deployment

from .job import Job


def tell_wish(job: Job, wish: Wish) -> str:
    """Writes it; gives a sentence. Raises AmlopsError (exit code 3) where nothing is being rolled out."""
    stage = job.stages.read()
    now = situation_of(read_endpoint(job.place), stage, job.settings, job.now())
    if stage.candidate is None:
        raise AmlopsError(f"nothing is being rolled out on {job.stack}: its stage has no candidate", exit_code=3)
    if now.new is None:
        raise AmlopsError(f"release {stage.candidate} is not deployed yet; apply {job.stack} first", exit_code=3)
    marks = now.new.marks
    if marks.verdict is not None and not marks.settled:
        raise AmlopsError(f"the rollout of {stage.candidate} has ended: {marks.verdict}, {marks.reason}", exit_code=3)
    tag_deployment(job.place, now.new.name, wish.tags(), job.patience)
    return f"the rollout of {stage.candidate} on {job.stack} is {wish}"
