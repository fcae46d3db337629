"""Check: nothing is changed in place that Azure fixes when it is made.

Why: Pulumi replaces a resource where azure-native says so; these properties it sends along, and the service refuses
them, half-way through an apply.
Source: reference-yaml-deployment-managed-online; create-only properties of azure-mgmt SDKs; Key Vault REST (purge
protection).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...meaning import UPDATE, covers
from ..check import Check
from ..finding import Finding
from ..situation import Planned, Situation, at

FIXED: Final[Mapping[str, tuple[str, ...]]] = {
    "machinelearningservices:Workspace": ("storageAccount", "keyVault", "hbiWorkspace", "encryption"),
    "machinelearningservices:Compute": (
        "properties.computeLocation",
        "properties.disableLocalAuth",
        "properties.properties.vmSize",
        "properties.properties.subnet",
        "properties.properties.userAccountCredentials",
    ),
    "machinelearningservices:OnlineEndpoint": ("location",),
    "machinelearningservices:OnlineDeployment": (
        "location",
        "properties.instanceType",
        "properties.endpointComputeType",
    ),
    "machinelearningservices:Schedule": ("displayName",),
    "keyvault:Vault": ("properties.tenantId",),
}
"""Paths of inputs that the service refuses to change, by kind."""

ONE_WAY: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "keyvault:Vault": (("properties.enablePurgeProtection", "purge protection is never switched off again"),),
}


class Immutable(Check):
    id = "immutable"

    def look(self, situation: Situation) -> Iterator[Finding]:
        for item in situation.planned:
            if item.step.operation != UPDATE:
                continue
            for path in item.step.paths:
                if covers(FIXED.get(item.kind, ()), path):
                    todo = "undo the change, or give it another name, so that it is made anew"
                    yield self.refused(item.step.name, f"{path} is fixed when it is made; {todo}")
            for fixed, why in ONE_WAY.get(item.kind, ()):
                if fixed in item.step.paths and _switched_off(item, fixed):
                    yield self.refused(item.step.name, f"{why}; set it back to true")


def _switched_off(item: Planned, path: str) -> bool:
    return at(item.old, path) is True and at(item.inputs, path) is not True
