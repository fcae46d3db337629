"""The workshop of the local Azure: the ground, and what jobs and deployments read and write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .ground import Ground

if TYPE_CHECKING:
    from .storage.blobs import Blobs
    from .tracking import Tracking


@dataclass(slots=True)
class Workshop(Ground):
    """The cloud as jobs and deployments know it."""

    blobs: Blobs = field(init=False)  # Azurite behind the gate
    tracking: Tracking = field(init=False)  # the MLflow server
