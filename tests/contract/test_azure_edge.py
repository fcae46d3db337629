"""amlops' own edge to Azure, at the local Azure: waiting, repeating, the server's time, vaults, signatures."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from amlops.azure import Azure, AzureRefused
from amlops.config import PLATFORM, Names, Repository, load_environment
from amlops.errors import AmlopsError
from amlops.stacks.state import LEAST, LIFE, StackVariables, StateContainer
from tests.support.cloud import LocalCloud

from .rehearsal import as_it_was, rehearsal, unique

__all__ = ["as_it_was", "rehearsal"]

pytestmark = pytest.mark.client
DEV = load_environment(Repository(Path(__file__).parents[2]), "dev")
NAMES = Names(DEV)
OFFICER, BLOB_DATA = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"


def azure_of(cloud: LocalCloud, **changes: str) -> Azure:
    """As the variables of `amlops env` lead to it."""
    return Azure(
        {
            "AZURE_TENANT_ID": cloud.tenant_id,
            "AZURE_CLIENT_ID": cloud.owner.client_id,
            "AZURE_CLIENT_SECRET": cloud.owner.client_secret,
            "AZURE_AUTHORITY_HOST": cloud.endpoint,
            "ARM_ENDPOINT": cloud.endpoint,
            "ARM_SUBSCRIPTION_ID": cloud.subscription_id,
            "REQUESTS_CA_BUNDLE": cloud.ca,
            "HTTPS_PROXY": cloud.told["proxy"],
            **changes,
        }
    )


@pytest.fixture
def azure(rehearsal: LocalCloud) -> Azure:
    return azure_of(rehearsal)


@pytest.fixture(scope="module")
def state(rehearsal: LocalCloud) -> str:
    """Account, container, vault and roles of dev's state; gives the group's id."""
    owner, group = azure_of(rehearsal), f"{rehearsal.subscription}/resourceGroups/rg"
    place = {"location": rehearsal.location}
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/{NAMES.state_storage}"
    owner.put(account, "2024-01-01", {**place, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}})
    container = f"{account}/blobServices/default/containers/{NAMES.realm(PLATFORM)}"
    owner.put(container, "2024-01-01", {"properties": {}})
    vault = f"{group}/providers/Microsoft.KeyVault/vaults/{NAMES.state_vault}"
    sku = {"family": "A", "name": "standard"}
    properties = {"tenantId": rehearsal.tenant_id, "sku": sku, "enableRbacAuthorization": True}
    owner.put(vault, "2024-11-01", {**place, "properties": properties})
    for number, (scope, role) in enumerate(((vault, OFFICER), (account, BLOB_DATA))):
        who = {"principalId": rehearsal.owner.object_id, "principalType": "ServicePrincipal"}
        definition = f"{rehearsal.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/1111111{number}-1111-4111-8111-111111111111"
        owner.put(id, "2022-04-01", {"properties": {**who, "roleDefinitionId": definition}})
    return group


def _group(cloud: LocalCloud) -> tuple[str, dict[str, Any]]:
    return f"{cloud.subscription}/resourceGroups/{unique('rg-')}", {"location": cloud.location}


@pytest.mark.parametrize("mode", ["at-once", "polls:2"])
def test_what_is_made_is_there_and_what_is_deleted_is_gone(rehearsal: LocalCloud, azure: Azure, mode: str) -> None:
    """Operations that run long are waited for, whichever way they are told."""
    rehearsal.control("PUT", "operations", {"mode": mode})
    id, body = _group(rehearsal)
    azure.put(id, "2024-03-01", body)
    account = f"{id}/providers/Microsoft.Storage/storageAccounts/{unique('st')}"
    made = azure.put(account, "2024-01-01", {**body, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}})
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert account in {found["id"] for found in azure.listed(f"{id}/resources", "2021-04-01")}
    assert azure.delete(id, "2024-03-01") is True
    assert azure.resource(id, "2024-03-01") is None
    assert azure.delete(id, "2024-03-01") is False


def test_refusal_tells_status_code_and_reason(rehearsal: LocalCloud, azure: Azure) -> None:
    """Callers decide by the service's own code."""
    id, _ = _group(rehearsal)
    with pytest.raises(AzureRefused, match="LocationNotAvailableForResourceGroup") as refused:
        azure.put(id, "2024-03-01", {"location": "mars"})
    assert (refused.value.status, refused.value.code) == (400, "LocationNotAvailableForResourceGroup")
    assert refused.value.exit_code == 4


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "status", "status": 429, "retryAfter": 0, "times": 4},
        {"kind": "status", "status": 503, "retryAfter": 0, "times": 4},
        {"kind": "drop", "times": 2},
    ],
    ids=lambda rule: str(rule.get("status", rule["kind"])),
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_what_passes_is_repeated(rehearsal: LocalCloud, azure: Azure, rule: dict[str, Any], method: str) -> None:
    """Too many requests, a service that is busy, a connection that is lost."""
    id, body = _group(rehearsal)
    azure.now()
    rehearsal.control("PUT", "faults", {"rules": [{**rule, "path": "resourceGroups/"}]})
    if method == "PUT":
        assert azure.put(id, "2024-03-01", body)["location"] == rehearsal.location
    else:
        assert azure.resource(id, "2024-03-01") is None
    assert rehearsal.control("GET", "faults") == {"rules": []}


def test_retry_after_is_honoured(rehearsal: LocalCloud, azure: Azure) -> None:
    """Nobody asks again before the service said so."""
    id, _ = _group(rehearsal)
    azure.now()
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "status", "status": 429, "retryAfter": 2}]})
    started = time.monotonic()
    azure.resource(id, "2024-03-01")
    assert time.monotonic() - started >= 2


def test_credential_that_is_refused_is_told_in_one_line(rehearsal: LocalCloud) -> None:
    """The authority's own reason, and what to do."""
    with pytest.raises(AmlopsError, match=r"Azure knows nobody here: .*AADSTS7000215.*log in") as refused:
        azure_of(rehearsal, AZURE_CLIENT_SECRET="wrong").now()
    assert "\n" not in str(refused.value)


def test_secrets_are_kept_and_read(rehearsal: LocalCloud, azure: Azure, state: str) -> None:
    """A secret that isn't there is None, one that may not be read is refused; a vault that isn't there has none."""
    vault, name = azure.vault(NAMES.state_vault), unique("phrase-")
    assert vault.get(name) is None
    vault.set(name, "hush")
    assert vault.get(name) == "hush"
    stranger = rehearsal.new_caller("stranger")
    other = azure_of(rehearsal, AZURE_CLIENT_ID=stranger.client_id, AZURE_CLIENT_SECRET=stranger.client_secret)
    with pytest.raises(AzureRefused) as refused:
        other.vault(NAMES.state_vault).get(name)
    assert refused.value.status == 403
    assert azure.vault("kv-nowhere").get(name) is None


def test_state_without_bootstrap_says_what_to_run(rehearsal: LocalCloud, azure: Azure, state: str) -> None:
    """No phrase is ever made up on the way."""
    with pytest.raises(AmlopsError, match="holds no passphrase dev-nobody; run `amlops bootstrap dev`") as refused:
        StateContainer(azure, DEV, "nobody").passphrase()
    assert refused.value.exit_code == 3


def test_variables_of_a_state_are_asked_for_when_they_are_needed(azure: Azure, state: str) -> None:
    """Pulumi gets all of them; who looks for another one asks nobody; and nothing secret shows in a text."""
    azure.vault(NAMES.state_vault).set(NAMES.realm(PLATFORM), "phrase")
    found = StackVariables({"PATH": "/bin"}, StateContainer(azure, DEV, PLATFORM))
    given = {**found}
    assert given["PULUMI_BACKEND_URL"] == f"azblob://dev-platform?storage_account={NAMES.state_storage}"
    assert given["AZURE_STORAGE_DOMAIN"] == "blob.core.localazure.test"
    assert (given["PULUMI_CONFIG_PASSPHRASE"], given["PATH"], given["AZURE_STORAGE_KEY"]) == ("phrase", "/bin", "")
    assert found["AZURE_STORAGE_SAS_TOKEN"] == given["AZURE_STORAGE_SAS_TOKEN"]
    shown = repr(found) + repr(found.container)
    assert "phrase" not in shown
    assert "sig=" not in shown


def test_time_is_the_servers_and_signatures_are_renewed_by_it(rehearsal: LocalCloud, azure: Azure, state: str) -> None:
    """A clock that was moved is seen; tokens and signatures that ran out by it are asked for anew."""
    container = StateContainer(azure, DEV, PLATFORM)
    first, before = container.signature(), azure.now()
    assert container.signature() == first
    rehearsal.advance((LIFE - LEAST).total_seconds() + 60)
    assert azure.resource(state, "2024-03-01") is not None
    assert azure.now() - before > LIFE - LEAST
    second = container.signature()
    assert second != first
    url = f"https://{NAMES.state_storage}.blob.core.localazure.test/{container.realm}"
    with azure.container(f"{url}?{second}") as blobs:
        blobs.upload_blob("probe", b"x", overwrite=True)
        assert [blob.name for blob in blobs.list_blobs()] == ["probe"]
    rehearsal.advance(LEAST.total_seconds() + 60)
    with pytest.raises(HttpResponseError) as refused, azure.container(f"{url}?{first}") as blobs:
        list(blobs.list_blobs())
    assert refused.value.status_code == 403
    with azure.machine_learning() as client:
        assert list(client.workspaces.list_by_subscription()) == []


def test_signature_is_bound_by_its_signers_roles(rehearsal: LocalCloud, state: str) -> None:
    """Who may sign nothing gets none, in words."""
    stranger = rehearsal.new_caller("stranger")
    other = azure_of(rehearsal, AZURE_CLIENT_ID=stranger.client_id, AZURE_CLIENT_SECRET=stranger.client_secret)
    with pytest.raises(AmlopsError, match="lets this caller sign nothing"):
        StateContainer(other, DEV, PLATFORM).signature()
