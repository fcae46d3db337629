"""What this local Azure is: tenant, subscription, locations, host suffixes, ports. Made once, kept in the store."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import asdict, dataclass

from .store import Store

LOCATIONS = ("westeurope", "northeurope", "swedencentral", "eastus", "eastus2", "westus2", "global")
DOMAIN = "localazure.test"


@dataclass(frozen=True, slots=True)
class Settings:
    """Constant over restarts, but for the ports, which are chosen anew where somebody else took them."""

    tenant_id: str
    subscription_id: str
    control_secret: str
    port: int
    proxy_port: int

    @property
    def base_url(self) -> str:
        """Where everything but blobs is served, without a slash at the end."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def storage_suffix(self) -> str:
        """`core.…`, as Azure's: azure-storage-blob finds the account's name before `.blob.core.`."""
        return f"core.{DOMAIN}"

    def blob_host(self, account: str) -> str:
        return f"{account}.blob.{self.storage_suffix}"


def load(store: Store, *, port: int, proxy_port: int) -> Settings:
    """The settings of the store, with these ports; made at the first start."""
    kept = store.record("settings", "cloud") or {
        "tenant_id": str(uuid.uuid4()),
        "subscription_id": str(uuid.uuid4()),
        "control_secret": secrets.token_urlsafe(24),
    }
    settings = Settings(**{**kept, "port": port, "proxy_port": proxy_port})
    store.set_record("settings", "cloud", asdict(settings))
    return settings
