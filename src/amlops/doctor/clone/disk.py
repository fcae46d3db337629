"""Check: there is room where the local Azure and Pulumi write."""

from __future__ import annotations

from collections.abc import Iterator

from amlops.local_azure import LocalAzure

from ..check import Check, Result
from ..situation import Clone


class Disk(Check[Clone]):
    id = "disk"

    def examine(self, where: Clone) -> Iterator[Result]:
        LocalAzure(where.repo.azure_home).require_room()
        yield self.ok("the disk has room")
