"""The store: casing, cascades, transactions."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from localazure.emulator.arm.ids import ArmId
from localazure.emulator.store import Resource, Store

pytestmark = pytest.mark.emulator_only

GROUP = "/subscriptions/s/resourceGroups/Group"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/v"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "state.db")
    for path in (GROUP, VAULT, f"{VAULT}/secrets/a", f"{GROUP}2", "/subscriptions/s/resourceGroups/other"):
        found.put(Resource(ArmId(path), {"properties": {}}))
    return found


def test_ids_are_found_in_any_case_and_keep_their_first_one(store: Store) -> None:
    """A later write in other casing changes the body, not the id."""
    store.put(Resource(ArmId(GROUP.upper()), {"tags": {"a": "b"}}))
    found = store.get(GROUP.lower())
    assert found is not None
    assert (found.id.text, found.body) == (GROUP, {"tags": {"a": "b"}})


def test_a_new_etag_with_every_write(store: Store) -> None:
    """Equal bodies or not."""
    first = store.get(VAULT)
    assert first is not None
    assert store.put(first).etag != first.etag


def test_a_delete_takes_what_is_below(store: Store) -> None:
    """And not what only begins with the same letters."""
    store.delete(GROUP)
    assert store.get(f"{VAULT}/secrets/a") is None
    assert store.get(f"{GROUP}2") is not None


def test_parents_come_before_their_children(store: Store) -> None:
    """In `below`, so that its reverse is the order to delete in."""
    assert [r.id.name for r in store.below(GROUP)] == ["v", "a"]
    assert [r.id.name for r in store.children(VAULT)] == ["a"]
    assert [r.id.name for r in store.of_type("microsoft.keyvault/VAULTS", GROUP)] == ["v"]


def test_all_or_nothing(store: Store) -> None:
    """What fails inside a transaction, at any depth, leaves no trace, and the next one works."""
    with pytest.raises(RuntimeError), store.transaction():
        store.delete(VAULT)
        with store.transaction():
            store.set_record("kind", "key", 1)
        raise RuntimeError
    assert store.get(VAULT) is not None
    assert store.record("kind", "key") is None
    with store.transaction():
        store.set_record("kind", "KEY", 2)
    assert store.records("kind") == {"key": 2}


def test_a_full_disk_leaves_the_store_usable(tmp_path: Path, store: Store) -> None:
    """A write that does not fit raises and changes nothing; smaller ones and reads go on."""
    store._db.execute(f"PRAGMA max_page_count={store._db.execute('PRAGMA page_count').fetchone()[0] + 4}")
    with pytest.raises(sqlite3.OperationalError, match="full"), store.transaction():
        store.set_record("small", "a", 1)
        store.set_record("big", "b", "x" * 1_000_000)
    assert store.record("small", "a") is None
    store.set_record("small", "a", 1)
    assert store.record("small", "a") == 1


def test_version_grows_with_changes_of_its_type(store: Store) -> None:
    """For caches: a change of another type leaves it, a delete of anything does not."""
    before = store.version("Microsoft.KeyVault/vaults")
    store.put(Resource(ArmId("/subscriptions/s/resourceGroups/third"), {}))
    assert store.version("Microsoft.KeyVault/vaults") == before
    store.delete("/subscriptions/s/resourceGroups/third")
    assert store.version("Microsoft.KeyVault/vaults") > before
