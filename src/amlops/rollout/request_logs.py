"""Requests counted one by one: the table AmlOnlineEndpointTrafficLog of the environment's Log Analytics workspace.

Metrics of endpoints have no total; how many requests stand behind an average over several gateways only the log knows.
It has a row for each request of a caller, and none for mirrored ones. Source: Azure Monitor reference, that table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amlops.config.moments import moment, stamp

from .figures import minute_of

Query = Callable[[str], list[Mapping[str, Any]]]
"""Runs Kusto's query language; gives rows by their columns' names. Raises AmlopsError."""

_QUERY = """AmlOnlineEndpointTrafficLog
| where EndpointName =~ "{endpoint}" and DeploymentName =~ "{deployment}"
| where TimeGenerated >= datetime({since}) and TimeGenerated < datetime({until})
| summarize requests = count() by minute = bin(TimeGenerated, 1m), ResponseCode"""


@dataclass(frozen=True, slots=True)
class RequestLogs:
    """`endpoint` is the endpoint's name."""

    query: Query
    endpoint: str

    def counts(self, deployment: str, since: datetime, until: datetime) -> Iterator[tuple[datetime, str, float]]:
        """Minute, status and how many of a deployment's requests had it. Raises AmlopsError."""
        text = _QUERY.format(endpoint=self.endpoint, deployment=deployment, since=stamp(since), until=stamp(until))
        for row in self.query(text):
            yield minute_of(moment(row["minute"])), str(row["ResponseCode"]), float(row["requests"])
