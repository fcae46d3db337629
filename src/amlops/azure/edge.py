"""One cloud as one caller sees it: its clients, from the variables that `amlops env` prints.

The clients are imported when they are first needed; each costs between half a second and a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from amlops.errors import AmlopsError

from .arm import Arm, Channel
from .clock import ServerClock
from .credential import make_credential
from .rehearsed import RehearsedCredential, asking_again
from .vault import Vault

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
    from azure.storage.blob import BlobServiceClient, ContainerClient


PUBLIC_ARM = "https://management.azure.com"
ARM_SCOPE = "https://management.azure.com/.default"
"""Public Azure's audience; the local Azure takes it too."""
ML_SCOPE = "https://ml.azure.com/.default"
"""Audience of a workspace's data planes, MLflow among them, and of endpoints with AADToken."""
VAULT_SCOPE = "https://vault.azure.net/.default"

_EARLIER = timedelta(minutes=15)
"""A signature is valid from so long ago on: Azure's storage hosts need not agree on the time."""


@dataclass(frozen=True)
class Azure:
    """`variables` are the process's with those of `amlops env` on top."""

    variables: Mapping[str, str]

    @property
    def is_local(self) -> bool:
        """Whether this cloud is a local Azure, whatever environment it stands in for."""
        return bool(self.variables.get("ARM_ENDPOINT"))

    @property
    def endpoint(self) -> str:
        return self.variables.get("ARM_ENDPOINT") or PUBLIC_ARM

    @property
    def subscription(self) -> str:
        """The environment's own subscription. Raises AmlopsError where none is named."""
        found = self.variables.get("ARM_SUBSCRIPTION_ID")
        if not found:
            raise AmlopsError('no subscription is named; run `eval "$(amlops env ENVIRONMENT)"`', exit_code=2)
        return found

    @property
    def ca(self) -> str | None:
        """Path of the local Azure's CA; None where the system's are meant."""
        return self.variables.get("REQUESTS_CA_BUNDLE") if self.is_local else None

    @property
    def transport(self) -> dict[str, Any]:
        """Keyword arguments by which Azure's Python clients trust the CA and keep to loopback."""
        return {"connection_verify": self.ca, "use_env_settings": False} if self.is_local else {}

    @cached_property
    def credential(self) -> TokenCredential:
        """A federated token's file where one is named, the local Azure's secret, else what azure-identity finds."""
        if not self.is_local:
            return make_credential(self.variables, self.transport, local=False)
        return RehearsedCredential(
            lambda: make_credential(self.variables, self.transport, local=True), self._clock.known
        )

    def machine_learning(self, subscription: str | None = None) -> MachineLearningServicesMgmtClient:
        from azure.core.pipeline.policies import CustomHookPolicy
        from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

        def heard(response: Any) -> None:
            self._clock.heard(response.http_response.headers.get("Date"))

        again = [asking_again(self._clock.heard)] if self.is_local else []
        return MachineLearningServicesMgmtClient(
            self.credential,
            subscription or self.subscription,
            base_url=self.endpoint,
            credential_scopes=[ARM_SCOPE],
            per_call_policies=again,
            per_retry_policies=[CustomHookPolicy(raw_response_hook=heard)],
            **self.transport,
        )

    # -- resources by their ARM id ----------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The server's time, UTC, by ARM's last answer; asks where there was none lately. Raises AmlopsError."""
        return self._clock.now()

    def resource(self, id: str, api_version: str, **query: str) -> dict[str, Any] | None:
        """A resource by its ARM id; None where there is none. Raises AzureRefused."""
        return self._arm.get(id, api_version, **query)

    def listed(self, id: str, api_version: str, **query: str) -> tuple[dict[str, Any], ...]:
        """All of a list, page after page; () where there is no such list. Raises AzureRefused."""
        page = self._arm.get(id, api_version, **query)
        found: list[dict[str, Any]] = []
        while page is not None:
            found.extend(page.get("value") or ())
            follow = page.get("nextLink")
            page = self._arm.follow(str(follow)) if follow else None
        return tuple(found)

    def put(self, id: str, api_version: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Makes or replaces a resource and waits until it is there; gives it. Raises AzureRefused."""
        return self._arm.write("PUT", id, api_version, dict(body)).body

    def delete(self, id: str, api_version: str, **query: str) -> bool:
        """Deletes by ARM id and waits. False where there was nothing. Raises AzureRefused."""
        return self._arm.write("DELETE", id, api_version, **query).status not in (204, 404)

    def post(self, id: str, api_version: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """An action on a resource, by its path; waits where it runs long. Raises AzureRefused."""
        return self._arm.write("POST", id, api_version, None if body is None else dict(body)).body

    # -- data planes ------------------------------------------------------------------------------------------------

    def vault(self, name: str) -> Vault:
        """A Key Vault's secrets, as the caller's roles let it see them."""
        return Vault(self._channel(f"https://{name}.{self.vault_suffix}", VAULT_SCOPE, proxy=True))

    def container(self, url: str, credential: Any = None) -> ContainerClient:
        """A blob container by its URL. Without `credential` the URL's own SAS counts, else the caller's identity.

        A local Azure that doesn't answer has ended: it is not waited for as Azure is, which takes more than a minute.
        """
        from azure.storage.blob import ContainerClient

        if credential is None and "sig=" not in url:
            credential = self.credential
        return ContainerClient.from_container_url(url, credential=credential, **self._blob_options())

    def container_signature(self, account: str, container: str, life: timedelta) -> str:
        """A shared access signature for one container, signed as the caller, whose roles bound it: read, write, delete
        and list until `life` from now. Azure's longest is 7 days. Raises AmlopsError.

        Source: Storage REST, "Create a user delegation SAS": the key needs `generateUserDelegationKey` on the account.
        """
        from azure.core.exceptions import AzureError
        from azure.storage.blob import ContainerSasPermissions, generate_container_sas

        now = self.now().replace(microsecond=0)
        start, expiry = now - _EARLIER, now + life
        try:
            with self._blobs(account) as service:
                key = service.get_user_delegation_key(start, expiry)
        except AzureError as error:
            said = str(error).partition("\n")[0]
            raise AmlopsError(f"the storage account {account} lets this caller sign nothing: {said}") from None
        return generate_container_sas(
            account,
            container,
            user_delegation_key=key,
            permission=ContainerSasPermissions(read=True, add=True, create=True, write=True, delete=True, list=True),
            start=start,
            expiry=expiry,
            protocol="https",
        )

    @cached_property
    def storage_suffix(self) -> str:
        """What stands behind `<account>.blob.` in a host."""
        return str(self._suffixes["storage"])

    @cached_property
    def vault_suffix(self) -> str:
        """What stands behind a vault's name in a host."""
        return str(self._suffixes["keyVaultDns"]).lstrip(".")

    # -- inside -----------------------------------------------------------------------------------------------------

    @cached_property
    def _suffixes(self) -> Mapping[str, Any]:
        if not self.is_local:
            return {"storage": "core.windows.net", "keyVaultDns": "vault.azure.net"}
        found = self._arm.get("/metadata/endpoints", "2022-09-01")
        if found is None or "suffixes" not in found:
            raise AmlopsError(f"{self.endpoint} does not say where its vaults and its storage are")
        suffixes: Mapping[str, Any] = found["suffixes"]
        return suffixes

    @cached_property
    def _clock(self) -> ServerClock:
        return ServerClock(lambda: self._arm.ask_time())

    @cached_property
    def _arm(self) -> Arm:
        return Arm(self._channel(self.endpoint, ARM_SCOPE), self._clock)

    def _channel(self, endpoint: str, scope: str, *, proxy: bool = False) -> Channel:
        through = self.variables["HTTPS_PROXY"] if proxy and self.is_local else None
        return Channel(
            endpoint,
            self.credential,
            scope,
            ca=self.ca,
            proxy=through,
            local=self.is_local,
            heard=self._clock.heard,
        )

    def _blobs(self, account: str) -> BlobServiceClient:
        from azure.storage.blob import BlobServiceClient

        url = f"https://{account}.blob.{self.storage_suffix}"
        return BlobServiceClient(url, credential=self.credential, **self._blob_options())

    def _blob_options(self) -> dict[str, Any]:
        options = dict(self.transport)
        if self.is_local:
            from azure.storage.blob import LinearRetry

            options["proxies"] = {"https": self.variables["HTTPS_PROXY"]}
            options["retry_policy"] = LinearRetry(backoff=1, retry_total=2, random_jitter_range=0)
        return options
