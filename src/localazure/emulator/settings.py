"""What this local Azure is: tenant, subscriptions, locations, host suffixes, ports. Made once, kept in the store."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .store import Store

LOCATIONS = ("westeurope", "northeurope", "swedencentral", "eastus", "eastus2", "westus2", "global")
DOMAIN = "localazure.test"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class SettingsError(Exception):
    """What was asked for is no tenant or subscription, or this home has others."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Constant over restarts, but for the ports, which are chosen anew where somebody else took them."""

    tenant_id: str
    subscription_ids: tuple[str, ...]  # in lower case; every one of them behaves alike
    control_secret: str
    port: int
    proxy_port: int

    @property
    def subscription_id(self) -> str:
        """The first one: what is meant where nobody names one."""
        return self.subscription_ids[0]

    @property
    def base_url(self) -> str:
        """Where everything but blobs is served, without a slash at the end."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def storage_suffix(self) -> str:
        """`core.…`, as Azure's: azure-storage-blob finds the account's name before `.blob.core.`."""
        return f"core.{DOMAIN}"

    @property
    def vault_suffix(self) -> str:
        """What stands behind a vault's name in its host, as `suffixes.keyVaultDns` of a cloud's metadata."""
        return f"vault.{DOMAIN}"

    def has_subscription(self, subscription: str) -> bool:
        return subscription.lower() in self.subscription_ids


def load(
    store: Store, *, port: int, proxy_port: int, tenant: str | None = None, subscriptions: Sequence[str] = ()
) -> Settings:
    """The settings of the store, with these ports; made at the first start, of what is asked for or of new ids.

    Raises SettingsError where this home has another tenant or other subscriptions than those asked for.
    """
    asked = tuple(dict.fromkeys(_uuid("subscription", one) for one in subscriptions))
    wanted = _uuid("tenant", tenant) if tenant is not None else None
    kept: dict[str, Any] | None = store.record("settings", "cloud")
    if kept is None:
        kept = {
            "tenant_id": wanted or str(uuid.uuid4()),
            "subscription_ids": asked or (str(uuid.uuid4()),),
            "control_secret": secrets.token_urlsafe(24),
        }
    settings = Settings(
        tenant_id=kept["tenant_id"],
        subscription_ids=tuple(kept.get("subscription_ids") or (kept["subscription_id"],)),  # older homes have one
        control_secret=kept["control_secret"],
        port=port,
        proxy_port=proxy_port,
    )
    refuse_other(settings.tenant_id, settings.subscription_ids, wanted, asked)
    store.set_record("settings", "cloud", asdict(settings))
    return settings


def refuse_other(
    tenant: str, subscriptions: Sequence[str], wanted_tenant: str | None, wanted_subscriptions: Sequence[str]
) -> None:
    """Raises SettingsError unless what is asked for, if anything, is what this home has."""
    asked = tuple(dict.fromkeys(one.lower() for one in wanted_subscriptions))
    other = []
    if wanted_tenant is not None and wanted_tenant.lower() != tenant:
        other.append(f"the tenant {tenant}, not {wanted_tenant}")
    if asked and asked != tuple(subscriptions):
        other.append(f"the subscriptions {', '.join(subscriptions)}, not {', '.join(asked)}")
    if other:
        raise SettingsError(
            f"this home was first started with {' and '.join(other)}; leave --tenant and --subscription away, "
            "use another home, or reset this one"
        )


def _uuid(what: str, text: str) -> str:
    if _UUID.fullmatch(text.lower()) is None:
        raise SettingsError(f"--{what}: '{text}' is no id of a {what}; it has the form of a UUID")
    return text.lower()
