"""azure-mgmt-machinelearningservices against the local Azure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient, models

from tests.support.cloud import LocalCloud

from .azure_platform import Platform
from .test_arm_clients import READER, assign, code
from .test_arm_resources import unique

pytestmark = pytest.mark.client


@pytest.fixture
def ml(cloud: LocalCloud) -> Iterator[Any]:
    with cloud.client(MachineLearningServicesMgmtClient) as client:
        yield client


def test_the_workspace(ml: Any, platform: Platform) -> None:
    """It is listed, has its keys and its own identity, and keeps what it was made with."""
    found = ml.workspaces.get(platform.group, platform.workspace)
    assert found.provisioning_state == "Succeeded"
    assert found.identity.principal_id
    assert found.storage_account.endswith(platform.storage)
    assert [w.name for w in ml.workspaces.list_by_resource_group(platform.group)] == [platform.workspace]
    assert platform.workspace in [w.name for w in ml.workspaces.list_by_subscription()]
    assert ml.workspaces.list_keys(platform.group, platform.workspace).user_storage_key


def test_the_default_datastores(ml: Any, platform: Platform) -> None:
    """A new workspace has workspaceblobstore as its default, and answers secrets only to listSecrets."""
    where = (platform.group, platform.workspace)
    assert "workspaceblobstore" in [d.name for d in ml.datastores.list(*where)]
    assert [d.name for d in ml.datastores.list(*where, is_default=True)] == ["workspaceblobstore"]
    found = ml.datastores.get(*where, "workspaceblobstore")
    assert found.properties.account_name == platform.storage
    assert found.properties.credentials.credentials_type == "AccountKey"
    assert found.properties.credentials.secrets is None
    assert ml.datastores.list_secrets(*where, "workspaceblobstore").key


def test_compute(ml: Any, cloud: LocalCloud, platform: Platform) -> None:
    """A cluster: made, listed, scaled by PATCH, deleted."""
    name = unique("c")[:12]
    scale = models.ScaleSettings(
        max_node_count=2, min_node_count=0, node_idle_time_before_scale_down=timedelta(seconds=120)
    )
    cluster = models.AmlCompute(
        properties=models.AmlComputeProperties(vm_size="Standard_DS3_v2", vm_priority="Dedicated", scale_settings=scale)
    )
    where = (platform.group, platform.workspace)
    made = ml.compute.begin_create_or_update(
        *where, name, models.ComputeResource(location=cloud.location, properties=cluster)
    ).result()
    assert made.properties.provisioning_state == "Succeeded"
    assert name in [c.name for c in ml.compute.list(*where)]
    change = models.ClusterUpdateParameters(
        properties=models.ScaleSettingsInformation(
            scale_settings=models.ScaleSettings(max_node_count=4, min_node_count=1)
        )
    )
    ml.compute.begin_update(*where, name, change).result()
    assert ml.compute.get(*where, name).properties.properties.scale_settings.max_node_count == 4
    ml.compute.begin_delete(*where, name, underlying_resource_action="Delete").result()
    with pytest.raises(ResourceNotFoundError):
        ml.compute.get(*where, name)


def test_an_endpoint_without_deployments(ml: Any, cloud: LocalCloud, platform: Platform) -> None:
    """It has keys and a scoring URI, and takes no traffic to a deployment that isn't there."""
    name = unique("e-")
    where = (platform.group, platform.workspace)
    properties = models.OnlineEndpointProperties(auth_mode="Key", description="for a test")
    endpoint = models.OnlineEndpoint(
        location=cloud.location, identity=models.ManagedServiceIdentity(type="SystemAssigned"), properties=properties
    )
    made = ml.online_endpoints.begin_create_or_update(*where, name, endpoint).result()
    assert made.properties.provisioning_state == "Succeeded"
    assert made.properties.scoring_uri.startswith(f"{cloud.endpoint}/inference/")
    assert made.properties.keys is None
    keys = ml.online_endpoints.list_keys(*where, name)
    ml.online_endpoints.begin_regenerate_keys(
        *where, name, models.RegenerateEndpointKeysRequest(key_type="Primary")
    ).result()
    renewed = ml.online_endpoints.list_keys(*where, name)
    assert renewed.primary_key != keys.primary_key
    assert renewed.secondary_key == keys.secondary_key
    assert name in [e.name for e in ml.online_endpoints.list(*where)]
    assert list(ml.online_deployments.list(*where, name)) == []
    endpoint.properties.traffic = {"nobody": 100}
    with pytest.raises(HttpResponseError) as raised:
        ml.online_endpoints.begin_create_or_update(*where, name, endpoint).result()
    assert raised.value.status_code == 400
    ml.online_endpoints.begin_delete(*where, name).result()
    assert name not in [e.name for e in ml.online_endpoints.list(*where)]


def test_assets(ml: Any, platform: Platform) -> None:
    """Containers and versions of environments and data; a version can't be made another, the latest is known."""
    where = (platform.group, platform.workspace)
    name = unique("env-")
    for version in ("1", "2"):
        ml.environment_versions.create_or_update(
            *where,
            name,
            version,
            models.EnvironmentVersion(
                properties=models.EnvironmentVersionProperties(image=f"mcr.microsoft.com/x:{version}")
            ),
        )
    assert {v.name for v in ml.environment_versions.list(*where, name)} == {"1", "2"}
    assert name in [c.name for c in ml.environment_containers.list(*where)]
    assert ml.environment_containers.get(*where, name).properties.latest_version == "2"
    with pytest.raises(HttpResponseError):
        ml.environment_versions.create_or_update(
            *where,
            name,
            "1",
            models.EnvironmentVersion(properties=models.EnvironmentVersionProperties(image="mcr.microsoft.com/other")),
        )
    data = models.UriFolderDataVersion(data_uri="azureml://datastores/workspaceblobstore/paths/x", tags={"number": "1"})
    ml.data_versions.create_or_update(*where, "data", "1", models.DataVersionBase(properties=data))
    assert ml.data_versions.get(*where, "data", "1").properties.data_type == "uri_folder"


def test_quota(ml: Any, cloud: LocalCloud) -> None:
    """Usages, quotas and VM sizes of a region."""
    assert [u.current_value for u in ml.usages.list(cloud.location)]
    assert list(ml.quotas.list(cloud.location))
    assert "Standard_DS3_v2" in [s.name for s in ml.virtual_machine_sizes.list(cloud.location).value]


def test_a_registry(ml: Any, cloud: LocalCloud, platform: Platform) -> None:
    """An ML registry with its regions; components go through a long-running operation there."""
    name = unique("reg")
    region = models.RegistryRegionArmDetails(
        location=cloud.location,
        acr_details=[
            models.AcrDetails(system_created_acr_account=models.SystemCreatedAcrAccount(acr_account_sku="Premium"))
        ],
        storage_account_details=[
            models.StorageAccountDetails(
                system_created_storage_account=models.SystemCreatedStorageAccount(
                    storage_account_type="Standard_LRS", storage_account_hns_enabled=False
                )
            )
        ],
    )
    registry = models.Registry(
        location=cloud.location,
        identity=models.ManagedServiceIdentity(type="SystemAssigned"),
        region_details=[region],
    )
    made = ml.registries.begin_create_or_update(platform.group, name, registry).result()
    assert made.discovery_url
    assert name in [r.name for r in ml.registries.list(platform.group)]
    environment = models.EnvironmentVersion(properties=models.EnvironmentVersionProperties(image="mcr.microsoft.com/x"))
    ml.registry_environment_versions.begin_create_or_update(platform.group, name, "e", "1", environment).result()
    assert [v.name for v in ml.registry_environment_versions.list(platform.group, name, "e")] == ["1"]
    ml.registries.begin_delete(platform.group, name).result()
    with pytest.raises(ResourceNotFoundError):
        ml.registries.get(platform.group, name)


def test_a_reader_gets_no_keys(ml: Any, cloud: LocalCloud, platform: Platform) -> None:
    """Reader lists endpoints and is refused their keys and any change."""
    name = unique("e-")
    where = (platform.group, platform.workspace)
    endpoint = models.OnlineEndpoint(
        location=cloud.location, properties=models.OnlineEndpointProperties(auth_mode="Key")
    )
    ml.online_endpoints.begin_create_or_update(*where, name, endpoint).result()
    caller = cloud.new_caller("ml-reader")
    assign(cloud, f"{cloud.subscription}/resourceGroups/{platform.group}", READER, caller.object_id)
    with cloud.client(MachineLearningServicesMgmtClient, caller) as reader:
        assert reader.online_endpoints.get(*where, name).name == name
        attempts: tuple[Callable[[], Any], ...] = (
            lambda: reader.online_endpoints.list_keys(*where, name),
            lambda: reader.online_endpoints.begin_create_or_update(*where, name, endpoint),
            lambda: reader.online_endpoints.begin_delete(*where, name),
            lambda: reader.workspaces.list_keys(*where),
            lambda: reader.datastores.list_secrets(*where, "workspaceblobstore"),
        )
        for attempt in attempts:
            with pytest.raises(HttpResponseError) as raised:
                attempt()
            assert code(raised.value) == (403, "AuthorizationFailed")
    ml.online_endpoints.begin_delete(*where, name).result()
