"""Check: a new resource's name has the form that Azure wants, and is free where Azure can say so.

Why: names follow from the prefix, so one that is taken means another prefix for the whole environment.
Source: resource-name-rules; the operations CheckNameAvailability of storage, vaults and container registries. There is
none for workspaces, endpoints, computes and ML registries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..check import Check
from ..finding import Finding
from ..situation import Situation

_SERVED = r"[a-zA-Z](?=.{2,31}$)[-a-zA-Z0-9]*[a-zA-Z0-9]"
_SERVED_WORDS = "3 to 32 letters, digits and hyphens, a letter first, no hyphen last"

FORMS: Final[Mapping[str, tuple[str, str, str]]] = {
    "resources:ResourceGroup": ("resourceGroupName", r"[-\w().]{0,89}[-\w()]", "1 to 90 characters, no dot last"),
    "storage:StorageAccount": ("accountName", r"[a-z0-9]{3,24}", "3 to 24 lower-case letters and digits"),
    "keyvault:Vault": (
        "vaultName",
        r"[a-zA-Z](?!.*--)[-a-zA-Z0-9]{1,22}[a-zA-Z0-9]",
        "3 to 24 letters, digits and single hyphens, a letter first",
    ),
    "containerregistry:Registry": ("registryName", r"[a-zA-Z0-9]{5,50}", "5 to 50 letters and digits"),
    "machinelearningservices:Workspace": (
        "workspaceName",
        r"[a-zA-Z0-9][-\w]{2,32}",
        "3 to 33 letters, digits, hyphens and underscores",
    ),
    "machinelearningservices:Registry": (
        "registryName",
        r"[a-zA-Z0-9][-\w]{1,31}",
        "2 to 32 letters, digits, hyphens and underscores",
    ),
    "machinelearningservices:Compute": (
        "computeName",
        r"[a-zA-Z][-a-zA-Z0-9]{1,22}[a-zA-Z0-9]",
        "3 to 24 letters, digits and hyphens, a letter first",
    ),
    "machinelearningservices:OnlineEndpoint": ("endpointName", _SERVED, _SERVED_WORDS),
    "machinelearningservices:OnlineDeployment": ("deploymentName", _SERVED, _SERVED_WORDS),
}
"""Input with the name, its form, and the form in words, by kind."""


class Names(Check):
    id = "names"

    def look(self, situation: Situation) -> Iterator[Finding]:
        for item in situation.planned:
            form = FORMS.get(item.kind)
            name = item.text(form[0]) if form else ""
            if not item.made or form is None or not name:
                continue
            if not re.fullmatch(form[1], name):
                message = f'"{name}" is invalid as {form[0]}; allowed are {form[2]}; rename it'
                yield self.refused(item.step.name, message)
            elif item.step.urn in situation.said.taken:
                reason = situation.said.taken[item.step.urn]
                yield self.refused(item.step.name, f'"{name}" is not free: {reason}; choose another prefix or name')
