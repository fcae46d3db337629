"""URIs of Azure ML and the places in blob storage that they mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localazure.emulator.arm.errors import ArmError
from localazure.emulator.arm.ids import ArmId
from localazure.emulator.storage.blob_places import ML, BlobPlace, resolve
from localazure.emulator.store import Resource, Store

pytestmark = pytest.mark.client

SUFFIX = "core.example.test"
WORKSPACE = ArmId(f"/subscriptions/s/resourceGroups/g/providers/{ML}/workspaces/w")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A workspace with a blob and a file datastore, and a registry with a model."""
    made = Store(tmp_path / "state.db")
    blob = {"datastoreType": "AzureBlob", "accountName": "acc", "containerName": "con"}
    made.put(Resource(WORKSPACE.child("datastores", "blobs"), {"properties": blob}))
    made.put(Resource(WORKSPACE.child("datastores", "files"), {"properties": {"datastoreType": "AzureFile"}}))
    registry = ArmId(f"/subscriptions/s/resourceGroups/g/providers/{ML}/registries/Reg")
    made.put(Resource(registry, {"properties": {}}))
    uri = f"https://regacc.blob.{SUFFIX}/c0ffee/model"
    made.put(Resource(ArmId(f"{registry}/models/m/versions/1"), {"properties": {"modelUri": uri}}))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("azureml://datastores/blobs/paths/a/b.csv", BlobPlace("acc", "con", "a/b.csv")),
        ("azureml://datastores/blobs/paths/", BlobPlace("acc", "con", "")),
        (
            "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/blobs/paths/a/",
            BlobPlace("acc", "con", "a"),
        ),
        (f"https://acc.blob.{SUFFIX}/con/a%20b/c", BlobPlace("acc", "con", "a b/c")),
        (f"https://acc.blob.{SUFFIX}:443/con/a?sig=x", BlobPlace("acc", "con", "a")),
        (f"wasbs://con@acc.blob.{SUFFIX}/a/b", BlobPlace("acc", "con", "a/b")),
        ("azureml://registries/reg/models/m/versions/1", BlobPlace("regacc", "c0ffee", "model")),
    ],
)
def test_forms(store: Store, uri: str, place: BlobPlace) -> None:
    """Short and long datastore paths, URLs and registry assets, as azure-ai-ml writes them."""
    assert resolve(store, SUFFIX, uri, ArmId(f"{WORKSPACE}/onlineEndpoints/e/deployments/d")) == place


@pytest.mark.parametrize(
    "uri",
    [
        "azureml://datastores/other/paths/a",
        "azureml://datastores/files/paths/a",
        "azureml://registries/reg/models/m/versions/2",
        "https://acc.blob.core.windows.net/con/a",
        "file:///etc/passwd",
    ],
)
def test_what_leads_nowhere_is_refused_by_name(store: Store, uri: str) -> None:
    """A datastore that isn't there or holds no blobs, a version that isn't there, another cloud, another scheme."""
    with pytest.raises(ArmError) as error:
        resolve(store, SUFFIX, uri, WORKSPACE)
    assert error.value.status == 400
    assert uri in error.value.message
