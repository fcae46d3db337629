"""Endpoint names are unique in a region: which resource holds a name is on record."""

from __future__ import annotations

from ..arm.ids import ArmId
from ..store import Resource, Store

ENDPOINT = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"
_KIND = "endpoint-name"


def holder(store: Store, region: str, name: str) -> Resource | None:
    """The endpoint that a region's name belongs to. One that vanished with its workspace has left the name free."""
    found = store.record(_KIND, f"{region}/{name}")
    return store.get(found) if found else None


def take(store: Store, region: str, endpoint: ArmId) -> None:
    store.set_record(_KIND, f"{region}/{endpoint.name}", endpoint.text)


class Holders:
    """Endpoints by region and name, as the front asks for them with every request: read anew when one changed."""

    def __init__(self, store: Store) -> None:
        self._store, self._seen = store, -1
        self._found: dict[tuple[str, str], Resource] = {}

    def get(self, region: str, name: str) -> Resource | None:
        version = self._store.version(ENDPOINT)
        if version != self._seen:
            self._seen, self._found = version, {}
        key = region.lower(), name.lower()
        found = self._found.get(key) or holder(self._store, *key)
        if found is not None:
            self._found[key] = found
        return found


def free(store: Store, region: str, endpoint: ArmId) -> None:
    store.drop_record(_KIND, f"{region}/{endpoint.name}")
