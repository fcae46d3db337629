"""The edge to Azure: credential, endpoint, CA and proxy, from the variables that `amlops env` prints.

The clients are imported when they are first needed; each costs between half a second and a second.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .errors import AmlopsError

if TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.credentials import TokenCredential
    from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
    from azure.storage.blob import ContainerClient

PUBLIC_ARM = "https://management.azure.com"
ARM_SCOPE = "https://management.azure.com/.default"
"""Public Azure's audience; the local Azure takes it too."""
ML_SCOPE = "https://ml.azure.com/.default"
"""Audience of a workspace's data planes, MLflow among them."""


@dataclass(frozen=True)
class Azure:
    """`variables` are the process's with those of `amlops env` on top."""

    variables: Mapping[str, str]

    @property
    def is_local(self) -> bool:
        return "ARM_ENDPOINT" in self.variables

    @property
    def endpoint(self) -> str:
        return self.variables.get("ARM_ENDPOINT", PUBLIC_ARM)

    @property
    def subscription(self) -> str:
        """The credential's own subscription. Raises AmlopsError where none is named."""
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
        """For the local Azure its service principal; else whatever azure-identity finds."""
        if not self.is_local:
            from azure.identity import DefaultAzureCredential

            return DefaultAzureCredential()
        from azure.identity import ClientSecretCredential

        return ClientSecretCredential(
            self.variables["AZURE_TENANT_ID"],
            self.variables["AZURE_CLIENT_ID"],
            self.variables["AZURE_CLIENT_SECRET"],
            authority=self.variables["AZURE_AUTHORITY_HOST"],
            disable_instance_discovery=True,
            **self.transport,
        )

    def machine_learning(self, subscription: str | None = None) -> MachineLearningServicesMgmtClient:
        from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

        return MachineLearningServicesMgmtClient(
            self.credential,
            subscription or self.subscription,
            base_url=self.endpoint,
            credential_scopes=[ARM_SCOPE],
            **self.transport,
        )

    def container(self, url: str, credential: Any = None) -> ContainerClient:
        """A blob container by its URL. Without `credential` the URL's own SAS counts, else the caller's identity.

        A local Azure that doesn't answer has ended: it is not waited for as Azure is, which takes more than a minute.
        """
        from azure.storage.blob import ContainerClient, LinearRetry

        if credential is None and "sig=" not in url:
            credential = self.credential
        options = dict(self.transport)
        if self.is_local:
            options["proxies"] = {"https": self.variables["HTTPS_PROXY"]}
            options["retry_policy"] = LinearRetry(backoff=1, retry_total=2, random_jitter_range=0)
        return ContainerClient.from_container_url(url, credential=credential, **options)

    def resource(self, id: str, api_version: str) -> dict[str, Any] | None:
        """A resource by its ARM id; None where there is none. Raises AmlopsError."""
        status, body = self._arm("GET", id, {"api-version": api_version})
        return None if status == 404 or not body else body

    def delete(self, id: str, api_version: str, **query: str) -> bool:
        """Deletes by ARM id and waits. False where there was nothing. Raises AmlopsError."""
        status, _ = self._arm("DELETE", id, {"api-version": api_version, **query})
        return status not in (204, 404)

    def post(self, id: str, api_version: str) -> dict[str, Any]:
        """An action on a resource, by its path. Raises AmlopsError."""
        return self._arm("POST", id, {"api-version": api_version})[1]

    @cached_property
    def _pipeline(self) -> PipelineClient[Any, Any]:
        from azure.core import PipelineClient
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy
        from azure.core.pipeline.transport import RequestsTransport

        verify = {"connection_verify": self.ca} if self.ca else {}
        transport = RequestsTransport(use_env_settings=not self.is_local, **verify)
        policies = [RetryPolicy(), BearerTokenCredentialPolicy(self.credential, ARM_SCOPE)]
        return PipelineClient(self.endpoint, policies=policies, transport=transport)

    def _arm(self, method: str, path: str, query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        import time

        from azure.core.exceptions import AzureError
        from azure.core.rest import HttpRequest

        try:
            response = self._pipeline.send_request(HttpRequest(method, f"{self.endpoint}{path}", params=dict(query)))
            status, body = response.status_code, _body(response.text())
            follow = response.headers.get("Azure-AsyncOperation") or response.headers.get("Location")
            while status < 300 and follow and method != "GET":
                time.sleep(float(response.headers.get("Retry-After", "1")))
                response = self._pipeline.send_request(HttpRequest("GET", follow))
                body = _body(response.text())
                if response.status_code in (200, 204) and str(body.get("status", "Succeeded")) not in _RUNNING:
                    break
                if response.status_code >= 400:
                    status = response.status_code
        except AzureError as error:
            raise AmlopsError(f"Azure did not answer {method} {path}: {error}") from None
        if status >= 400 and status != 404:
            error_body = body.get("error") or {}
            said = f"{error_body.get('code', status)}: {error_body.get('message', response.text()[:500])}"
            raise AmlopsError(f"Azure refused {method} {path}: {said}")
        if body.get("status") in ("Failed", "Canceled"):
            said = (body.get("error") or {}).get("message", body["status"])
            raise AmlopsError(f"{method} {path} ended as {body['status']}: {said}")
        return status, body


_RUNNING = ("InProgress", "Running", "Accepted", "Creating", "Updating", "Deleting")


def _body(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {"value": found}
