"""What policy.yaml says for one environment: its own keys, else those of `everywhere`, else the code's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from amlops.config.policy import Held, PolicyFile, Severity


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of `Held`, all of them answered; an allow-list that is None allows everything."""

    severities: Mapping[str, Severity]
    regions: tuple[str, ...] | None = None
    sizes: tuple[str, ...] | None = None
    tags: tuple[str, ...] = ()
    isolation: tuple[str, ...] = ("allow-only-approved-outbound",)
    redundancy: tuple[str, ...] = ("zrs", "gzrs")
    least_instances: int = 2
    idle_seconds: int = 1800
    log_days: int = 90

    def severity(self, rule: str, usual: Severity) -> Severity:
        return self.severities.get(rule, usual)


def settings_of(file: PolicyFile, environment: str) -> Settings:
    """The settings of one environment; severities are merged, anything else is replaced."""
    settings = Settings({})
    for held in (file.everywhere, file.environments.get(environment)):
        if held is not None:
            merged = {**settings.severities, **held.severities}
            settings = replace(settings, severities=merged, **_said(held))
    return settings


def _said(held: Held) -> dict[str, Any]:
    names = [field.name for field in fields(Settings) if field.name != "severities"]
    return {name: getattr(held, name) for name in names if getattr(held, name) is not None}
