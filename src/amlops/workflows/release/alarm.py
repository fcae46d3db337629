"""Whether a model monitor has raised an alarm, asked of Azure Machine Learning.

A monitor's run that finds a signal over its threshold gets a tag; Azure's own way to hear of it is Event Grid, whose
webhooks can't start a workflow at GitHub by themselves. Source: how-to-monitor-model-performance; docs/azure.md 5.
A job that a schedule starts has the display name `<schedule>-YYYYMMDDThhmmssZ` (how-to-schedule-pipeline-job). Whether
a monitor's runs have it too has not been tried, so name, experiment and properties are looked at besides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amlops.azure import Azure
from amlops.config.moments import moment

TAG = "azureml_modelmonitor_threshold_breached"
BREACHED = "has failed due to one or more features violating metric thresholds"
API_VERSION = "2025-12-01"

_STARTED = re.compile(r"-\d{8}T\d{6}Z$")
"""What a schedule adds to its name where it names a job."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """The monitor's last run that found something."""

    job: str
    at: datetime
    said: str


def standing_alarm(azure: Azure, workspace: str, monitor: str, since: datetime | None) -> Alarm | None:
    """The newest alarm of a monitor that was raised after `since`; `workspace` is an ARM id. Raises AzureRefused."""
    listed = azure.listed(f"{workspace}/jobs", API_VERSION, tag=TAG, listViewType="All")
    found = [alarm for job in listed if (alarm := alarm_of(job, monitor)) is not None]
    newest = max(found, key=lambda alarm: alarm.at, default=None)
    return newest if newest is not None and (since is None or newest.at > since) else None


def alarm_of(job: Mapping[str, Any], monitor: str) -> Alarm | None:
    """What a job says, where it is a run of this monitor that found something."""
    properties = job.get("properties") or {}
    said = str((properties.get("tags") or {}).get(TAG, ""))
    own = (properties.get("properties") or {}).values()
    where = (job.get("name"), properties.get("displayName"), properties.get("experimentName"), *own)
    created = (job.get("systemData") or {}).get("createdAt")
    names = {_STARTED.sub("", str(text)) for text in where}
    if BREACHED not in said or created is None or monitor not in names:
        return None
    return Alarm(str(job.get("name")), moment(str(created)), said)
