"""Who calls, and what that token may: a person's, the App's, or the one of a workflow's job."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["person", "app", "job"]
LEVELS = {"none": 0, "read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True)
class Token:
    """`permissions` are those of GitHub's tokens (`contents`, `pull-requests`, …), each `read` or `write`."""

    value: str
    kind: Kind
    login: str
    permissions: dict[str, str] = field(default_factory=dict)
    run: int | None = None
    job: str = ""
    expires: datetime | None = None

    def may(self, what: str, level: str) -> bool:
        return LEVELS[self.permissions.get(what, "none")] >= LEVELS[level]

    @property
    def starts_runs(self) -> bool:
        """What a job's own token does starts no run, so that workflows don't start themselves for ever."""
        return self.kind != "job"


def new_value(kind: Kind) -> str:
    return {"person": "ghp_", "app": "ghs_app", "job": "ghs_job"}[kind] + secrets.token_hex(18)


EVERYTHING = (
    "actions",
    "administration",
    "checks",
    "contents",
    "environments",
    "issues",
    "pull-requests",
    "statuses",
    "variables",
    "workflows",
)


def of_person(role: str) -> dict[str, str]:
    """What a person may by the role in the repository: `admin`, `write`, `read`, `none`."""
    level = {"admin": "write", "write": "write", "read": "read"}.get(role)
    if level is None:
        return {}
    found = dict.fromkeys(EVERYTHING, level)
    if role != "admin":
        found |= dict.fromkeys(("administration", "environments", "variables"), "read")
    if role == "read":
        # everyone who can read may open issues and pull requests, and comment
        found |= {"issues": "write", "pull-requests": "write"}
    return found
