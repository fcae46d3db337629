"""Computes: names, sizes, quota, what can change; and what the region says of its cores."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

from tests.support.cloud import LocalCloud

from .rehearsal import as_it_was, rehearsal, send, unique
from .test_arm_clients import code
from .test_soft_delete import workspace

__all__ = ["as_it_was", "rehearsal"]

ML = "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces"
REGION = "/providers/Microsoft.MachineLearningServices/locations/westeurope"
VERSION = "?api-version=2025-12-01"


@pytest.fixture(scope="module")
def ws(rehearsal: LocalCloud) -> str:
    name = unique("ws-")
    with rehearsal.client(MachineLearningServicesMgmtClient) as client:
        client.workspaces.begin_create_or_update("rg", name, workspace(rehearsal)).result()
    return name


def cluster(size: str = "Standard_DS3_v2", low: int = 0, high: int = 2, **more: Any) -> dict[str, Any]:
    scale = {"minNodeCount": low, "maxNodeCount": high, "nodeIdleTimeBeforeScaleDown": "PT120S"}
    inner = {"vmSize": size, "scaleSettings": scale, **more}
    return {"location": "westeurope", "properties": {"computeType": "AmlCompute", "properties": inner}}


def put(cloud: LocalCloud, ws: str, name: str, body: dict[str, Any]) -> Any:
    return send(cloud, "PUT", f"{ML}/{ws}/computes/{name}{VERSION}", body)


@pytest.mark.spec_example
def test_a_cluster(rehearsal: LocalCloud, ws: str) -> None:
    """201, then 200; scaled by PATCH; its password is never answered; deleted only with underlyingResourceAction."""
    name = unique("c")
    account = {"adminUserName": "admin", "adminUserPassword": "secret-word"}
    made = put(rehearsal, ws, name, cluster(userAccountCredentials=account))
    assert made.status_code == 201
    assert made.json()["properties"]["properties"]["allocationState"] == "Steady"
    assert "secret-word" not in made.text()
    assert put(rehearsal, ws, name, cluster(userAccountCredentials=account)).status_code == 200
    path = f"{ML}/{ws}/computes/{name}{VERSION}"
    scaled = {"properties": {"properties": {"scaleSettings": {"minNodeCount": 1, "maxNodeCount": 3}}}}
    answer = send(rehearsal, "PATCH", path, scaled).json()["properties"]["properties"]
    assert (answer["scaleSettings"]["maxNodeCount"], answer["currentNodeCount"]) == (3, 1)
    nodes = send(rehearsal, "POST", f"{ML}/{ws}/computes/{name}/listNodes{VERSION}").json()["nodes"]
    assert [node["nodeState"] for node in nodes] == ["idle"]
    assert send(rehearsal, "DELETE", path).status_code == 400
    assert send(rehearsal, "DELETE", f"{path}&underlyingResourceAction=Delete").status_code == 200


@pytest.mark.spec_example
@pytest.mark.parametrize(
    ("name", "body", "answer"),
    [
        ("1st", cluster(), "InvalidResourceName"),
        ("c" * 25, cluster(), "InvalidResourceName"),
        ("size", cluster("Standard_Huge"), "InvalidVmSize"),
        ("scale", cluster(low=3, high=2), "InvalidScaleSettings"),
        ("gpu", cluster("Standard_NC4as_T4_v3"), "OutOfQuota"),
        ("many", cluster("Standard_F72s_v2", low=5, high=5), "OutOfQuota"),
    ],
)
def test_a_cluster_that_is_not_right(
    rehearsal: LocalCloud, ws: str, name: str, body: dict[str, Any], answer: str
) -> None:
    """400 that says what is wrong; nothing is made."""
    refused = put(rehearsal, ws, name, body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, answer)
    assert send(rehearsal, "GET", f"{ML}/{ws}/computes/{name}{VERSION}").status_code == 404


@pytest.mark.spec_example
def test_what_a_cluster_refuses_to_change(rehearsal: LocalCloud, ws: str) -> None:
    """Its size stays; its name is taken in the whole region."""
    name = unique("c")
    put(rehearsal, ws, name, cluster())
    refused = put(rehearsal, ws, name, cluster("Standard_DS2_v2"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "PropertyChangeNotAllowed")
    other = unique("ws-")
    with rehearsal.client(MachineLearningServicesMgmtClient) as client:
        client.workspaces.begin_create_or_update("rg", other, workspace(rehearsal)).result()
    taken = put(rehearsal, other, name.upper(), cluster())
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "Conflict")


@pytest.mark.client
def test_an_instance_is_stopped_and_started(rehearsal: LocalCloud, ws: str) -> None:
    """The client's start, stop and restart end; an instance that is stopped uses no cores."""
    name = unique("ci")
    size = {"vmSize": "Standard_E4s_v3"}
    body = {"location": "westeurope", "properties": {"computeType": "ComputeInstance", "properties": size}}
    assert put(rehearsal, ws, name, body).status_code == 201
    with rehearsal.client(MachineLearningServicesMgmtClient) as client:
        where = ("rg", ws, name)
        assert cores(rehearsal, "standardESv3Family") == 4
        client.compute.begin_stop(*where).result()
        assert client.compute.get(*where).properties.properties.state == "Stopped"
        assert cores(rehearsal, "standardESv3Family") == 0
        client.compute.begin_start(*where).result()
        client.compute.begin_restart(*where).result()
        assert client.compute.get(*where).properties.properties.state == "Running"
        client.compute.begin_delete(*where, underlying_resource_action="Delete").result()
        assert cores(rehearsal, "standardESv3Family") == 0


def cores(cloud: LocalCloud, family: str) -> int:
    """In use, as `usages` says."""
    with cloud.client(MachineLearningServicesMgmtClient) as client:
        found = {usage.name.value: usage for usage in client.usages.list("westeurope")}
    return int(found[family].current_value)


@pytest.mark.client
def test_quota_that_was_granted(rehearsal: LocalCloud, ws: str) -> None:
    """GPUs have none at first; after a request to support the same cluster passes, and no bigger one."""
    family, name = "Standard NCASv3_T4 Family", unique("gpu")
    body = cluster("Standard_NC4as_T4_v3", low=2)
    assert put(rehearsal, ws, name, body).json()["error"]["code"] == "OutOfQuota"
    rehearsal.control("PUT", "quotas", {"location": "westeurope", "family": family, "limit": 8})
    assert put(rehearsal, ws, name, body).status_code == 201
    assert put(rehearsal, ws, unique("gpu"), body).json()["error"]["code"] == "OutOfQuota"
    with rehearsal.client(MachineLearningServicesMgmtClient) as client:
        usage = next(u for u in client.usages.list("westeurope") if u.name.value == family)
        assert (usage.current_value, usage.limit) == (8, 8)
        sizes = {size.name: size for size in client.virtual_machine_sizes.list("westeurope").value}
        assert (sizes["Standard_NC4as_T4_v3"].gpus, sizes["Standard_NC4as_T4_v3"].v_cp_us) == (1, 4)
        quota = next(q for q in client.quotas.list("westeurope") if q.name.value == family)
        wanted = {"id": quota.id, "type": quota.type, "unit": "Count"}
        asked = {"value": [{**wanted, "limit": 9}, {**wanted, "limit": 8}, {**wanted, "limit": 4}]}
        statuses = [entry.status for entry in client.quotas.update("westeurope", asked).value]
    assert statuses == ["InvalidQuotaExceedsSubscriptionLimit", "Success", "InvalidQuotaBelowClusterMinimum"]


@pytest.mark.spec_example
def test_a_region_there_is_not(rehearsal: LocalCloud) -> None:
    """400 with the regions there are."""
    answer = send(rehearsal, "GET", f"/providers/Microsoft.MachineLearningServices/locations/moon/usages{VERSION}")
    assert answer.status_code == 400
    assert "westeurope" in answer.json()["error"]["message"]


@pytest.mark.spec_example
def test_a_connection_keeps_its_key(rehearsal: LocalCloud, ws: str) -> None:
    """Its key is answered by listsecrets only, and stays when an update leaves it out."""
    path = f"{ML}/{ws}/connections/{unique('con-')}"
    properties = {"category": "ApiKey", "target": "https://api.test", "authType": "ApiKey"}
    missing = send(rehearsal, "PUT", f"{path}{VERSION}", {"properties": properties})
    assert missing.status_code == 400
    made = send(rehearsal, "PUT", f"{path}{VERSION}", {"properties": {**properties, "credentials": {"key": "k-1"}}})
    assert made.status_code == 200
    assert "k-1" not in made.text()
    again = {"properties": {**properties, "target": "https://other.test"}}
    assert send(rehearsal, "PUT", f"{path}{VERSION}", again).json()["properties"]["target"] == "https://other.test"
    secrets = send(rehearsal, "POST", f"{path}/listsecrets{VERSION}").json()["properties"]
    assert secrets["credentials"] == {"key": "k-1"}


@pytest.mark.client
def test_a_registry_needs_its_own_region(rehearsal: LocalCloud) -> None:
    """regionDetails names the registry's region; its storage account is answered; the name is taken in the tenant."""
    name = unique("reg")
    path = "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/registries/{}" + VERSION
    body = {"location": "westeurope", "properties": {"regionDetails": [{"location": "northeurope"}]}}
    assert send(rehearsal, "PUT", path.format(name), body).status_code == 400
    body["properties"]["regionDetails"].append({"location": "West Europe"})  # type: ignore[index]
    made = send(rehearsal, "PUT", path.format(name), body)
    assert made.status_code == 201
    account = made.json()["properties"]["regionDetails"][0]["storageAccountDetails"][0]["systemCreatedStorageAccount"]
    assert account["armResourceId"]["resourceId"].endswith(account["storageAccountName"])
    with rehearsal.client(MachineLearningServicesMgmtClient) as client:
        assert name in [registry.name for registry in client.registries.list("rg")]
        with pytest.raises(HttpResponseError) as raised:
            client.registries.begin_create_or_update("rg", "r", models_registry()).result()
    assert code(raised.value)[0] == 400


def models_registry() -> dict[str, Any]:
    return {"location": "westeurope", "properties": {"regionDetails": [{"location": "westeurope"}]}}


@pytest.mark.emulator_only
def test_an_online_deployment_needs_quota(rehearsal: LocalCloud, ws: str) -> None:
    """OutOfQuota names the family, before anything is made; the instances of an upgrade count."""
    at, where, family = f"{ML}/{ws}", {"location": rehearsal.location}, "standardESv3Family"
    endpoint = f"{at}/onlineEndpoints/{unique('ep-')}"
    keyed = {**where, "properties": {"authMode": "Key"}}
    assert send(rehearsal, "PUT", f"{endpoint}{VERSION}", keyed).status_code == 201
    serving = {
        "endpointComputeType": "Managed",
        "instanceType": "Standard_E4s_v3",
        "codeConfiguration": {"codeId": f"{rehearsal.subscription}{at}/codes/c/versions/1", "scoringScript": "s.py"},
        "environmentId": f"{rehearsal.subscription}{at}/environments/e/versions/1",
    }
    body = {**where, "properties": serving, "sku": {"name": "Default", "capacity": 2}}
    path = f"{endpoint}/deployments/blue{VERSION}"
    rehearsal.control("PUT", "quotas", {"location": "westeurope", "family": family, "limit": 11})
    refused = send(rehearsal, "PUT", path, body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "OutOfQuota")
    assert family in refused.json()["error"]["message"]
    assert send(rehearsal, "GET", path).status_code == 404
    rehearsal.control("PUT", "quotas", {"location": "westeurope", "family": family, "limit": 12})
    assert send(rehearsal, "PUT", path, body).status_code == 201
