"""Pulumi's own engine with the adapter and the thin language host, on a local Azure of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from tests.support.cloud import LocalCloud, running
from tests.unit.localazure.pulumi.engine import Engine, make_engine
from tests.unit.localazure.pulumi.fake_arm import fake_arm

pytestmark = pytest.mark.e2e

PATIENCE_SECONDS = 30.0
PROGRAM = """
import pulumi
from pulumi_azure_native import authorization, keyvault, managedidentity, resources, storage
from pulumi_azure_native import machinelearningservices as ml

me = authorization.get_client_config()
group = resources.ResourceGroup("group", resource_group_name="rg-engine", location="westeurope", tags={"round": "1"})
inside = {"resource_group_name": group.name}
account = storage.StorageAccount("account", **inside, kind="StorageV2", sku={"name": "Standard_LRS"})
vault = keyvault.Vault("vault", **inside, vault_name="kv-engine-test", properties=keyvault.VaultPropertiesArgs(
    tenant_id=me.tenant_id, sku=keyvault.SkuArgs(family="A", name="standard"), enable_rbac_authorization=True))
identity = managedidentity.UserAssignedIdentity("identity", **inside)
role = f"/subscriptions/{me.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/"
grant = authorization.RoleAssignment("grant", scope=account.id, principal_id=identity.principal_id,
    principal_type="ServicePrincipal", role_definition_id=role + "ba92f5b4-2d11-453d-a403-e96b0029c9fe")
workspace = ml.Workspace("workspace", **inside, workspace_name="mlw-engine", identity={"type": "SystemAssigned"},
    storage_account=account.id, key_vault=vault.id)
within = {**inside, "workspace_name": workspace.name}
endpoint = ml.OnlineEndpoint("endpoint", **within, endpoint_name="ep-engine-test",
    identity={"type": "UserAssigned", "user_assigned_identities": [identity.id]}, properties={"auth_mode": "Key"})
keys = ml.list_online_endpoint_keys_output(endpoint_name=endpoint.name, **within)
pulumi.export("key", keys.primary_key)
pulumi.export("uri", endpoint.properties.scoring_uri)
"""
DEPLOYMENT = """
none = workspace.id.apply(lambda i: i + "/codes/none/versions/1")
ml.OnlineDeployment("blue", **within, endpoint_name=endpoint.name, deployment_name="blue",
    sku={"name": "Default", "capacity": 1},
    properties={"endpointComputeType": "Managed", "instanceType": "Standard_F4s_v2",
        "environmentId": workspace.id.apply(lambda i: i + "/environments/none/versions/1"),
        "codeConfiguration": {"codeId": none, "scoringScript": "score.py"}})
"""
COMPUTE = """
compute = ml.Compute("compute", **within, compute_name="cpu-engine", properties={"computeType": "AmlCompute",
    "properties": {"vmSize": "Standard_DS3_v2", "scaleSettings": {"maxNodeCount": 1, "minNodeCount": 0}}})
pulumi.export("compute", compute.name)
"""
PAIR = """
from pulumi_azure_native import machinelearningservices as ml, resources

group = resources.ResourceGroup("group", resource_group_name="rg", location="westeurope")
within = {"resource_group_name": group.name, "workspace_name": "ws"}
endpoint = ml.OnlineEndpoint("ep", **within, endpoint_name="ep", properties=ml.OnlineEndpointPropertiesArgs(
    auth_mode="Key", traffic={"blue": 100}, keys=ml.EndpointAuthKeysArgs(primary_key="hush-hush")))
for name in ("blue", "green"):
    ml.OnlineDeployment(name, **within, endpoint_name=endpoint.name, deployment_name=name,
        sku=ml.SkuArgs(name="Default", capacity=1),
        properties=ml.ManagedOnlineDeploymentArgs(endpoint_compute_type="Managed", model="azureml://m"))
"""
BAD = """
from pulumi_azure_native import machinelearningservices as ml

ml.OnlineDeployment("blue", resource_group_name="rg", workspace_name="ws", endpoint_name="ep", location="westeurope",
    sku={"name": "Default", "capcity": 1}, properties={"endpoint_compute_type": "Managed"})
"""
GROUP = "resourceGroups/rg-engine"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw-engine"
ENDPOINT = f"{WORKSPACE}/onlineEndpoints/ep-engine-test"


@dataclass(frozen=True)
class World:
    """A stack that is up, and the cloud that it is up in."""

    engine: Engine
    cloud: LocalCloud

    def ask(self, method: str, path: str, body: object = None) -> urllib3.BaseHTTPResponse:
        """A request to ARM behind the engine's back, below the subscription."""
        version = "2025-12-01" if "MachineLearningServices" in path else "2024-03-01"
        with self.cloud.credential() as credential:
            token = credential.get_token("https://management.azure.com/.default").token
        with urllib3.PoolManager(ca_certs=self.cloud.ca) as pool:
            return pool.request(
                method,
                f"{self.cloud.endpoint}{self.cloud.subscription}/{path}?api-version={version}",
                headers={"Authorization": f"Bearer {token}"},
                json=body,
            )

    def send(self, method: str, path: str, body: object = None) -> int:
        return self.ask(method, path, body).status

    def gone(self, path: str) -> None:
        """Delete something behind the engine's back, and wait until it is gone."""
        assert self.send("DELETE", path) in (200, 202, 204)
        wait_until(lambda: self.send("GET", path) == 404)


def wait_until(true: object) -> None:
    assert callable(true)
    until = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The stack is brought up once; at the end it is destroyed, which must leave no resource."""
    with running(tmp_path_factory.mktemp("azure")) as cloud:
        environment = {
            "ARM_ENDPOINT": cloud.endpoint,
            "ARM_TENANT_ID": cloud.tenant_id,
            "ARM_SUBSCRIPTION_ID": cloud.subscription_id,
            "ARM_CLIENT_ID": cloud.owner.client_id,
            "ARM_CLIENT_SECRET": cloud.owner.client_secret,
            "SSL_CERT_FILE": cloud.ca,
        }
        found = World(make_engine(tmp_path_factory.mktemp("engine"), environment), cloud)
        found.engine.program(PROGRAM)
        found.engine.run("up", "--yes", "--skip-preview")
        yield found
        found.engine.program(PROGRAM)
        found.engine.run("destroy", "--yes", "--skip-preview")
        assert found.engine.state() == {}
        assert found.send("GET", GROUP) == 404


@pytest.fixture
def changing(world: World) -> World:
    """The stack after whatever the tests before did to it, the program as it was first."""
    world.engine.program(PROGRAM)
    return world


def test_preview_of_an_unchanged_stack_shows_nothing(world: World) -> None:
    """Also after a refresh: what the service adds is no drift. Keys are secret in the outputs."""
    assert world.engine.steps("preview") == []
    world.engine.run("refresh", "--yes", "--skip-preview")
    assert world.engine.steps("preview") == []
    assert '"key": "[secret]"' in world.engine.run("stack", "output", "--json")


def test_update_plan_holds(changing: World) -> None:
    """The planned change passes; another one is stopped before it reaches ARM."""
    engine = changing.engine
    engine.program(PROGRAM.replace('"round": "1"', '"round": "2"'))
    engine.run("preview", "--save-plan", "plan.json")
    engine.program(PROGRAM.replace('"round": "1"', '"round": "3"'))
    assert "violates plan" in engine.run("up", "--yes", "--skip-preview", "--plan", "plan.json", ok=False)
    engine.program(PROGRAM.replace('"round": "1"', '"round": "2"'))
    engine.run("up", "--yes", "--skip-preview", "--plan", "plan.json")
    assert changing.ask("GET", GROUP).json()["tags"] == {"round": "2"}


def test_update_plan_of_a_new_resource_holds(changing: World) -> None:
    """What is unknown in the preview and known afterwards does not break the plan; the whole chain is made by it."""
    engine = changing.engine
    engine.program(PROGRAM + COMPUTE)
    engine.run("preview", "--save-plan", "plan.json")
    engine.run("up", "--yes", "--skip-preview", "--plan", "plan.json")
    assert changing.send("GET", f"{WORKSPACE}/computes/cpu-engine") == 200


def test_deleted_resource_comes_back(changing: World) -> None:
    """A refresh sees that it is gone, an up makes it again."""
    changing.gone(ENDPOINT)
    changing.engine.run("refresh", "--yes", "--skip-preview")
    assert "endpoint" not in changing.engine.state()
    changing.engine.run("up", "--yes", "--skip-preview")
    assert changing.send("GET", ENDPOINT) == 200


def test_existing_resource_is_refused_and_can_be_imported(changing: World) -> None:
    """As the vendor's plugin says it; an import then takes it over without change."""
    group = 'resources.ResourceGroup("other", resource_group_name="rg-other", location="westeurope"'
    assert changing.send("PUT", "resourceGroups/rg-other", {"location": "westeurope"}) == 201
    changing.engine.program(f"{PROGRAM}\n{group})\n")
    told = changing.engine.run("up", "--yes", "--skip-preview", ok=False)
    assert "cannot create already existing resource" in told
    path = f"{changing.cloud.subscription}/resourceGroups/rg-other"
    changing.engine.program(f'{PROGRAM}\n{group}, opts=pulumi.ResourceOptions(import_="{path}"))\n')
    changing.engine.run("up", "--yes", "--skip-preview")
    assert "other" in changing.engine.state()


def test_failed_deployment_is_in_the_state(changing: World) -> None:
    """The reason reaches the user, and what exists in ARM all the same is known to the state."""
    changing.engine.program(PROGRAM + DEPLOYMENT)
    told = changing.engine.run("up", "--yes", "--skip-preview", ok=False)
    assert "Code=" in told
    exists = changing.send("GET", f"{ENDPOINT}/deployments/blue") == 200
    assert ("blue" in changing.engine.state()) is exists


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks processes up in /proc")
def test_killed_engine_leaves_no_process(changing: World) -> None:
    """kill -9 of the CLI in the middle of a program: provider and language host end by themselves."""
    waiting = changing.engine.folder / "waiting"
    changing.engine.program(
        f"{PROGRAM}\nimport pathlib, time\n"
        f"group.id.apply(lambda _: (pathlib.Path({str(waiting)!r}).touch(), time.sleep(120)))\n"
    )
    process = subprocess.Popen(
        changing.engine.argv("preview"),
        cwd=changing.engine.folder,
        env=changing.engine.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: waiting.exists() and len(children(process.pid)) >= 2)
    plugins = children(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_until(lambda: not any(alive(pid) for pid in plugins))


def test_errors_of_the_program_reach_the_user(tmp_path: Path) -> None:
    """A traceback from the program's own frame on, the words of a RunError, what it prints, and how it exits."""
    (tmp_path / "project").mkdir()
    with fake_arm(tmp_path) as arm:
        engine = make_engine(tmp_path / "project", arm.environment())
        engine.program('print("hello from the program")\n\ndef broken():\n    return {}["nothing"]\n\nbroken()\n')
        told = engine.run("preview", ok=False)
        assert "hello from the program" in told
        assert "KeyError: 'nothing'" in told
        assert told.split("(most recent call last):")[1].lstrip().startswith('File "' + str(engine.folder.resolve()))
        engine.program('import pulumi\nraise pulumi.RunError("in my own words")\n')
        assert "error: in my own words" in engine.run("preview", ok=False)
        engine.program("raise SystemExit(3)\n")
        assert "non-zero exit code: 3" in engine.run("preview", ok=False)
        engine.program(BAD)
        told = engine.run("preview", ok=False)
        assert "properties.endpoint_compute_type" in told or "'endpoint_compute_type' is written so" in told
        assert "unknown property 'capcity' of Sku; did you mean 'capacity'?" in told


def test_pair_of_deployments_drifts_fails_and_recovers(tmp_path: Path) -> None:
    """Traffic and capacity changed by hand show after a refresh; a failed deployment is mended by the next up."""
    (tmp_path / "project").mkdir()
    with fake_arm(tmp_path) as arm:
        engine = make_engine(tmp_path / "project", arm.environment())
        engine.program(PAIR)
        arm.slow |= {"/ep", "/blue"}
        engine.run("preview", "--save-plan", "plan.json")
        engine.run("up", "--yes", "--skip-preview", "--plan", "plan.json")
        keys = engine.state()["ep"]["inputs"]["properties"]["keys"]
        assert "ciphertext" in keys and "hush-hush" not in json.dumps(engine.state())
        arm.find("/ep")["properties"]["traffic"] = {"blue": 90, "green": 10}
        arm.find("/green")["sku"]["capacity"] = 3
        arm.resources.pop(next(key for key in arm.resources if key.endswith("/blue")))
        engine.run("refresh", "--yes", "--skip-preview")
        assert sorted(engine.steps("preview")) == [("create", "blue"), ("update", "ep"), ("update", "green")]
        arm.failing["/blue"] = {"code": "ResourceNotReady", "message": "score.py, line 3"}
        told = engine.run("up", "--yes", "--skip-preview", ok=False)
        assert 'Code="ResourceNotReady" Message="score.py, line 3"' in told
        assert engine.state()["blue"]["id"].endswith("/deployments/blue")
        arm.failing.clear()
        engine.run("up", "--yes", "--skip-preview")
        assert arm.find("/ep")["properties"]["traffic"] == {"blue": 100}
        assert arm.find("/blue")["properties"]["provisioningState"] == "Succeeded"


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in listed for child in file.read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
