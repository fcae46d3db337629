"""Rule: what is declared has a name, and an asset a version.

Where they are missing the official client invents them (`gifted_rice_x1y2`, the next free number), so the same file
would make another resource each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amlops.config import Document, Problem

from ..kinds import Kind

_VERSIONED = ("environment", "model", "data", "component")


def names(document: Document, kind: Kind, overrides: Mapping[str, str]) -> Iterator[Problem]:
    keys = {**document.data, **overrides}
    if not keys.get("name"):
        message = f'"name" is missing; without it each {kind.name} gets a random one; add it'
        yield document.problem((), message, "name")
    if kind.name in _VERSIONED and not keys.get("version"):
        message = '"version" is missing; without it each run makes another version; add it, in quotes'
        yield document.problem((), message, "version")
    for deployment in ("online-deployment", "batch-deployment"):
        if kind.name == deployment and not keys.get("endpoint_name"):
            message = '"endpoint_name" is missing; name the endpoint that serves this deployment'
            yield document.problem((), message, "name")
    if kind.name == "schedule" and isinstance(document.data.get("create_job"), Mapping):
        job = document.data["create_job"]
        if not job.get("job") and not job.get("name") and job.get("type") not in (None, "pipeline"):
            message = '"create_job.name" is missing; without it the schedule gets a random one; add it'
            yield document.problem(("create_job",), message, "name")
