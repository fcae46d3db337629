"""A vault's data plane over HTTP, at its own host through the proxy: challenge, secrets, versions, who may."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from azure.mgmt.keyvault import KeyVaultManagementClient

from tests.support.cloud import Caller, LocalCloud

from .test_arm_clients import assign
from .test_arm_resources import unique

pytestmark = pytest.mark.spec_example  # the REST reference of secrets, 7.4

SECRETS_USER, SECRETS_OFFICER = "4633458b-17de-408a-b874-0445c86b69e6", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
Ask = Callable[..., httpx.Response]


@pytest.fixture
def vault(cloud: LocalCloud, group: str) -> str:
    """The id of a vault that goes by roles; the owner is a secrets officer."""
    properties = {
        "tenantId": cloud.tenant_id,
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
    }
    with cloud.client(KeyVaultManagementClient) as client:
        body = {"location": cloud.location, "properties": properties}
        made = client.vaults.begin_create_or_update(group, unique("kv-"), body).result()
    assign(cloud, made.id, SECRETS_OFFICER, cloud.owner.object_id)
    return str(made.id)


@pytest.fixture
def ask(cloud: LocalCloud, vault: str) -> Ask:
    """One request to the vault: as the owner, as somebody else, or without a token (caller None)."""
    context = ssl.create_default_context(cafile=cloud.ca)
    host = f"https://{vault.rsplit('/', 1)[-1]}.vault.localazure.test"

    def send(
        method: str, path: str, body: Any = None, caller: Caller | None = cloud.owner, audience: str = ""
    ) -> httpx.Response:
        headers = {}
        if caller is not None:
            scope = f"{audience or 'https://vault.azure.net'}/.default"
            headers["Authorization"] = f"Bearer {cloud.credential(caller).get_token(scope).token}"
        with httpx.Client(verify=context, proxy=cloud.told["proxy"], trust_env=False) as client:
            url = path if path.startswith("https://") else f"{host}/{path}{'&' if '?' in path else '?'}api-version=7.4"
            return client.request(method, url, json=body, headers=headers)

    return send


def test_the_challenge(cloud: LocalCloud, ask: Ask) -> None:
    """Without a token a client learns the authority and the resource, which is what the host ends with."""
    answer = ask("GET", "secrets/none", caller=None)
    assert answer.status_code == 401
    told = dict(re.findall(r'(\w+)="([^"]*)"', answer.headers["WWW-Authenticate"]))
    assert told["authorization"] == f"{cloud.endpoint}/{cloud.tenant_id}"
    assert answer.url.host.endswith(told["resource"].removeprefix("https:/").replace("/", "."))
    assert ask("GET", "secrets", audience=told["resource"]).status_code == 200
    assert ask("GET", "secrets", audience="https://management.azure.com").status_code == 401


def test_the_suffix_is_told(cloud: LocalCloud) -> None:
    """The cloud's metadata names what stands behind a vault's name."""
    url = f"{cloud.endpoint}/metadata/endpoints?api-version=2022-09-01"
    found = httpx.get(url, verify=ssl.create_default_context(cafile=cloud.ca), trust_env=False).json()
    assert found["suffixes"]["keyVaultDns"] == "vault.localazure.test"


def test_a_secret_and_its_versions(ask: Ask) -> None:
    """Set twice: the newest is answered, each is there by its version, lists have no values."""
    first = ask("PUT", "secrets/passphrase", {"value": "one", "contentType": "text/plain", "tags": {"a": "b"}}).json()
    second = ask("PUT", "secrets/passphrase", {"value": "two"}).json()
    assert (first["value"], first["contentType"], first["tags"]) == ("one", "text/plain", {"a": "b"})
    assert first["attributes"]["recoveryLevel"] == "Recoverable+Purgeable"
    assert ask("GET", "secrets/passphrase").json()["value"] == "two"
    assert ask("GET", f"secrets/passphrase/{first['id'].rsplit('/', 1)[-1]}").json()["value"] == "one"
    versions = ask("GET", "secrets/passphrase/versions").json()["value"]
    assert [entry["id"] for entry in versions] == [first["id"], second["id"]]
    (listed,) = ask("GET", "secrets").json()["value"]
    assert listed["id"] == first["id"].rsplit("/", 1)[0]
    assert "two" not in ask("GET", "secrets").text
    assert ask("GET", "secrets/other").status_code == 404


def test_attributes_change_and_values_do_not(ask: Ask) -> None:
    """A disabled secret isn't answered; enabled again it is the same."""
    made = ask("PUT", "secrets/token", {"value": "v"}).json()
    version = made["id"].rsplit("/", 1)[-1]
    changed = ask("PATCH", f"secrets/token/{version}", {"attributes": {"enabled": False}}).json()
    assert changed["attributes"]["enabled"] is False
    refused = ask("GET", "secrets/token")
    assert (refused.status_code, refused.json()["error"]["innererror"]["code"]) == (403, "SecretDisabled")
    ask("PATCH", f"secrets/token/{version}", {"attributes": {"enabled": True}, "tags": {"x": "y"}})
    assert ask("GET", "secrets/token").json()["value"] == "v"


def test_many_secrets_are_paged(ask: Ask) -> None:
    """25 a page, followed by nextLink as it is."""
    for number in range(30):
        assert ask("PUT", f"secrets/s{number:02}", {"value": "v"}).status_code == 200
    page = ask("GET", "secrets").json()
    assert len(page["value"]) == 25
    assert len(ask("GET", page["nextLink"]).json()["value"]) == 5


def test_a_deleted_secret(ask: Ask) -> None:
    """Its name is taken until it is recovered or purged."""
    ask("PUT", "secrets/gone", {"value": "v"})
    deleted = ask("DELETE", "secrets/gone").json()
    assert deleted["recoveryId"].endswith("/deletedsecrets/gone")
    assert deleted["scheduledPurgeDate"] > deleted["deletedDate"]
    assert ask("GET", "secrets/gone").status_code == 404
    assert ask("PUT", "secrets/gone", {"value": "w"}).status_code == 409
    assert [d["recoveryId"] for d in ask("GET", "deletedsecrets").json()["value"]] == [deleted["recoveryId"]]
    assert ask("POST", "deletedsecrets/gone/recover").status_code == 200
    assert ask("GET", "secrets/gone").json()["value"] == "v"
    ask("DELETE", "secrets/gone")
    assert ask("DELETE", "deletedsecrets/gone").status_code == 204
    assert ask("PUT", "secrets/gone", {"value": "w"}).status_code == 200


def test_roles(cloud: LocalCloud, vault: str, ask: Ask) -> None:
    """Nobody reads without a role; a Secrets User reads and does not write; one secret's user reads that one."""
    ask("PUT", "secrets/mine", {"value": "m"})
    ask("PUT", "secrets/yours", {"value": "y"})
    user, one = cloud.new_caller("user"), cloud.new_caller("one")
    refused = ask("GET", "secrets/mine", caller=user)
    assert (refused.status_code, refused.json()["error"]["innererror"]["code"]) == (403, "ForbiddenByRbac")
    assign(cloud, vault, SECRETS_USER, user.object_id)
    assign(cloud, f"{vault}/secrets/mine", SECRETS_USER, one.object_id)
    assert ask("GET", "secrets/mine", caller=user).json()["value"] == "m"
    assert ask("PUT", "secrets/mine", {"value": "x"}, caller=user).status_code == 403
    assert ask("GET", "secrets/mine", caller=one).json()["value"] == "m"
    assert ask("GET", "secrets/yours", caller=one).status_code == 403


def test_access_policies(cloud: LocalCloud, group: str) -> None:
    """A vault without roles goes by its policies, which name permissions one by one."""
    reader = cloud.new_caller("reader")
    policy = {"tenantId": cloud.tenant_id, "objectId": reader.object_id, "permissions": {"secrets": ["Get"]}}
    name = unique("kv-")
    sku = {"family": "A", "name": "standard"}
    with cloud.client(KeyVaultManagementClient) as client:
        properties = {"tenantId": cloud.tenant_id, "sku": sku, "accessPolicies": [policy]}
        client.vaults.begin_create_or_update(
            group, name, {"location": cloud.location, "properties": properties}
        ).result()
        client.secrets.create_or_update(group, name, "by-arm", {"properties": {"value": "v"}})
    token = cloud.credential(reader).get_token("https://vault.azure.net/.default").token
    context = ssl.create_default_context(cafile=cloud.ca)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(verify=context, proxy=cloud.told["proxy"], trust_env=False, headers=headers) as client:
        at = f"https://{name}.vault.localazure.test/secrets"
        assert client.get(f"{at}/by-arm?api-version=7.4").json()["value"] == "v"
        assert client.get(f"{at}?api-version=7.4").status_code == 403
        assert client.put(f"{at}/by-arm?api-version=7.4", json={"value": "w"}).status_code == 403
