"""Conditional requests: an ETag that changes with every write, `If-Match` and `If-None-Match`."""

from __future__ import annotations

import pytest

from tests.support.cloud import LocalCloud

from .rehearsal import send

pytestmark = pytest.mark.spec_example


def test_a_change_of_what_was_seen(cloud: LocalCloud, group: str) -> None:
    """A write with the ETag that was read passes once; with an old one it is 412 and nothing changes."""
    path = f"/resourceGroups/{group}?api-version=2025-04-01"
    body = {"location": cloud.location, "tags": {"n": "1"}}
    seen = send(cloud, "GET", path).headers["ETag"]
    written = send(cloud, "PUT", path, body, If_Match=seen)
    assert written.status_code == 200
    assert written.headers["ETag"] != seen
    late = send(cloud, "PUT", path, {**body, "tags": {"n": "2"}}, If_Match=seen)
    assert (late.status_code, late.json()["error"]["code"]) == (412, "PreconditionFailed")
    assert send(cloud, "DELETE", path, If_Match=seen).status_code == 412
    assert send(cloud, "GET", path).json()["tags"] == {"n": "1"}
    assert send(cloud, "PUT", path, body, If_Match="*").status_code == 200


def test_only_what_is_new(cloud: LocalCloud, group: str) -> None:
    """`If-None-Match: *` creates and never replaces; `If-Match: *` replaces and never creates."""
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    path = f"/resourceGroups/{group}/providers/{kind}/{{}}?api-version=2024-11-30"
    body = {"location": cloud.location}
    assert send(cloud, "PUT", path.format("one"), body, If_None_Match="*").status_code == 201
    assert send(cloud, "PUT", path.format("one"), body, If_None_Match="*").status_code == 412
    assert send(cloud, "PUT", path.format("two"), body, If_Match="*").status_code == 412
    assert send(cloud, "GET", path.format("two")).status_code == 404
