"""The parts of the local Azure, put together: what a behaviour reaches through `call.cloud`.

It has three layers, each a class and all of them one object: `Ground`, `Workshop` upon it, and the cloud. What belongs
to a layer is typed by the layer below, and so can't reach what stands above it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .workshop import Workshop

if TYPE_CHECKING:
    from .faults import Faults
    from .jobs import Jobs
    from .monitor.activity import Activity
    from .operations import Operations
    from .scoring import Scoring
    from .tables import Tables
    from .trace import Trace
    from .types.catalogue import Catalogue


@dataclass(slots=True)
class Cloud(Workshop):
    """One local Azure. `app.build` makes it and sets the parts, the lower layers first; no state is module-level."""

    tables: Tables = field(init=False)  # what operations there are, by Azure's SDKs
    types: Catalogue = field(init=False)  # what resource types do beyond their tables
    operations: Operations = field(init=False)  # long-running operations
    faults: Faults = field(init=False)
    trace: Trace = field(init=False)  # the latest requests, for tests
    activity: Activity = field(init=False)  # who did what through ARM
    jobs: Jobs = field(init=False)
    scoring: Scoring = field(init=False)  # deployments that serve
