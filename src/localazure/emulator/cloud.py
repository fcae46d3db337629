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
    from .identity import Identity
    from .jobs import Jobs
    from .operations import Operations
    from .processes import Processes
    from .scoring import Scoring
    from .settings import Settings
    from .store import Store
    from .tracking import Tracking


@dataclass(slots=True)
class Cloud:
    """One local Azure. Built once in `app.build`; nothing here is module-level state."""

    home: Path  # everything the emulator writes lies below
    settings: Settings  # tenant, subscription, locations, suffixes, base URL
    store: Store
    clock: Clock
    operations: Operations  # long-running operations
    identity: Identity  # principals, tokens
    access: Access  # role assignments → allowed or not
    processes: Processes  # child processes that end with the emulator
    blobs: Blobs  # Azurite behind the gate
    environments: Environments  # conda file → lock → interpreter
    jobs: Jobs
    tracking: Tracking  # the MLflow server
    scoring: Scoring  # deployments that serve
