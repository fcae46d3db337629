"""The provider's configuration: Pulumi config first, then the environment, as the vendor's plugin reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from localazure.pulumi.arm.loopback import require_loopback
from localazure.pulumi.errors import SettingsError

_PREFIX = "azure-native:config:"
_ENVIRONMENT = {
    "tenantId": "ARM_TENANT_ID",
    "subscriptionId": "ARM_SUBSCRIPTION_ID",
    "clientId": "ARM_CLIENT_ID",
    "clientSecret": "ARM_CLIENT_SECRET",
    "useDefaultAzureCredential": "ARM_USE_DEFAULT_AZURE_CREDENTIAL",
    "useOidc": "ARM_USE_OIDC",
    "oidcTokenFilePath": "ARM_OIDC_TOKEN_FILE_PATH",
    "metadataHost": "ARM_METADATA_HOSTNAME",
    "location": "ARM_LOCATION_NAME",
}
_REQUIRED = ("tenantId", "subscriptionId", "clientId")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where ARM is and who asks: by a client secret, or by the federated token that `token_file` holds.

    `ca_file` "" means the system's trust store; `location` "" means none is set.
    """

    endpoint: str
    tenant_id: str
    subscription_id: str
    client_id: str
    client_secret: str = field(repr=False)
    ca_file: str = ""
    location: str = ""
    token_file: str = ""


def read_settings(variables: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises `SettingsError` that names everything missing at once."""
    config = {key.removeprefix(_PREFIX): value for key, value in variables.items()}

    def setting(name: str) -> str:
        return config.get(name) or environment.get(_ENVIRONMENT[name], "")

    host = setting("metadataHost")
    endpoint = environment.get("ARM_ENDPOINT") or (f"https://{host}" if host else "")
    client = setting("clientId") or environment.get("AZURE_CLIENT_ID", "")
    token_file = _token_file(setting, environment)
    found = {"tenantId": setting("tenantId"), "subscriptionId": setting("subscriptionId"), "clientId": client}
    missing = [f"azure-native:{name} or {_ENVIRONMENT[name]}" for name in _REQUIRED if not found[name]]
    if not token_file and not setting("clientSecret"):
        missing.append("azure-native:clientSecret or ARM_CLIENT_SECRET, or ARM_USE_OIDC and ARM_OIDC_TOKEN_FILE_PATH")
    if not endpoint:
        missing.insert(0, "ARM_ENDPOINT or azure-native:metadataHost")
    if missing:
        raise SettingsError(f"the local azure-native adapter is not configured: set {'; '.join(missing)}")
    return Settings(
        endpoint=require_loopback(endpoint, "the endpoint of Azure Resource Manager"),
        tenant_id=found["tenantId"],
        subscription_id=found["subscriptionId"],
        client_id=client,
        client_secret="" if token_file else setting("clientSecret"),
        token_file=token_file,
        ca_file=environment.get("SSL_CERT_FILE") or environment.get("REQUESTS_CA_BUNDLE", ""),
        location=setting("location"),
    )


def _token_file(setting: Callable[[str], str], environment: Mapping[str, str]) -> str:
    """The file with the federated token, "" where a client secret counts.

    The order is the vendor's plugin's (its credential chain, auth.go): azure-identity's default chain where it is asked
    for, a client secret, OIDC. Of the default chain only the workload identity is here.
    """
    federated = environment.get("AZURE_FEDERATED_TOKEN_FILE", "")
    if setting("useDefaultAzureCredential").lower() == "true" and federated:
        return federated
    if setting("clientSecret") or setting("useOidc").lower() != "true":
        return ""
    return setting("oidcTokenFilePath") or federated
