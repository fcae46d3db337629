"""Rule: logs are kept as long as the company needs to look back.

Why: most intrusions are noticed after weeks; by then shorter logs are gone.
Source: data-retention-configure; policy.yaml (`log_days`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class LogRetention(Rule):
    id = "log-retention"
    kinds = ("operationalinsights:Workspace",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        value, least = resource.number("retentionInDays"), declared.settings.log_days
        # Azure's default is 30 days
        if (value or 30) < least:
            todo = f"set platform.monitoring.retention_days in {declared.file}"
            shown = None if value is None else int(value)
            yield from invalid("retentionInDays", shown, f"it should be at least {least}", todo)
