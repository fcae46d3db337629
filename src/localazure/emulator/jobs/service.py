"""The jobs of this cloud: which run, and how they are begun, canceled and, after a kill, begun again."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from ..arm.ids import ArmId
from ..store import Resource
from . import states
from .lanes import Lanes
from .run import Run
from .states import Failure

if TYPE_CHECKING:
    from ..workshop import Workshop

_log = logging.getLogger(__name__)

# A job that the emulator did not outlive this often is taken for the reason.
ATTEMPTS = 4


class Jobs:
    """Runs command jobs. State is in the store; here are only the tasks of what runs now."""

    def __init__(self, cloud: Workshop) -> None:
        self._cloud = cloud
        self._lanes = Lanes(cloud.store)
        self._running: dict[str, tuple[Run, asyncio.Task[None]]] = {}

    async def start(self) -> None:
        """Nothing: jobs that an earlier emulator left behind come back through the type's `restore`."""

    async def stop(self) -> None:
        """End what runs and leave its state, so that it is run again at the next start."""
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def begin(self, job: Resource) -> None:
        """Run a job that is not final and doesn't run yet; one that was to be canceled is canceled."""
        if states.is_terminal(job) or job.id.key in self._running:
            return
        store, clock = self._cloud.store, self._cloud.clock
        known = states.record(store, job.id)
        if states.status(job) == states.CANCEL_REQUESTED:
            states.move(store, clock, job.id, "Canceled")
            return
        if known.attempt >= ATTEMPTS:
            ended = f"The local Azure ended {known.attempt} times while this job ran; it is not run again."
            states.move(store, clock, job.id, "Failed", Failure("ServiceError", ended))
            return
        states.save(store, job.id, replace(known, attempt=known.attempt + 1))
        run = Run(self._cloud, self._lanes, job)
        task = asyncio.get_running_loop().create_task(run(), name=f"job {job.id.name}")
        self._running[job.id.key] = (run, task)
        task.add_done_callback(lambda done: self._ended(job.id, done))

    def cancel(self, job: Resource) -> None:
        """Ask for the end of a job; one that is final stays as it is."""
        if states.is_terminal(job):
            return
        store, clock = self._cloud.store, self._cloud.clock
        states.move(store, clock, job.id, states.CANCEL_REQUESTED)
        if job.id.key in self._running:
            self._running[job.id.key][0].cancel()
        else:
            states.move(store, clock, job.id, "Canceled")

    async def ended(self, job: ArmId) -> None:
        """Wait until the job doesn't run here any more."""
        if job.key in self._running:
            await asyncio.wait([self._running[job.key][1]])

    def _ended(self, job: ArmId, task: asyncio.Task[None]) -> None:
        del self._running[job.key]
        error = None if task.cancelled() else task.exception()
        if error is None or isinstance(error, states.RunGone):
            return
        _log.error("the job %s ended by a fault of the local Azure", job, exc_info=error)
        store, clock = self._cloud.store, self._cloud.clock
        if store.get(job) is not None:
            failure = Failure("ServiceError", f"{type(error).__name__}: {error}")
            states.move(store, clock, job, "Failed", failure)
