"""Who gets through to a resource, by its settings and by the connections that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localazure.emulator import private_link
from localazure.emulator.arm.ids import ArmId
from localazure.emulator.store import Resource, Store

pytestmark = pytest.mark.spec_example  # private-endpoint-overview, "Connection status"

GROUP = "/subscriptions/s/resourceGroups/g/providers"
STORAGE = ArmId(f"{GROUP}/Microsoft.Storage/storageAccounts/a")
ENDPOINT = ArmId(f"{GROUP}/Microsoft.Network/privateEndpoints/pe")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "state.db")
    yield made
    made.close()


def connect(store: Store, target: ArmId, group: str, status: str, name: str = "link") -> Resource:
    at = private_link.connection_id(ENDPOINT, name, target)
    return store.put(private_link.connection(at, ENDPOINT, group, status, ""))


@pytest.mark.parametrize(
    ("properties", "public"),
    [
        ({}, True),
        ({"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}, True),
        ({"publicNetworkAccess": "disabled"}, False),
        ({"publicNetworkAccess": "Disabled", "networkAcls": {"defaultAction": "Allow"}}, False),
        ({"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Deny"}}, False),
    ],
)
def test_what_answers_anybody(properties: dict[str, Any], public: bool) -> None:
    """Neither disabled nor behind a firewall that denies by default; casing doesn't count."""
    assert private_link.is_public(Resource(STORAGE, {"properties": properties})) is public


@pytest.mark.parametrize(("status", "through"), [("Approved", True), ("Pending", False), ("Rejected", False)])
def test_only_an_approved_connection_leads_to_its_own_part(store: Store, status: str, through: bool) -> None:
    """Blobs by an approved connection to blobs; files by none of it, nor the blobs of another account."""
    closed = Resource(STORAGE, {"properties": {"publicNetworkAccess": "Disabled"}})
    other = Resource(ArmId(f"{STORAGE}2"), closed.body)
    assert not private_link.is_reachable(store, closed, "blob")
    connect(store, STORAGE, "blob", status)
    assert private_link.is_reachable(store, closed, "blob") is through
    assert not private_link.is_reachable(store, closed, "file")
    assert not private_link.is_reachable(store, other, "blob")


def test_a_connection_goes_with_its_target_and_is_made_once(store: Store) -> None:
    """Its id follows from endpoint, name and target, whatever their casing; deleting the target deletes it."""
    store.put(Resource(STORAGE, {"properties": {}}))
    first, again = connect(store, STORAGE, "blob", "Approved"), connect(store, STORAGE, "blob", "Approved", "LINK")
    assert first.id == again.id
    assert [one.id for one in private_link.connections(store, STORAGE)] == [first.id]
    held = private_link.with_connections(store, Resource(STORAGE, {"properties": {}}))
    (shown,) = held.properties["privateEndpointConnections"]
    assert shown["properties"]["privateEndpoint"] == {"id": ENDPOINT.text}
    assert shown["properties"]["privateLinkServiceConnectionState"]["actionRequired"] == "None"
    store.delete(STORAGE)
    assert private_link.connections(store, STORAGE) == []


def test_what_an_endpoint_can_lead_to() -> None:
    """Each type by its own groups, none by those of another; a type that private link doesn't know has none."""
    assert "blob" in private_link.groups(STORAGE) and "vault" not in private_link.groups(STORAGE)
    assert private_link.groups(ArmId(f"{GROUP}/Microsoft.KeyVault/Vaults/v")) == ("vault",)
    assert private_link.groups(ENDPOINT) == ()
