"""Online endpoints and deployments as azure-ai-ml and azure-mgmt-machinelearningservices use them."""

from __future__ import annotations

import json
import ssl
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.ai.ml.entities import CodeConfiguration, Environment, ManagedOnlineDeployment, Model
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.machinelearningservices import models

from tests.contract.jobs import workspace as support
from tests.contract.jobs.workspace import Workspace

pytestmark = [pytest.mark.client, pytest.mark.filterwarnings("default")]  # azure-ai-ml warns of its own classes

CONDA = "dependencies:\n  - python=3.11\n  - pip:\n    - azureml-inference-server-http==1.5.1\n"
SCRIPT = """
import json, os, pathlib
def init():
    global factor
    factor = int(pathlib.Path(os.environ["AZUREML_MODEL_DIR"], "model", "factor.txt").read_text())
def run(data):
    return {"scores": [factor * value for value in json.loads(data)["data"]], "by": "NAME"}
"""


@pytest.fixture
def endpoint(lab: Workspace, endpoints: Any) -> Iterator[str]:
    """An endpoint with key authentication, deleted at the end with all its deployments."""
    name = f"ep-{uuid.uuid4().hex[:8]}"
    put_endpoint(lab, endpoints, name)
    yield name
    endpoints.online_endpoints.begin_delete(lab.group, lab.name, name).result()


def put_endpoint(lab: Workspace, client: Any, name: str, **properties: Any) -> Any:
    body = models.OnlineEndpoint(
        location=lab.cloud.location, properties=models.OnlineEndpointProperties(**{"auth_mode": "Key", **properties})
    )
    return client.online_endpoints.begin_create_or_update(lab.group, lab.name, name, body).result()


def deployment(lab: Workspace, folder: Path, endpoint: str, name: str, script: str = SCRIPT) -> ManagedOnlineDeployment:
    """A deployment of local files, as a user writes it."""
    code, model, conda = folder / name / "code", folder / name / "model", folder / "conda.yml"
    code.mkdir(parents=True)
    model.mkdir()
    (code / "score.py").write_text(script.replace("NAME", name))
    (model / "factor.txt").write_text("2")
    conda.write_text(CONDA)
    return ManagedOnlineDeployment(
        name=name,
        endpoint_name=endpoint,
        model=Model(path=str(model), name=f"model-{name}", type="custom_model"),
        code_configuration=CodeConfiguration(code=str(code), scoring_script="score.py"),
        environment=Environment(image="ubuntu", conda_file=str(conda)),
        instance_type="Standard_DS3_v2",
        instance_count=1,
    )


def test_deploy_route_and_delete(lab: Workspace, endpoints: Any, endpoint: str, tmp_path: Path) -> None:
    """MLClient uploads code and model, deploys both deployments, divides traffic, invokes and reads the log; a
    deployment with traffic can't be deleted, one without can."""
    client = lab.ml_client()
    for name in ("blue", "green"):
        made = client.online_deployments.begin_create_or_update(deployment(lab, tmp_path, endpoint, name)).result()
        assert (made.provisioning_state, made.instance_type) == ("Succeeded", "Standard_DS3_v2")
    found = client.online_endpoints.get(endpoint)
    assert found.traffic == {"blue": 0, "green": 0}
    found.traffic = {"blue": 75, "green": 25}
    assert client.online_endpoints.begin_create_or_update(found).result().traffic == {"blue": 75, "green": 25}

    asked = tmp_path / "request.json"
    asked.write_text(json.dumps({"data": [1, 2]}))
    answers = [json.loads(client.online_endpoints.invoke(endpoint, request_file=str(asked))) for _ in range(8)]
    assert Counter(a["by"] for a in answers) == {"blue": 6, "green": 2}
    assert answers[0]["scores"] == [2, 4]
    named = client.online_endpoints.invoke(endpoint, request_file=str(asked), deployment_name="green")
    assert json.loads(named)["by"] == "green"
    log = client.online_deployments.get_logs(name="green", endpoint_name=endpoint, lines=50)
    assert "POST /score 200" in log
    storage = client.online_deployments.get_logs(
        name="green", endpoint_name=endpoint, lines=50, container_type="storage-initializer"
    )
    assert "/model: 1 files" in storage

    with pytest.raises(HttpResponseError, match="25 % of the endpoint's traffic"):
        client.online_deployments.begin_delete(name="green", endpoint_name=endpoint)
    found.traffic = {"blue": 100}
    client.online_endpoints.begin_create_or_update(found).result()
    client.online_deployments.begin_delete(name="green", endpoint_name=endpoint).result()
    assert [d.name for d in client.online_deployments.list(endpoint)] == ["blue"]

    of_blue = (lab.group, lab.name, endpoint, "blue")
    patch = models.PartialMinimalTrackedResourceWithSku(tags={"a": "b"}, sku=models.PartialSku(capacity=2))
    changed = endpoints.online_deployments.begin_update(*of_blue, patch).result()
    assert (changed.tags, changed.sku.capacity) == ({"a": "b"}, 2)
    # azure-ai-ml goes on sending the deployment that an earlier invoke named (it changes its default headers)
    named = client.online_endpoints.invoke(endpoint, request_file=str(asked), deployment_name="blue")
    assert json.loads(named)["by"] == "blue"
    body = endpoints.online_deployments.get(*of_blue)
    body.properties.instance_type = "Standard_DS4_v2"
    with pytest.raises(HttpResponseError, match=r"instanceType"):
        endpoints.online_deployments.begin_create_or_update(*of_blue, body)
    assert [s.capacity.maximum for s in endpoints.online_deployments.list_skus(*of_blue)] == [50]


def test_broken_script_ends_as_failed(lab: Workspace, endpoints: Any, endpoint: str, tmp_path: Path) -> None:
    """The client's poller raises with the log's last lines; the deployment says Failed, and no process is left."""
    client = lab.ml_client()
    broken = deployment(lab, tmp_path, endpoint, "broken", "raise ValueError('it is broken')")
    with pytest.raises(HttpResponseError) as failed:
        client.online_deployments.begin_create_or_update(broken).result()
    assert "User container has crashed or terminated" in str(failed.value)
    assert "it is broken" in str(failed.value)
    assert client.online_deployments.get(name="broken", endpoint_name=endpoint).provisioning_state == "Failed"
    assert "it is broken" in client.online_deployments.get_logs(name="broken", endpoint_name=endpoint, lines=50)
    running = [process["name"] for process in lab.cloud.control("GET", "status")["processes"]]
    assert not [name for name in running if endpoint in name]


def test_keys(lab: Workspace, endpoints: Any, endpoint: str) -> None:
    """Two keys, each renewed alone, to a value of one's own if one likes; a Reader may not list them."""
    at = (lab.group, lab.name, endpoint)
    client = endpoints.online_endpoints
    first = client.list_keys(*at)
    client.begin_regenerate_keys(*at, models.RegenerateEndpointKeysRequest(key_type="Secondary")).result()
    second = client.list_keys(*at)
    assert second.primary_key == first.primary_key
    assert second.secondary_key != first.secondary_key
    given = models.RegenerateEndpointKeysRequest(key_type="Primary", key_value="mine")
    client.begin_regenerate_keys(*at, given).result()
    assert client.list_keys(*at).primary_key == "mine"
    with pytest.raises(HttpResponseError, match="authMode is Key"):
        client.get_token(*at)
    assert client.get(*at).properties.keys is None


def test_tokens(lab: Workspace, endpoints: Any, endpoint: str) -> None:
    """authMode changes in place; with AMLToken there are tokens and no keys; AADToken asks for an Entra token."""
    at = (lab.group, lab.name, endpoint)
    put_endpoint(lab, endpoints, endpoint, auth_mode="AMLToken")
    token = endpoints.online_endpoints.get_token(*at)
    assert token.token_type == "Bearer"
    assert token.expiry_time_utc > token.refresh_after_time_utc
    with pytest.raises(HttpResponseError, match="authMode is AMLToken"):
        endpoints.online_endpoints.list_keys(*at)
    uri = endpoints.online_endpoints.get(*at).properties.scoring_uri
    assert status(lab, uri, token.access_token) == 404  # let in, and nobody is there
    assert status(lab, uri, "other") == 401
    put_endpoint(lab, endpoints, endpoint, auth_mode="AADToken")
    owner = lab.cloud.credential().get_token("https://ml.azure.com/.default").token
    nobody = lab.cloud.credential(lab.cloud.new_caller("nobody")).get_token("https://ml.azure.com/.default").token
    assert (status(lab, uri, owner), status(lab, uri, nobody)) == (404, 403)


def status(lab: Workspace, uri: str, token: str) -> int:
    trust = ssl.create_default_context(cafile=lab.cloud.ca)
    return httpx.post(uri, headers={"Authorization": f"Bearer {token}"}, verify=trust, trust_env=False).status_code


@pytest.mark.parametrize("name", ["ab", "1abc", "abc-", "a_bc", "a" * 33])
def test_names(lab: Workspace, endpoints: Any, name: str) -> None:
    """3 to 32 letters, digits and hyphens, a letter first."""
    with pytest.raises(HttpResponseError):
        put_endpoint(lab, endpoints, name)


def test_name_is_unique_in_its_region(lab: Workspace, endpoints: Any, endpoint: str) -> None:
    """Another workspace can't have the name, until it is free again."""
    other = support.create(lab.cloud)
    with pytest.raises(HttpResponseError, match="needs to be unique within a region"):
        put_endpoint(other, endpoints, endpoint)
    endpoints.online_endpoints.begin_delete(lab.group, lab.name, endpoint).result()
    assert put_endpoint(other, endpoints, endpoint).properties.provisioning_state == "Succeeded"


def test_traffic_rules(lab: Workspace, endpoints: Any, endpoint: str) -> None:
    """Sum 0 or 100, names that exist, none at creation; one mirror of at most 50 %, never also live."""
    with pytest.raises(HttpResponseError, match="when the endpoint is created"):
        put_endpoint(lab, endpoints, f"{endpoint}-new", traffic={"blue": 100})
    with pytest.raises(ResourceNotFoundError):
        endpoints.online_endpoints.get(lab.group, lab.name, f"{endpoint}-new")
    missing = models.ManagedOnlineDeployment(
        code_configuration=models.CodeConfiguration(code_id=f"{lab.id}/codes/no/versions/1", scoring_script="s.py"),
        environment_id=lab.environment(),
    )
    body = models.OnlineDeployment(location=lab.cloud.location, properties=missing)
    for name in ("blue", "green"):
        with pytest.raises(HttpResponseError, match="Unable to download user code"):
            endpoints.online_deployments.begin_create_or_update(lab.group, lab.name, endpoint, name, body).result()
    refused: dict[str, Any] = {
        "must be 0 or 100": {"traffic": {"blue": 60}},
        "no deployment red": {"traffic": {"red": 100}},
        "from 0 to 100": {"traffic": {"blue": 150, "green": -50}},
        "at most 50 %": {"traffic": {"blue": 100}, "mirror_traffic": {"green": 60}},
        "live and mirrored": {"traffic": {"blue": 100}, "mirror_traffic": {"blue": 10}},
        "one deployment only": {"mirror_traffic": {"blue": 10, "green": 10}},
    }
    for message, properties in refused.items():
        with pytest.raises(HttpResponseError, match=message):
            put_endpoint(lab, endpoints, endpoint, **properties)
    taken = put_endpoint(lab, endpoints, endpoint, traffic={"blue": 100}, mirror_traffic={"green": 50}).properties
    assert (taken.traffic, taken.mirror_traffic) == ({"blue": 100}, {"green": 50})
