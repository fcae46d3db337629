"""Rule: workspaces and vaults send their logs to where they are kept.

Why: who read a secret or changed an endpoint is known for as long as Azure keeps it by itself: not at all.
Source: monitor-azure-machine-learning (resource logs need a diagnostic setting).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..resource import UNKNOWN, Resource
from ..rule import Declared, Rule, Violation, missing

_NAMES = {
    "machinelearningservices:Workspace": ("workspaces", "workspaceName"),
    "keyvault:Vault": ("vaults", "vaultName"),
}


class DiagnosticsMissing(Rule):
    id = "diagnostics-missing"
    kinds = tuple(_NAMES)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        kind, name = _NAMES[resource.kind]
        wanted = f"/{kind}/{resource.text(name)}".lower()
        for setting in declared.of("monitor:DiagnosticSetting"):
            uri = setting.text("resourceUri")
            if (uri == UNKNOWN or uri.lower().endswith(wanted)) and _sends(setting):
                return
        yield from missing("a diagnostic setting", "its logs go to Log Analytics", "declare one")


def _sends(setting: Resource) -> bool:
    logs = setting.get("logs") or ()
    return any(isinstance(log, Mapping) and log.get("enabled") is True for log in logs)
