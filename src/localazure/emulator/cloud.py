"""The parts of the local Azure, put together: what a behaviour reaches through `call.cloud`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .access import Access
    from .clock import Clock
    from .environments import Environments
    from .faults import Faults
    from .identity import Identity
    from .jobs import Jobs
    from .monitor.activity import Activity
    from .operations import Operations
    from .processes import Processes
    from .scoring import Scoring
    from .settings import Settings
    from .storage.blobs import Blobs
    from .store import Store
    from .tables import Tables
    from .trace import Trace
    from .tracking import Tracking
    from .types.catalogue import Catalogue


@dataclass(slots=True)
class Cloud:
    """One local Azure. `app.build` makes it and sets the parts in this order; nothing is module-level state."""

    home: Path  # everything the emulator writes lies below
    settings: Settings  # tenant, subscription, locations, suffixes, base URL
    store: Store
    clock: Clock
    tables: Tables = field(init=False)  # what operations there are, by Azure's SDKs
    types: Catalogue = field(init=False)  # what resource types do beyond their tables
    operations: Operations = field(init=False)  # long-running operations
    faults: Faults = field(init=False)
    identity: Identity = field(init=False)  # principals, tokens
    access: Access = field(init=False)  # role assignments → allowed or not
    trace: Trace = field(init=False)  # the latest requests, for tests
    activity: Activity = field(init=False)  # who did what through ARM
    processes: Processes = field(init=False)  # child processes that end with the emulator
    blobs: Blobs = field(init=False)  # Azurite behind the gate
    environments: Environments = field(init=False)  # conda file → lock → interpreter
    tracking: Tracking = field(init=False)  # the MLflow server
    jobs: Jobs = field(init=False)
    scoring: Scoring = field(init=False)  # deployments that serve
