"""A workflow's file, as far as GitHub itself acts on it: triggers, permissions, concurrency, environments."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from ruamel.yaml import YAML

FOLDER = ".github/workflows"


@dataclass(frozen=True)
class Job:
    id: str
    content: dict[str, Any]

    @property
    def environment(self) -> str:
        """The environment's name, an expression as it stands; empty without."""
        found = self.content.get("environment") or ""
        return str(found["name"] if isinstance(found, dict) else found)

    @property
    def concurrency(self) -> tuple[str, str]:
        return concurrency_of(self.content)


@dataclass(frozen=True)
class Workflow:
    """`path` is below the repository's root."""

    path: str
    text: str

    @cached_property
    def content(self) -> dict[str, Any]:
        return dict(YAML(typ="safe").load(io.StringIO(self.text)))

    @property
    def file(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def name(self) -> str:
        return str(self.content.get("name", self.path))

    @cached_property
    def triggers(self) -> dict[str, dict[str, Any] | list[Any]]:
        """Event → its filters."""
        found = self.content["on"]
        if isinstance(found, str):
            return {found: {}}
        if isinstance(found, list):
            return {event: {} for event in found}
        return {event: filters or {} for event, filters in found.items()}

    @cached_property
    def jobs(self) -> tuple[Job, ...]:
        return tuple(Job(id, content) for id, content in self.content["jobs"].items())

    @property
    def concurrency(self) -> tuple[str, str]:
        return concurrency_of(self.content)

    def permissions(self, job: Job) -> dict[str, str]:
        """What the job's own token may. Without a word of the file: read contents, the restricted default."""
        found = job.content.get("permissions", self.content.get("permissions", {"contents": "read"}))
        if isinstance(found, str):
            level = {"read-all": "read", "write-all": "write"}[found]
            return dict.fromkeys(("actions", "contents", "id-token", "issues", "pull-requests", "statuses"), level)
        return {str(what): str(level) for what, level in (found or {}).items()}

    @cached_property
    def uses(self) -> tuple[str, ...]:
        """What its steps use, composites of the repository too (`./…`)."""
        return tuple(re.findall(r"^\s*(?:- )?uses:\s*['\"]?([^\s'\"#]+)", self.text, re.MULTILINE))


def concurrency_of(content: dict[str, Any]) -> tuple[str, str]:
    """(group, cancel-in-progress), expressions as they stand; an empty group is none."""
    found = content.get("concurrency") or ""
    if isinstance(found, dict):
        return str(found["group"]), str(found.get("cancel-in-progress", "false")).lower()
    return str(found), "false"
