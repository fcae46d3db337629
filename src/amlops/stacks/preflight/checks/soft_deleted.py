"""Check: no deleted resource that Azure still keeps holds a new resource's name.

Why: a vault can be brought back for days, and nobody else gets its name; a storage account's name is free, and using it
ends that. Of deleted workspaces there is neither a list nor a name check: only the attempt tells.
Source: Key Vault REST (deletedVaults); Storage REST (deletedAccounts); concept-soft-delete.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Check
from ..finding import Finding
from ..situation import Situation


class SoftDeleted(Check):
    id = "soft-deleted"

    def look(self, situation: Situation) -> Iterator[Finding]:
        purges = situation.environment.settings.deletion.purge_names
        for item in situation.planned:
            until = situation.said.deleted.get(item.step.urn)
            if not item.made or until is None:
                continue
            if item.kind == "storage:StorageAccount":
                message = "a deleted account of this name could still be brought back; making it anew ends that"
                yield self.warned(item.step.name, f"{message}; bring it back first if its data is missed")
            elif purges:
                yield self.warned(item.step.name, "a deleted one of this name is purged first, as purge_names says")
            else:
                todo = "recover it, purge it, or set deletion.purge_names if it may be lost"
                yield self.refused(item.step.name, f"a deleted one holds its name until {until}; {todo}")
