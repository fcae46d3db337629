"""Which monitors are asked for an alarm, each where it is: in the environment with users, as the team there.

What is found is kept in the evidence. So who releases needs to reach no environment but the first one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amlops.config import About, ConfigError, Names, Promotion, Repository, load_about, load_environment
from amlops.config.moments import moment, stamp
from amlops.evidence import Evidence
from amlops.github import MATRIX_JOBS, Run
from amlops.releases import load_stage

from ..session import Session
from .abouts import readable_abouts
from .alarm import Alarm, standing_alarm
from .trained import last_trained


@dataclass(frozen=True, slots=True)
class Monitor:
    """`name` is that of its schedule in the environment's workspace."""

    deployment: str
    environment: str
    name: str

    def as_dict(self) -> dict[str, Any]:
        return {"deployment": self.deployment, "environment": self.environment, "monitor": self.name}


def monitor_of(deployment: str, about: About, promotion: Promotion) -> Monitor | None:
    """None where the deployment has none, or goes nowhere."""
    asks, path = about.retraining, promotion.path_of(about.environments)
    if asks.monitor is None or not path:
        return None
    return Monitor(deployment, asks.environment or path[-1], asks.monitor)


def alarm_path(deployment: str) -> str:
    """Evidence of the newest alarm: of which monitor, by which job, when."""
    return f"deployments/{deployment}/alarm.json"


def kept_alarms(evidence: Evidence, deployments: Iterable[str]) -> dict[str, Alarm]:
    """The newest alarm of each deployment that had one."""
    return evidence.parsed({name: alarm_path(name) for name in deployments}, _alarm)


def ask_monitor(session: Session, evidence: Evidence, monitor: Monitor, run: Run | None) -> Alarm | None:
    """An alarm that is newer than the kept one; a run keeps it instead. Raises AzureRefused, GitFailed."""
    known = kept_alarms(evidence, [monitor.deployment]).get(monitor.deployment)
    since = None if known is None else known.at
    alarm = standing_alarm(session.azure, session.workspace_id, monitor.name, since)
    if alarm is not None and run is not None:
        what = {"job": alarm.job, "at": stamp(alarm.at), "said": alarm.said}
        said = {**monitor.as_dict(), **what, "written": run.written(session.azure.now())}
        evidence.write({alarm_path(monitor.deployment): said}, f"alarm of {monitor.name}: {monitor.deployment}")
    return alarm


def counts(alarm: Alarm, about: About, trained: datetime | None) -> bool:
    """Whether an alarm asks for a training: not one of the time that the training before it has dealt with."""
    return trained is None or alarm.at > trained + about.retraining.quiet


def to_be_asked(repo: Repository, promotion: Promotion, evidence: Evidence, now: datetime) -> tuple[Monitor, ...]:
    """Those that are listened to, have raised no alarm since the last training, and have something to look at."""
    listed = readable_abouts(repo, repo.deployment_names())
    abouts = {name: about for name, about in listed if about.training is not None and about.retired is None}
    trained, alarms = last_trained(evidence, abouts), kept_alarms(evidence, abouts)
    found = []
    for name, about in abouts.items():
        monitor, last = monitor_of(name, about, promotion), trained.get(name)
        if monitor is None or (last is not None and now < last + about.retraining.quiet):
            continue
        if not (name in alarms and counts(alarms[name], about, last)) and _runs(repo, monitor):
            found.append(monitor)
    return tuple(found)


def monitors_matrix(repo: Repository, found: Sequence[Monitor]) -> dict[str, list[dict[str, str]]]:
    """As a matrix of GitHub Actions; each in the realm of its team, which reads there. Raises ConfigError."""
    entries = []
    for item in found[:MATRIX_JOBS]:
        environment, about = load_environment(repo, item.environment), load_about(repo, item.deployment)
        entries.append(
            {
                "deployment": item.deployment,
                "environment": item.environment,
                "github_environment": Names(environment).realm(about.team),
                "runner": environment.settings.runner,
            }
        )
    return {"include": entries}


def _runs(repo: Repository, monitor: Monitor) -> bool:
    try:
        return bool(load_stage(repo, monitor.deployment, monitor.environment).running)
    except ConfigError:
        return False


def _alarm(found: Mapping[str, Any]) -> Alarm:
    return Alarm(str(found["job"]), moment(found["at"]), str(found["said"]))
