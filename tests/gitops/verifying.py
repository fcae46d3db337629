"""A run of `make verify-azure` that goes on against a local Azure, and what may be left of it: nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.clone import Clone
from tests.support.cloud import LocalCloud

SUBSCRIPTION, GROUP = "3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c0ff", "9d2f7b60-1c8e-4b1a-8f43-7a6e5d4c3b02"
MODULE = ".venv/bin/python -m tools.verify_azure"
TELL = f"{MODULE} --subscription {SUBSCRIPTION} --group {GROUP} --yes-spend 10"
STOOD, APPLIES = "budget, state and identities are made", "amlops apply verify.shared"
"""Told when the first resources are there, and when a command is about to make more."""


@dataclass
class Telling:
    """A run that goes on, and what it printed so far."""

    clone: Clone
    cloud: LocalCloud
    lines: list[str] = field(default_factory=list)
    code: int | None = None

    @contextmanager
    def begun(self, until: str = STOOD) -> Iterator[Any]:
        """The process of a run that has come so far."""
        with self.clone.start(f"exec {TELL}", variables(self.cloud)) as process:
            for line in process.stdout:
                self.lines.append(line)
                if until in line:
                    break
            assert until in self.printed.splitlines()[-1], self.printed
            yield process
            self.lines += process.stdout
        self.code = process.returncode

    @property
    def printed(self) -> str:
        return "".join(self.lines)

    @property
    def run(self) -> str:
        found = re.search(r"^run (v\w{5}) in the subscription", self.printed, re.MULTILINE)
        assert found, self.printed
        return found[1]

    def record(self) -> dict[str, Any]:
        file = self.clone.path / ".local/verify-azure" / self.run / "answers.json"
        found: dict[str, Any] = json.loads(file.read_text())
        return found


def variables(cloud: LocalCloud) -> dict[str, str]:
    """What a maintainer's shell has."""
    return {
        "AMLOPS_AZURE_HOME": str(cloud.home),
        "AMLOPS_VERIFY_SUBSCRIPTION": SUBSCRIPTION,
        "AMLOPS_POLL_SECONDS": "0.2",
    }


def require_nothing(cloud: LocalCloud) -> None:
    """The subscription is as it was made: its owner's role alone is there, and nothing is deleted and kept, but for
    Log Analytics, which the page says."""
    told = cloud.control("GET", "status")
    (only,) = told["resources"]
    assert "/providers/Microsoft.Authorization/roleAssignments/" in only["id"]
    assert [id for id in told["deleted"] if "/microsoft.operationalinsights/" not in id.lower()] == []
