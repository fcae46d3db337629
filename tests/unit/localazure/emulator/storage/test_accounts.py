"""Storage accounts as records, without Azurite."""

from __future__ import annotations

from pathlib import Path

import pytest

from localazure.emulator.arm.ids import ArmId
from localazure.emulator.storage.accounts import Accounts
from localazure.emulator.store import Store

pytestmark = pytest.mark.emulator_only

ID = ArmId("/subscriptions/s/x")


def test_an_account_keeps_its_keys_until_one_is_renewed(tmp_path: Path) -> None:
    """Made twice it stays as it was; a new key replaces that one alone; dropped, it is not there."""
    store = Store(tmp_path / "state.db")
    accounts = Accounts(store)
    accounts.ensure("acc", ID)
    made = accounts.named("acc")
    accounts.ensure("acc", ID)
    assert accounts.named("acc") == made
    for number in (0, 1):
        before = accounts.named("acc").keys
        accounts.regenerate_key("acc", number)
        after = accounts.named("acc").keys
        assert [one == other for one, other in zip(before, after, strict=True)] == [bool(number), not number]
    assert accounts.named("acc").id == ID
    accounts.drop("acc")
    assert accounts.get("acc") is None
    with pytest.raises(KeyError, match="acc"):
        accounts.named("acc")
    store.close()
