"""A workspace's datastores: from a URI in a body to the blob container behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from amlops.errors import AmlopsError

from .cloud import Cloud
from .holder import Holder, refused

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

ARTIFACTS = "workspaceartifactstore"
"""The datastore that holds what runs log. Source: azure-ai-ml, `_job_ops_helper`."""

_STORE = re.compile(r"^azureml://(?:.*/)?datastores/(?P<store>[^/]+)/paths/(?P<path>.*)$", re.IGNORECASE)
_RUN = re.compile(r"^azureml://jobs/(?P<job>[^/]+)/outputs/(?P<output>[^/]+)(?:/paths/(?P<path>.*))?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a datastore."""

    datastore: str
    path: str


def run_artifacts(job: str, path: str = "") -> Place:
    """Where a run's logs and artifacts lie. Source: azure-ai-ml, `ExperimentRun/dcid.{job}`."""
    return Place(ARTIFACTS, f"ExperimentRun/dcid.{job}/{path}".rstrip("/"))


def place_of(uri: str) -> Place | None:
    """The place that an `azureml://` URI names, None for a plain address. Raises AmlopsError for any other URI."""
    if match := _STORE.match(uri):
        return Place(match["store"], match["path"].rstrip("/"))
    if match := _RUN.match(uri):
        if match["output"] in ("artifacts", "default"):
            return run_artifacts(match["job"], (match["path"] or "").rstrip("/"))
        return Place(
            "workspaceblobstore", f"azureml/{match['job']}/{match['output']}/{match['path'] or ''}".rstrip("/")
        )
    if uri.startswith("https://"):
        return None
    raise AmlopsError(f'"{uri}" names no datastore, job output or storage address; nothing can be read from it')


def open_datastore(cloud: Cloud, workspace: Holder, name: str) -> ContainerClient:
    """The container behind a datastore, opened with the credential it holds, else with the caller's identity.

    The account's name goes along with its key: the client only finds it in hosts of Azure's own clouds. Raises
    AmlopsError: no such datastore, not a blob container, or listing its secrets is refused.
    """
    from azure.core.exceptions import AzureError
    from azure.mgmt.machinelearningservices import models

    try:
        store = workspace.client.datastores.get(workspace.group, workspace.name, name).properties
        if not isinstance(store, models.AzureBlobDatastore):
            raise AmlopsError(f"the datastore {name} of {workspace.name} is no blob container; only those can be read")
        secrets = None
        if not isinstance(store.credentials, models.NoneDatastoreCredentials):
            secrets = workspace.client.datastores.list_secrets(workspace.group, workspace.name, name)
    except AzureError as error:
        refused(f"opening the datastore {name} of {workspace.name}", error)
    host = f"{store.account_name}.blob.{store.endpoint or 'core.windows.net'}"
    url = f"{store.protocol or 'https'}://{host}/{store.container_name}"
    if isinstance(secrets, models.SasDatastoreSecrets) and secrets.sas_token:
        return cloud.container(f"{url}?{secrets.sas_token.lstrip('?')}")
    if isinstance(secrets, models.AccountKeyDatastoreSecrets) and secrets.key:
        return cloud.container(url, credential={"account_name": store.account_name, "account_key": secrets.key})
    return cloud.container(url)


def open_uri(cloud: Cloud, workspace: Holder, uri: str) -> tuple[ContainerClient, str]:
    """The container and the path in it that a URI names."""
    place = place_of(uri)
    if place is not None:
        return open_datastore(cloud, workspace, place.datastore), place.path
    parts = urlsplit(uri)
    container, _, path = unquote(parts.path).strip("/").partition("/")
    query = f"?{parts.query}" if parts.query else ""
    return cloud.container(f"{parts.scheme}://{parts.netloc}/{container}{query}"), path.rstrip("/")
