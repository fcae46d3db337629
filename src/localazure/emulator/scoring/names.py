"""Endpoint names are unique in a region: which resource holds a name is on record."""

from __future__ import annotations

from ..arm.ids import ArmId
from ..store import Resource, Store

_KIND = "endpoint-name"


def holder(store: Store, region: str, name: str) -> Resource | None:
    """The endpoint that a region's name belongs to. One that vanished with its workspace has left the name free."""
    found = store.record(_KIND, f"{region}/{name}")
    return store.get(found) if found else None


def take(store: Store, region: str, endpoint: ArmId) -> None:
    store.set_record(_KIND, f"{region}/{endpoint.name}", endpoint.text)


def free(store: Store, region: str, endpoint: ArmId) -> None:
    store.drop_record(_KIND, f"{region}/{endpoint.name}")
