"""Reads the situation: the stage, the endpoint, and what was measured since the step began."""

from __future__ import annotations

from dataclasses import dataclass, replace

from amlops.errors import AmlopsError
from amlops.releases import Stage
from amlops.rollout.endpoint import EndpointState, read_endpoint
from amlops.rollout.figures import Figures
from amlops.rollout.live import situation_of
from amlops.rollout.metrics import Metrics
from amlops.rollout.request_logs import RequestLogs
from amlops.rollout.situation import BEFORE, Situation, Smoke

from .job import Job


@dataclass
class Look:
    """`smoke` is how the last test of this run ended. Figures are read once for each minute that became complete."""

    job: Job
    smoke: Smoke | None = None
    live: EndpointState | None = None
    _proven: Stage | None = None
    _measured: tuple[object, Figures, Figures] | None = None

    def now(self) -> Situation:
        """Raises AmlopsError."""
        stage = self.job.stages.read()
        self.live = read_endpoint(self.job.place)
        proven = stage.candidate is not None or self._is_proven(stage)
        found = situation_of(self.live, stage, self.job.settings, self.job.now(), smoke=self.smoke, proven=proven)
        return self._with_figures(found)

    @property
    def endpoint(self) -> EndpointState:
        """The one last read. Raises AmlopsError where there was none."""
        if self.live is None:
            raise AmlopsError(f"the endpoint {self.job.place.endpoint} is not there; apply the stack", exit_code=3)
        return self.live

    def metrics(self) -> Metrics:
        logs = None if self.job.logs is None else RequestLogs(self.job.logs, self.endpoint.name)
        return Metrics(self.job.metrics, self.endpoint.id, logs)

    def _with_figures(self, found: Situation) -> Situation:
        window, new, old, record = found.window, found.new, found.old, found.bound
        if window is None or window.minutes == 0 or not found.measures or new is None or old is None or record is None:
            return found
        key = (record.last, window.until)
        if self._measured is None or self._measured[0] != key:
            metrics, own = self.metrics(), found.settings.metric
            mirrored = bool(record.last.step and record.last.step.mirror)
            ours = metrics.figures(new.name, window.since, window.until, mirrored=mirrored, own=own)
            theirs = metrics.figures(old.name, record.began - BEFORE, window.until, own=own)
            self._measured = (key, ours, theirs)
        return replace(found, ours=self._measured[1], theirs=self._measured[2])

    def _is_proven(self, stage: Stage) -> bool:
        if stage != self._proven and self.job.kept.proven(stage):
            self._proven = stage
        return stage == self._proven
