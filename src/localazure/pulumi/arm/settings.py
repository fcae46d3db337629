"""The provider's configuration: Pulumi config first, then the environment, as the vendor's plugin reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from localazure.pulumi.arm.loopback import require_loopback
from localazure.pulumi.errors import SettingsError

_PREFIX = "azure-native:config:"
_ENVIRONMENT = {
    "tenantId": "ARM_TENANT_ID",
    "subscriptionId": "ARM_SUBSCRIPTION_ID",
    "clientId": "ARM_CLIENT_ID",
    "clientSecret": "ARM_CLIENT_SECRET",
    "metadataHost": "ARM_METADATA_HOSTNAME",
    "location": "ARM_LOCATION_NAME",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where ARM is and who asks. `ca_file` "" means the system's trust store; `location` "" means none is set."""

    endpoint: str
    tenant_id: str
    subscription_id: str
    client_id: str
    client_secret: str = field(repr=False)
    ca_file: str = ""
    location: str = ""


def read_settings(variables: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises `SettingsError` that names everything missing at once."""
    config = {key.removeprefix(_PREFIX): value for key, value in variables.items()}

    def setting(name: str) -> str:
        return config.get(name) or environment.get(_ENVIRONMENT[name], "")

    host = setting("metadataHost")
    endpoint = environment.get("ARM_ENDPOINT") or (f"https://{host}" if host else "")
    missing = [
        f"azure-native:{name} or {variable}"
        for name, variable in _ENVIRONMENT.items()
        if name not in ("metadataHost", "location") and not setting(name)
    ]
    if not endpoint:
        missing.insert(0, "ARM_ENDPOINT or azure-native:metadataHost")
    if missing:
        raise SettingsError(
            "the local azure-native adapter is not configured: set "
            + "; ".join(missing)
            + " (client secrets are the only credential it takes)"
        )
    return Settings(
        endpoint=require_loopback(endpoint, "the endpoint of Azure Resource Manager"),
        tenant_id=setting("tenantId"),
        subscription_id=setting("subscriptionId"),
        client_id=setting("clientId"),
        client_secret=setting("clientSecret"),
        ca_file=environment.get("SSL_CERT_FILE") or environment.get("REQUESTS_CA_BUNDLE", ""),
        location=setting("location"),
    )
