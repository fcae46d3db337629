"""Storage accounts and their keys: records made by the ARM type or by a registry.

What lies in an account is Azurite's (`blobs`).
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, replace
from typing import Any

from ..arm.ids import ArmId
from ..store import Store

_KIND = "storage-account"


@dataclass(frozen=True, slots=True)
class Account:
    """One account. Keys are base64."""

    name: str
    id: ArmId  # where its roles are looked for
    keys: tuple[str, str]
    secret: str  # user delegation keys derive from it


class Accounts:
    """The accounts by their names, which are the whole cloud's."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, name: str) -> Account | None:
        record: dict[str, Any] | None = self._store.record(_KIND, name)
        if record is None:
            return None
        first, second = record["keys"]
        return Account(name, ArmId(record["id"]), (first, second), record["secret"])

    def named(self, name: str) -> Account:
        """Raises KeyError where there is no such account."""
        found = self.get(name)
        if found is None:
            raise KeyError(f"there is no storage account '{name}'")
        return found

    def ensure(self, name: str, id: ArmId) -> None:
        """Make the account if it isn't there."""
        if self.get(name) is None:
            self._write(Account(name, id, (_key(), _key()), _key()))

    def regenerate_key(self, name: str, number: int) -> None:
        """Replace key 0 or 1; signatures and requests made with the old one are refused from now on."""
        account = self.named(name)
        first, second = account.keys
        keys = (first, _key()) if number else (_key(), second)
        self._write(replace(account, keys=keys))

    def drop(self, name: str) -> None:
        self._store.drop_record(_KIND, name)

    def _write(self, account: Account) -> None:
        record = {"id": account.id.text, "keys": account.keys, "secret": account.secret}
        self._store.set_record(_KIND, account.name, record)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(64)).decode()
