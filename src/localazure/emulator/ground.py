"""The ground of the local Azure: where it keeps what, who may do what, and what it runs on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .access import Access
    from .clock import Clock
    from .environments import Environments
    from .identity import Identity
    from .processes import Processes
    from .settings import Settings
    from .storage.accounts import Accounts
    from .store import Store


@dataclass(slots=True)
class Ground:
    """The cloud as storage and tracking know it."""

    home: Path  # everything the emulator writes lies below
    settings: Settings  # tenant, subscription, locations, suffixes, base URL
    store: Store
    clock: Clock
    identity: Identity = field(init=False)  # principals, tokens
    access: Access = field(init=False)  # role assignments → allowed or not
    processes: Processes = field(init=False)  # child processes that end with the emulator
    accounts: Accounts = field(init=False)  # of storage, with their keys
    environments: Environments = field(init=False)  # conda file → lock → interpreter
