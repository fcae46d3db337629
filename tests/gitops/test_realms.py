"""Environments in Azure, on a local Azure: each realm has its identity, its state and its key, and reaches no other's.

Everything is applied by the workflows' own identities, with federated tokens, on Pulumi's own engine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from azure.core import PipelineClient
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, ProxyPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.storage.blob import BlobServiceClient, ContainerClient

from amlops.git import Git
from amlops.stacks.lease import hold_lease
from tests.support.issuer import ISSUER

from .azure_world import DEPLOYMENT, EMPTY, TEAM, World, azure_world, write

pytestmark = pytest.mark.e2e
DEV = "/subscriptions/3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c002"
GROUP = f"{DEV}/resourceGroups/rg-cml-dev"
ML = f"{GROUP}/providers/Microsoft.MachineLearningServices"
WORKSPACE = f"{ML}/workspaces/mlw-cml-dev"
MINE = f"dev-{TEAM}"
OWN = f"{WORKSPACE}/onlineEndpoints/cml-{DEPLOYMENT}-dev"
ACCOUNT = "stcmlsharedstate"
VAULT = "kv-cml-shared-state"
TRUST = f"--repository o/r --issuer {ISSUER}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Registry and dev's platform are applied, each by the platform's identity of its environment."""
    with azure_world(tmp_path_factory.mktemp("azure")) as made:
        made.amlops("up shared", "shared-platform")
        made.amlops(f"bootstrap --all {TRUST}")  # what waited for the registry
        made.pulumi("stack init", "dev", "dev-platform")
        made.pulumi("up --yes --suppress-progress", "dev", "dev-platform")
        yield made


class Caller:
    """Somebody's plain requests."""

    def __init__(self, world: World, realm: str) -> None:
        self.world, self.credential = world, world.credential(realm)

    def arm(self, method: str, path: str, body: Any = None, version: str = "2025-12-01") -> int:
        address = f"{self.world.cloud.endpoint}{path}?api-version={version}"
        return self._send(self.world.cloud.endpoint, "https://management.azure.com/.default", method, address, body)

    def secret(self, name: str, method: str = "GET") -> int:
        host = f"https://{VAULT}.vault.localazure.test"
        body = {"value": "mine now"} if method == "PUT" else None
        return self._send(
            host, "https://vault.azure.net/.default", method, f"{host}/secrets/{name}?api-version=7.4", body
        )

    def blobs(self) -> BlobServiceClient:
        return BlobServiceClient(
            f"https://{ACCOUNT}.blob.core.localazure.test", credential=self.credential, **_reach(self.world)
        )

    def _send(self, endpoint: str, scope: str, method: str, address: str, body: Any) -> int:
        transport = RequestsTransport(use_env_settings=False, connection_verify=self.world.cloud.ca)
        proxy = [ProxyPolicy(proxies={"https": self.world.cloud.told["proxy"]})] if "vault" in endpoint else []
        policies = [*proxy, BearerTokenCredentialPolicy(self.credential, scope)]
        with PipelineClient(endpoint, policies=policies, transport=transport) as client:
            request = HttpRequest(method, address, **({} if body is None else {"json": body}))
            return int(client.send_request(request).status_code)


def _reach(world: World) -> dict[str, Any]:
    return {"connection_verify": world.cloud.ca, "proxies": {"https": world.cloud.told["proxy"]}, "retry_total": 0}


@pytest.fixture(scope="module")
def team(world: World) -> Caller:
    return Caller(world, MINE)


def test_bootstrap_leaves_alone_what_is_there(world: World) -> None:
    """Run again it makes nothing and changes nothing."""
    told = json.loads(world.amlops(f"bootstrap --all {TRUST} --json 2>/dev/null"))
    for environment in told["environments"]:
        assert (environment["made"], environment["changed"]) == ([], []), environment
        assert environment["unchanged"] > 15


def test_second_clone_goes_on_with_the_state_of_the_first(world: World) -> None:
    """A fresh clone has no salt: it takes the state's, so both read and write the same secrets."""
    other = world.another_clone("second")
    said = world.pulumi("preview --suppress-progress --expect-no-changes", "dev", "dev-platform", clone=other)
    assert "unchanged" in said
    world.pulumi("up --yes --suppress-progress --expect-no-changes", "dev", "dev-platform", clone=other)
    salts = {clone.path.joinpath(".local/stacks/Pulumi.dev.yaml").read_text() for clone in (world.clone, other)}
    assert len(salts) == 1
    world.pulumi("preview --suppress-progress --expect-no-changes", "dev", "dev-platform")


def test_team_changes_what_is_its_own(world: World, team: Caller) -> None:
    """Its endpoint, its container, its phrase; and its stack, whose state is in that container."""
    body = {
        "location": "westeurope",
        "identity": {
            "type": "UserAssigned",
            "userAssignedIdentities": {
                f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-cml-dev-endpoint": {}
            },
        },
        "properties": {"authMode": "Key"},
    }
    assert team.arm("PUT", OWN, body) in (200, 201)
    assert team.secret(MINE) == 200
    with team.blobs().get_blob_client(MINE, "probe") as blob:
        blob.upload_blob(b"mine", overwrite=True)
        blob.delete_blob()
    assert "create" in world.amlops(f"up dev.{DEPLOYMENT}", MINE)
    keys = {}
    for _ in range(2):
        keys[len(keys)] = _keys(world)
        told = json.loads(world.amlops(f"rotate-keys {DEPLOYMENT} --env dev --json 2>/dev/null", MINE))
        assert told["rotated"] == ["secondary", "primary"]
    assert not set(keys[0].values()) & set(keys[1].values())


def _keys(world: World) -> dict[str, str]:
    from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

    with world.cloud.client(MachineLearningServicesMgmtClient) as client:
        client._config.subscription_id = DEV.rsplit("/", 1)[-1]
        found = client.online_endpoints.list_keys("rg-cml-dev", "mlw-cml-dev", f"cml-{DEPLOYMENT}-dev")
    return {"primary": str(found.primary_key), "secondary": str(found.secondary_key)}


@pytest.mark.parametrize(
    ("method", "path", "version"),
    [
        ("PUT", WORKSPACE, "2025-12-01"),
        ("DELETE", WORKSPACE, "2025-12-01"),
        ("PUT", f"{WORKSPACE}/computes/cpu-cml-dev", "2025-12-01"),
        ("PUT", f"{WORKSPACE}/onlineEndpoints/cml-somebody-elses-dev", "2025-12-01"),
        ("POST", f"{WORKSPACE}/onlineEndpoints/cml-somebody-elses-dev/listKeys", "2025-12-01"),
        ("PUT", f"{WORKSPACE}/jobs/train", "2025-12-01"),
        ("PUT", f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-cml-dev", "2024-11-01"),
        ("POST", f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stcmldev/listKeys", "2024-01-01"),
        (
            "PUT",
            f"{OWN}/providers/Microsoft.Authorization/roleAssignments/11111111-1111-4111-8111-111111111111",
            "2022-04-01",
        ),
        (
            "PUT",
            "/subscriptions/3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c001/resourceGroups/rg-cml-shared-state/providers/"
            "Microsoft.ManagedIdentity/userAssignedIdentities/id-cml-dev-deploy-platform/federatedIdentityCredentials/x",
            "2023-01-31",
        ),
        (
            "POST",
            "/subscriptions/3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c001/resourceGroups/rg-cml-shared-state/providers/"
            f"Microsoft.Storage/storageAccounts/{ACCOUNT}/listKeys",
            "2024-01-01",
        ),
    ],
    ids=lambda value: value if value in ("PUT", "POST", "DELETE") else value.rsplit("providers/", 1)[-1],
)
def test_team_changes_nothing_of_the_platform_nor_of_another_team(
    team: Caller, method: str, path: str, version: str
) -> None:
    """403 from the local Azure, whatever it is tried on."""
    assert team.arm(method, path, {} if method != "DELETE" else None, version) == 403


def test_team_reaches_no_other_realms_state(world: World, team: Caller) -> None:
    """Neither by its token nor by the signature that it is given can it touch another container."""
    own = json.loads(world.amlops(f"env dev.{DEPLOYMENT} --json 2>/dev/null", MINE))
    signed = f"https://{ACCOUNT}.blob.core.localazure.test/{{}}?{own['AZURE_STORAGE_SAS_TOKEN']}"
    for other in ("dev-platform", "dev-ml-platform", "shared-platform", f"prod-{TEAM}"):
        for act in (
            lambda blobs: blobs.upload_blob("probe", b"mine", overwrite=True),
            lambda blobs: list(blobs.list_blobs()),
        ):
            with pytest.raises(HttpResponseError) as refused, team.blobs().get_container_client(other) as blobs:
                act(blobs)
            assert refused.value.status_code == 403
            with (
                pytest.raises(HttpResponseError) as refused,
                ContainerClient.from_container_url(signed.format(other), **_reach(world)) as blobs,
            ):
                act(blobs)
            assert refused.value.status_code == 403
    with ContainerClient.from_container_url(signed.format(MINE), **_reach(world)) as blobs:
        assert list(blobs.list_blobs())


def test_team_reads_no_other_realms_key(world: World, team: Caller) -> None:
    """And writes none, not even its own."""
    for other in ("dev-platform", "dev-ml-platform", "shared-platform", f"prod-{TEAM}"):
        assert team.secret(other) == 403
    assert team.secret(MINE, "PUT") == 403
    said = world.amlops("up dev", MINE, code=3)
    assert re.search(r"this identity may not read the passphrase dev-platform in the vault kv-cml-shared-state", said)


def test_platform_of_dev_changes_nothing_of_prod(world: World) -> None:
    """Nor where it is trusted, nor prod's state."""
    platform = Caller(world, "dev-platform")
    prod = "/subscriptions/3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c004/resourceGroups/rg-new"
    assert platform.arm("PUT", prod, {"location": "westeurope"}, "2024-03-01") == 403
    assert platform.secret("prod-platform") == 403
    with pytest.raises(HttpResponseError) as refused, platform.blobs().get_container_client("prod-platform") as blobs:
        list(blobs.list_blobs())
    assert refused.value.status_code == 403


def test_nothing_secret_is_printed_of_a_real_environment(world: World) -> None:
    """Without a stand-in, the variables of an environment in Azure hold neither signature nor phrase."""
    printed = world.clone.run(".venv/bin/amlops env dev --json 2>&1 || true")
    assert "AZURE_STORAGE_SAS_TOKEN" not in printed
    assert '"PULUMI_CONFIG_PASSPHRASE"' not in printed
    assert "azblob://dev-platform?storage_account=stcmlsharedstate" in printed
    assert "az keyvault secret show --vault-name kv-cml-shared-state --name dev-platform" in printed


def test_state_that_is_lost_comes_back_from_its_backup(world: World, tmp_path: Path) -> None:
    """Backed up, lost, restored: Pulumi sees nothing to change, and what was replaced is kept."""
    kept = tmp_path / "kept"
    told = json.loads(world.amlops(f"state backup dev --to {kept} --json 2>/dev/null"))
    assert {one["stack"]: one["who"] for one in told["saved"]}["dev"] == "platform"
    with _owner(world).get_container_client("dev-platform") as container:
        gone = [blob.name for blob in container.list_blobs(".pulumi/stacks/") if blob.name.endswith("dev.json")]
        for name in gone:
            container.delete_blob(name)
    assert gone
    assert "never brought up" in world.amlops("status dev")
    world.amlops(f"state restore dev --from {kept} --stack dev --yes")
    world.pulumi("preview --suppress-progress --expect-no-changes", "dev", "dev-platform")
    again = json.loads(world.amlops(f"state restore dev --from {kept} --yes --json 2>/dev/null"))
    assert {file.name for file in Path(again["replaced"]).iterdir()} == {file.name for file in kept.iterdir()}
    world.pulumi("preview --suppress-progress --expect-no-changes", "dev", "dev-platform")


def _owner(world: World) -> BlobServiceClient:
    url = f"https://{ACCOUNT}.blob.core.localazure.test"
    return BlobServiceClient(url, credential=world.cloud.credential(), **_reach(world))


def test_environment_comes_back_into_an_empty_subscription(world: World) -> None:
    """Everything of dev is lost; git names another subscription, and one command brings it back from git alone."""
    with world.cloud.client(_resources()) as client:
        client._config.subscription_id = DEV.rsplit("/", 1)[-1]
        client.resource_groups.begin_delete("rg-cml-dev").result()
    write(world.clone, "environments/dev.yaml", {"cloud.subscription.id": EMPTY, "prefix": "cmr"})
    git = Git(world.clone.path)
    with hold_lease(git, "dev", None, "amlops apply dev", lambda: datetime.now(UTC)):
        refused = world.amlops(f"restore dev {TRUST} --yes --wait 0", code=5)
    assert "amlops apply dev" in refused
    told = json.loads(world.amlops(f"restore dev {TRUST} --yes --json 2>/dev/null"))
    assert told["forgotten"] > 20
    assert [stack["name"] for stack in told["stacks"]] == ["dev", f"dev.{DEPLOYMENT}"]
    state = json.loads(world.amlops("state backup dev --to ../restored --json 2>/dev/null"))
    assert state["saved"]
    exported = json.loads((world.clone.path.parent / "restored" / "dev.json").read_text())
    ids = [str(resource.get("id", "")) for resource in exported["deployment"]["resources"]]
    there = {id.split("/")[2] for id in ids if id.startswith("/subscriptions/")}
    assert there == {EMPTY, "3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c001"}  # its own, and roles on the shared registry
    world.clients.update({name: made["AZURE_CLIENT_ID"] for name, made in told["github_environments"].items()})
    world.pulumi("preview --suppress-progress --expect-no-changes", "dev", "dev-platform")


def _resources() -> Any:
    from azure.mgmt.resource.resources import ResourceManagementClient

    return ResourceManagementClient
