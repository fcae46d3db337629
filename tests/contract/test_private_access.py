"""Data planes of what has no public access: refused, unless an approved private endpoint leads there; ARM goes on."""

from __future__ import annotations

import json
import os
import signal
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.storage import StorageManagementClient
from azure.storage.blob import StorageErrorCode

from tests.support import cloud as support
from tests.support.cloud import LocalCloud
from tests.support.storage import Account

from .azure_platform import Platform
from .private_links import body, make, network, status_of, storage_account
from .rehearsal import send
from .test_arm_clients import assign
from .test_arm_resources import unique

SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
ML = "api-version=2025-12-01"


@pytest.fixture
def client(cloud: LocalCloud) -> Iterator[Any]:
    with network(cloud) as found:
        yield found


def account_of(cloud: LocalCloud, id: str) -> Account:
    group, name = id.split("/")[4], id.rsplit("/", 1)[-1]
    with cloud.client(StorageManagementClient) as accounts:
        return Account(cloud, group, name, accounts.storage_accounts.list_keys(group, name)["keys"][0]["value"])


def refused(account: Account) -> tuple[int | None, str]:
    """Status and code of a list of containers, (200, "") if it is answered."""
    with account.service(account.key) as service:
        try:
            list(service.list_containers())
        except HttpResponseError as problem:
            return problem.status_code, str(StorageErrorCode(problem.error_code).value)
    return 200, ""


@pytest.mark.client
@pytest.mark.parametrize(
    "closed", [{"publicNetworkAccess": "Disabled"}, {"networkAcls": {"defaultAction": "Deny"}}], ids=["off", "firewall"]
)
def test_blobs(cloud: LocalCloud, client: Any, group: str, closed: dict[str, Any]) -> None:
    """403 AuthorizationFailure; not for who comes by a private endpoint to blobs that is approved, and by no other."""
    id = storage_account(cloud, group, **closed)
    account, denied = account_of(cloud, id), (403, "AuthorizationFailure")
    assert refused(account) == denied
    make(client, cloud, group, "pe-file", id, "file")
    assert refused(account) == denied
    waiting = make(client, cloud, group, "pe-blob", id, "blob", manual="please")
    assert (status_of(waiting), refused(account)) == ("Pending", denied)
    with cloud.client(StorageManagementClient) as accounts:
        held = next(
            one
            for one in accounts.private_endpoint_connections.list(group, account.name)
            if one.private_endpoint.id == waiting.id
        )
        state = {"privateLinkServiceConnectionState": {"status": "Approved"}}
        accounts.private_endpoint_connections.put(group, account.name, held.name, {"properties": state})
        assert refused(account) == (200, "")
        client.private_endpoints.begin_delete(group, "pe-blob").result()
        assert refused(account) == denied
        opened = {"properties": {"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}}
        accounts.storage_accounts.update(group, account.name, opened)
        assert refused(account) == (200, "")


@pytest.mark.spec_example  # Key Vault's answers, Forbidden with an inner error
@pytest.mark.parametrize(
    ("closed", "inner", "words"),
    [
        ({"publicNetworkAccess": "Disabled"}, "ForbiddenByConnection", "Public network access is disabled"),
        (
            {"networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"}},
            "ForbiddenByFirewall",
            "not authorized",
        ),
    ],
    ids=["off", "firewall"],
)
def test_secrets(cloud: LocalCloud, client: Any, group: str, closed: dict[str, Any], inner: str, words: str) -> None:
    """403 Forbidden names which of both it was, also to who has every role; a private endpoint opens the vault."""
    name = unique("kv-")
    path = f"/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{name}"
    sku = {"family": "A", "name": "standard"}
    properties = {"tenantId": cloud.tenant_id, "sku": sku, "enableRbacAuthorization": True, **closed}
    made = send(cloud, "PUT", f"{path}?api-version=2024-11-01", {"location": cloud.location, "properties": properties})
    assert made.status_code in (200, 201)
    assign(cloud, f"{cloud.subscription}{path}", SECRETS_OFFICER, cloud.owner.object_id)
    token = cloud.credential().get_token("https://vault.azure.net/.default").token

    def ask() -> httpx.Response:
        context = ssl.create_default_context(cafile=cloud.ca)
        with httpx.Client(verify=context, proxy=cloud.told["proxy"], trust_env=False) as plain:
            url = f"https://{name}.vault.localazure.test/secrets?api-version=7.4"
            return plain.get(url, headers={"Authorization": f"Bearer {token}"})

    answer = ask()
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["innererror"]["code"]) == (403, "Forbidden", inner)
    assert words in error["message"]
    make(client, cloud, group, "pe-vault", f"{cloud.subscription}{path}", "vault")
    assert ask().status_code == 200


@pytest.fixture
def workspace(cloud: LocalCloud, group: str, platform: Platform) -> str:
    """The path of a workspace without public access, on the platform's storage and vault, with an endpoint `ep-…` like
    it."""
    found = send(cloud, "GET", f"{platform.path}?{ML}").json()["properties"]
    path = f"/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{unique('mlw-')}"
    built_on = {name: found[name] for name in ("storageAccount", "keyVault", "applicationInsights")}
    closed = {**built_on, "publicNetworkAccess": "Disabled"}
    asked = {"location": cloud.location, "identity": {"type": "SystemAssigned"}, "properties": closed}
    assert send(cloud, "PUT", f"{path}?{ML}", asked).status_code in (200, 201)
    return path


@pytest.mark.emulator_only
def test_a_workspace_s_own_planes(cloud: LocalCloud, client: Any, group: str, workspace: str) -> None:
    """Tracking answers 403 until a private endpoint leads to the workspace, ARM shows and changes it all the while."""
    uri = send(cloud, "GET", f"{workspace}?{ML}").json()["properties"]["mlFlowTrackingUri"]
    token = cloud.credential().get_token("https://management.azure.com/.default").token
    url = f"{uri.replace('azureml://', 'https://')}/api/2.0/mlflow/experiments/search?max_results=1"

    def ask() -> httpx.Response:
        context = ssl.create_default_context(cafile=cloud.ca)
        with httpx.Client(verify=context, trust_env=False, timeout=60) as plain:
            return plain.get(url, headers={"Authorization": f"Bearer {token}"})

    assert ask().status_code == 403
    assert "private link" in ask().text
    compute = {"computeType": "AmlCompute", "properties": {"vmSize": "Standard_DS3_v2"}}
    asked = {"location": cloud.location, "properties": compute}
    assert send(cloud, "PUT", f"{workspace}/computes/cpu?{ML}", asked).status_code in (200, 201)
    make(client, cloud, group, "pe-workspace", f"{cloud.subscription}{workspace}", "amlworkspace")
    assert ask().status_code == 200


@pytest.mark.emulator_only
def test_an_online_endpoint_s_requests(cloud: LocalCloud, client: Any, group: str, workspace: str) -> None:
    """An endpoint without public access answers 403 until a private endpoint leads to its workspace; one with it
    answers anybody, whatever its workspace."""
    codes = {}
    context = ssl.create_default_context(cafile=cloud.ca)
    for access in ("Disabled", "Enabled"):
        path = f"{workspace}/onlineEndpoints/{unique('ep-')}"
        properties = {"authMode": "Key", "publicNetworkAccess": access}
        made = send(cloud, "PUT", f"{path}?{ML}", {"location": cloud.location, "properties": properties})
        assert made.status_code == 201
        codes[access] = made.json()["properties"]["scoringUri"], send(cloud, "POST", f"{path}/listKeys?{ML}").json()

    def ask(access: str) -> tuple[int, str]:
        uri, keys = codes[access]
        with httpx.Client(verify=context, trust_env=False) as plain:
            answer = plain.post(uri, json={}, headers={"Authorization": f"Bearer {keys['primaryKey']}"})
            return answer.status_code, answer.text

    nobody = (404, "The endpoint has no deployment with positive weight.")
    assert ask("Disabled")[0] == 403
    assert ask("Enabled") == nobody
    make(client, cloud, group, "pe-workspace", f"{cloud.subscription}{workspace}", "amlworkspace")
    assert ask("Disabled") == nobody


@pytest.mark.emulator_only
def test_kill_9_while_an_endpoint_is_made(tmp_path: Path) -> None:
    """What was being made is made after the next start, connected once, and lets its target's blobs be read; what was
    removed stays away."""
    home, group = tmp_path / "cloud", "rg"
    with support.running(home) as cloud:
        assert send(cloud, "PUT", f"/resourceGroups/{group}?api-version=2024-03-01", {"location": cloud.location})
        id = storage_account(cloud, group, publicNetworkAccess="Disabled")
        with network(cloud) as client:
            make(client, cloud, group, "pe-removed", id, "blob")
            client.private_endpoints.begin_delete(group, "pe-removed").result()
        cloud.control("PUT", "operations", {"mode": "real-time:2"})
        path = f"/resourceGroups/{group}/providers/Microsoft.Network/privateEndpoints/pe?api-version=2026-03-01"
        begun = send(cloud, "PUT", path, body(cloud, group, id, "blob")).json()["properties"]
        (link,) = begun["privateLinkServiceConnections"]
        assert begun["provisioningState"] == "Creating"
        assert link["properties"]["privateLinkServiceConnectionState"]["status"] == "Pending"
        assert refused(account_of(cloud, id)) == (403, "AuthorizationFailure")
        os.kill(cloud.told["pid"], signal.SIGKILL)

        again = support.start(home)
        until = time.monotonic() + 30
        while (found := send(again, "GET", path).json()["properties"])["provisioningState"] != "Succeeded":
            assert time.monotonic() < until, json.dumps(found)
            time.sleep(0.05)
        (link,) = found["privateLinkServiceConnections"]
        assert link["properties"]["privateLinkServiceConnectionState"]["status"] == "Approved"
        with again.client(StorageManagementClient) as accounts:
            assert len(list(accounts.private_endpoint_connections.list(group, id.rsplit("/", 1)[-1]))) == 1
        assert refused(account_of(again, id)) == (200, "")
