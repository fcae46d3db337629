"""The subscription that a run is about: Azure's own, or of the local Azure that stands in for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from amlops.azure import Azure
from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.local_azure import LocalAzure, Running
from amlops.stacks import variables
from amlops.workflows.session import STAND_IN

from .environment import Wanted, new_run

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".local" / "verify-azure"
"""A folder for each run: its answers, its log, and while it goes on its clone."""
_SUBSCRIPTIONS = "2022-12-01"


@dataclass(frozen=True)
class Cloud:
    azure: Azure
    subscription: str
    tenant: str

    @property
    def scope(self) -> str:
        return f"/subscriptions/{self.subscription}"

    @property
    def local(self) -> bool:
        return self.azure.is_local


def open_cloud(subscription: str, process: Mapping[str, str] = os.environ) -> Cloud:
    """Asks for the subscription, as whoever azure-identity's default chain finds. Raises AmlopsError."""
    running = _stand_in(subscription, process)
    if running is None:
        azure = Azure({**process, "ARM_SUBSCRIPTION_ID": subscription})
        found = azure.resource(f"/subscriptions/{subscription}", _SUBSCRIPTIONS)
        if found is None:
            raise AmlopsError(f"there is no subscription {subscription} for who is logged in", exit_code=2)
        tenant = str(found["tenantId"])
    else:
        tenant = running.tenant_id
    nothing = Wanted(new_run(), subscription, tenant, "westeurope", "Standard_DS2_v2", tenant, 1, datetime.now(UTC))
    reached = variables(Repository(ROOT), nothing.environment, running, process)
    return Cloud(Azure({**process, **reached}), subscription, tenant)


def _stand_in(subscription: str, process: Mapping[str, str]) -> Running | None:
    home = process.get(STAND_IN)
    if not home:
        return None
    running = LocalAzure(Path(home)).status()
    if running is None or subscription not in running.subscriptions:
        message = f"{STAND_IN}: no local Azure with the subscription {subscription} runs at {home}"
        raise AmlopsError(f"{message}; start it or unset the variable", exit_code=3)
    return running
