"""A workspace or an ML registry as a holder of asset versions: the same four verbs for both."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from amlops.errors import AmlopsError

from .release import Asset

if TYPE_CHECKING:
    from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

_OPERATIONS = {
    "codes": "code_versions",
    "models": "model_versions",
    "environments": "environment_versions",
    "data": "data_versions",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a version's files go: a container URL with a SAS, and the same place without it."""

    sas_url: str
    blob_uri: str


@dataclass(frozen=True, slots=True)
class Holder:
    """`collection` in the verbs is ARM's word: codes, models, environments or data. Bodies are in wire names."""

    client: MachineLearningServicesMgmtClient
    group: str
    name: str
    is_registry: bool

    def asset_id(self, collection: str, name: str, version: str) -> str:
        """How others refer to a version: `azureml://registries/…`, or `azureml:name:version` in a workspace."""
        if self.is_registry:
            return f"azureml://registries/{self.name}/{collection}/{name}/versions/{version}"
        return f"azureml:{name}:{version}"

    def get(self, collection: str, name: str, version: str) -> dict[str, Any] | None:
        """The version, None where there is none. Raises AmlopsError for any other refusal."""
        from azure.core.exceptions import AzureError, ResourceNotFoundError

        try:
            found: dict[str, Any] = self._verb(collection, "get")(self.group, self.name, name, version, cls=as_sent)
        except ResourceNotFoundError:
            return None
        except AzureError as error:
            refused(f"reading {collection}/{name}:{version} of {self._shown}", error)
        return found

    def lacks(self, asset: Asset) -> bool:
        """Whether the asset is of this registry and isn't there. Raises AmlopsError."""
        return asset.registry == self.name and self.get(asset.collection, asset.name, asset.version) is None

    def put(self, collection: str, name: str, version: str, body: dict[str, Any]) -> dict[str, Any]:
        """Creates the version and waits until it is there. Raises AmlopsError."""
        from azure.core.exceptions import AzureError

        sent = io.BytesIO(json.dumps(body).encode())
        try:
            if self.is_registry:
                self._verb(collection, "begin_create_or_update")(
                    self.group, self.name, name, version, sent, polling_interval=1
                ).result()
            else:
                self._verb(collection, "create_or_update")(self.group, self.name, name, version, sent)
        except AzureError as error:
            refused(f"publishing {collection}/{name}:{version} to {self._shown}", error)
        found = self.get(collection, name, version)
        state = (found or {}).get("properties", {}).get("provisioningState", "Succeeded")
        if found is None or state not in ("Succeeded", "Updating", "Creating"):
            raise AmlopsError(f"publishing {collection}/{name}:{version} to {self._shown} ended as {state}")
        return found

    def pending_upload(self, collection: str, name: str, version: str) -> Upload:
        """Asks for a place to upload a version's files to. Raises AmlopsError."""
        from azure.core.exceptions import AzureError

        sent = io.BytesIO(json.dumps({"pendingUploadType": "TemporaryBlobReference"}).encode())
        try:
            answer = self._verb(collection, "create_or_get_start_pending_upload")(
                self.group, self.name, name, version, sent, cls=as_sent
            )
        except AzureError as error:
            refused(f"asking {self._shown} where to upload {collection}/{name}:{version}", error)
        place = answer["blobReferenceForConsumption"]
        return Upload(place["credential"]["sasUri"], place["blobUri"])

    @property
    def _shown(self) -> str:
        return f"the {'registry' if self.is_registry else 'workspace'} {self.name}"

    def _verb(self, collection: str, verb: str) -> Any:
        group = ("registry_" if self.is_registry else "") + _OPERATIONS[collection]
        return getattr(getattr(self.client, group), verb)


def refused(doing: str, error: Any) -> NoReturn:
    """Raises what Azure answered, or that it did not answer, as one message."""
    answer = getattr(error, "error", None)
    message = getattr(answer, "message", None) or getattr(error, "message", None) or str(error)
    code = getattr(answer, "code", None) or getattr(error, "status_code", None)
    said = f"Azure answered {code}" if code else "Azure did not answer"
    raise AmlopsError(f"{doing}: {said}: {' '.join(str(message).split())}") from error


def as_sent(response: Any, *rest: Any) -> Any:
    """For a client's `cls`: the answer as it came over the wire, since the client's types drop what they don't know."""
    return json.loads(response.http_response.text())
