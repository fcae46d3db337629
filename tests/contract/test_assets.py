"""azure-ai-ml's unmodified client publishes assets from local files, into a workspace and into a registry."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient, models
from azure.mgmt.storage import StorageManagementClient

from tests.support.cloud import LocalCloud
from tests.support.ml_client import pointed

from .azure_platform import Platform
from .test_arm_resources import unique

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

pytestmark = [pytest.mark.client, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def ml(cloud: LocalCloud, platform: Platform) -> Iterator[MLClient]:
    """The client of the workspace."""
    from azure.ai.ml import MLClient

    with pointed(cloud):
        yield MLClient(cloud.credential(), cloud.subscription_id, platform.group, platform.workspace)


@pytest.fixture(scope="module")
def registry(cloud: LocalCloud, platform: Platform, ml: MLClient) -> MLClient:
    """The client of a registry of its own, inside the environment of `ml`."""
    from azure.ai.ml import MLClient

    name = unique("reg")
    body = models.Registry(
        location=cloud.location,
        identity=models.ManagedServiceIdentity(type="SystemAssigned"),
        region_details=[models.RegistryRegionArmDetails(location=cloud.location)],
    )
    with cloud.client(MachineLearningServicesMgmtClient) as client:
        client.registries.begin_create_or_update(platform.group, name, body).result()
    return MLClient(cloud.credential(), registry_name=name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model of two files, a data file, a code folder, a conda file."""
    (tmp_path / "model/deep").mkdir(parents=True)
    (tmp_path / "model/a.pkl").write_bytes(b"weights")
    (tmp_path / "model/deep/b.txt").write_text("b")
    (tmp_path / "data.csv").write_text(f"a,b\n1,{uuid.uuid4().hex}\n")
    (tmp_path / "code").mkdir()
    (tmp_path / "code/score.py").write_text(f"# {uuid.uuid4().hex}\n")
    (tmp_path / "conda.yml").write_text("name: e\ndependencies: [python=3.11]\n")
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_default_datastores(ml: MLClient, cloud: LocalCloud, platform: Platform) -> None:
    """A workspace is born with four; the default one is a container on its own account, with a key."""
    assert {store.name for store in ml.datastores.list()} == {
        "workspaceartifactstore",
        "workspaceblobstore",
        "workspacefilestore",
        "workspaceworkingdirectory",
    }
    default = ml.datastores.get_default(include_secrets=True)
    assert (default.name, default.account_name) == ("workspaceblobstore", platform.storage)
    with cloud.client(StorageManagementClient) as client:
        keys = client.storage_accounts.list_keys(platform.group, platform.storage)["keys"]
    assert default.credentials.account_key == keys[0]["value"]


def test_a_datastore_keeps_its_secret(ml: MLClient, platform: Platform) -> None:
    """A datastore of one's own: its key is answered by listSecrets only; its container can't be changed."""
    from azure.ai.ml.entities import AccountKeyConfiguration, AzureBlobDatastore

    given: dict[str, Any] = {
        "account_name": platform.storage,
        "credentials": AccountKeyConfiguration(account_key="a2V5"),
    }
    ml.datastores.create_or_update(AzureBlobDatastore(name="own", container_name="one", **given))
    assert ml.datastores.get("own").credentials.account_key is None
    assert ml.datastores.get("own", include_secrets=True).credentials.account_key == "a2V5"
    with pytest.raises(HttpResponseError, match="containerName"):
        ml.datastores.create_or_update(AzureBlobDatastore(name="own", container_name="two", **given))
    ml.datastores.delete("own")
    with pytest.raises(HttpResponseError, match="default datastore"):
        ml.datastores.delete("workspaceblobstore")


def test_a_model_from_a_local_folder(ml: MLClient, folder: Path, tmp_path: Path) -> None:
    """Uploaded, numbered, found by `latest`, downloaded as it was; archived versions aren't listed."""
    from azure.ai.ml.entities import Model

    for expected in ("1", "2"):
        made = ml.models.create_or_update(Model(name="m", path=str(folder / "model"), type="custom_model"))
        assert made.version == expected
    assert ml.models.get("m", label="latest").version == "2"
    assert [found.version for found in ml.models.list("m")] == ["2", "1"]
    ml.models.archive("m", "1")
    assert [found.version for found in ml.models.list("m")] == ["2"]
    ml.models.restore("m", "1")
    ml.models.download("m", "1", download_path=str(tmp_path / "down"))
    assert files(tmp_path / "down/m/model") == files(folder / "model")


def test_a_version_is_immutable_but_for_its_labels(ml: MLClient, folder: Path) -> None:
    """Tags and description change; another file under the same version is 409 and says what can't change."""
    from azure.ai.ml.entities import Data

    def data(**given: Any) -> Data:
        return Data(name="d", version="1", path=str(folder / "data.csv"), type="uri_file", **given)

    ml.data.create_or_update(data())
    ml.data.create_or_update(data(tags={"k": "v"}, description="new"))
    assert (ml.data.get("d", "1").tags, ml.data.get("d", "1").description) == ({"k": "v"}, "new")
    (folder / "data.csv").write_text("other\n")
    with pytest.raises(ResourceExistsError, match=r"dataUri cannot be changed. Only tags"):
        ml.data.create_or_update(data())
    assert ml.data.get("d", "1").tags == {"k": "v"}


def test_an_environment_gets_a_new_version_when_it_changes(ml: MLClient, folder: Path) -> None:
    """The same one again is the same version; another image is the next (the client relies on the 409)."""
    from azure.ai.ml.entities import Environment

    def version(image: str) -> str:
        made = ml.environments.create_or_update(
            Environment(name="e", image=image, conda_file=str(folder / "conda.yml"))
        )
        return str(made.version)

    assert [version("image:1"), version("image:1"), version("image:2")] == ["1", "1", "2"]


def test_a_component_uploads_its_code_once(ml: MLClient, folder: Path) -> None:
    """Code goes to a container of its own by SAS and is found again by its hash, so the component stays the same."""
    from azure.ai.ml import load_component

    (folder / "component.yml").write_text(
        "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\n"
        "type: command\nname: c\nversion: 1\ncommand: python score.py\ncode: ./code\nenvironment: azureml:e:1\n"
    )
    first = ml.components.create_or_update(load_component(str(folder / "component.yml")))
    again = ml.components.create_or_update(load_component(str(folder / "component.yml")))
    assert first.code == again.code
    assert first.id == again.id


def test_assets_in_a_registry(registry: MLClient, folder: Path, tmp_path: Path) -> None:
    """Model, data, code and environment from local files; ids are `azureml://registries/…`; the model comes back."""
    from azure.ai.ml.entities import Data, Environment, Model
    from azure.ai.ml.entities._assets._artifacts.code import Code

    model = registry.models.create_or_update(Model(name="m", version="1", path=str(folder / "model")))
    assert model.id is not None
    assert model.id.startswith("azureml://registries/reg")
    assert model.id.endswith("/models/m/versions/1")
    assert [found.name for found in registry.models.list()] == ["m"]
    assert registry.models.get("m", label="latest").version == "1"
    registry.models.download("m", "1", download_path=str(tmp_path / "down"))
    assert files(tmp_path / "down/m/model") == files(folder / "model")
    data = registry.data.create_or_update(Data(name="d", version="1", path=str(folder / "data.csv"), type="uri_file"))
    assert str(data.path).endswith("/data.csv")
    code = registry._code.create_or_update(Code(name="c", version="1", path=str(folder / "code")))
    assert "?" not in str(code.path)
    environment = Environment(name="e", version="1", image="i:1", conda_file=str(folder / "conda.yml"))
    assert registry.environments.create_or_update(environment).version == "1"
