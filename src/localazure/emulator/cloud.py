"""The parts of the local Azure, put together: what a behaviour reaches through `call.cloud`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .access import Access
    from .blobs import Blobs
    from .clock import Clock
    from .environments import Environments
    from .faults import Faults
    from .identity import Identity
    from .jobs import Jobs
    from .operations import Operations
    from .processes import Processes
    from .scoring import Scoring
    from .settings import Settings
    from .store import Store
    from .tables import Tables
    from .tracking import Tracking
    from .types.catalogue import Catalogue


@dataclass(slots=True)
class Cloud:
    """One local Azure. Built once in `app.build`; nothing here is module-level state."""

    home: Path  # everything the emulator writes lies below
    settings: Settings  # tenant, subscription, locations, suffixes, base URL
    store: Store
    clock: Clock
    tables: Tables  # what operations there are, by Azure's SDKs
    types: Catalogue  # what resource types do beyond their tables
    operations: Operations  # long-running operations
    faults: Faults
    identity: Identity  # principals, tokens
    access: Access  # role assignments → allowed or not
    processes: Processes  # child processes that end with the emulator
    blobs: Blobs  # Azurite behind the gate
    environments: Environments  # conda file → lock → interpreter
    tracking: Tracking  # the MLflow server
    jobs: Jobs
    scoring: Scoring  # deployments that serve
