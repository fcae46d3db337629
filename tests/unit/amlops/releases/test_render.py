"""From compiled manifests and published assets to a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from amlops.errors import AmlopsError
from amlops.manifests import WORKSPACE, Compiled, LocalAsset, Resource
from amlops.releases import Asset, Provenance
from amlops.releases.identity import release_id
from amlops.releases.render import references, render

CODE = f"{WORKSPACE}/codes/abc/versions/1"
MODEL = f"{WORKSPACE}/models/churn/versions/${{latest}}"
ENVIRONMENT = f"{WORKSPACE}/environments/CliV2AnonymousEnvironment/versions/1"
MADE = Provenance("0" * 40, False, "job", "azure-ai-ml", {})


def endpoint(tags: Mapping[str, str] | None = None, **properties: Any) -> Compiled:
    body = {
        "identity": {"type": "SystemAssigned"},
        "tags": {"a": "b"} if tags is None else tags,
        "properties": {"authMode": "Key", "traffic": {"blue": 100}, "mirrorTraffic": {}, **properties},
    }
    return Compiled("online-endpoint", (Resource("onlineEndpoints", ("churn",), "x", body),), (), (), "azure-ai-ml")


def deployment(**properties: Any) -> Compiled:
    body = {
        "sku": {"name": "Default", "capacity": 2},
        "tags": {"a": "b"},
        "properties": {
            "codeConfiguration": {"codeId": CODE, "scoringScript": "score.py"},
            "model": MODEL,
            "environmentId": ENVIRONMENT,
            "instanceType": "small",
            **properties,
        },
    }
    code = LocalAsset("code", CODE, PurePosixPath("src"), False, "c" * 64, ())
    resource = Resource("onlineEndpoints/deployments", ("churn", "blue"), "x", body)
    return Compiled("online-deployment", (resource,), (code,), (), "azure-ai-ml")


def assets(registry: str = "R", model: str = "2") -> tuple[Asset, ...]:
    def one(kind: Any, digit: str) -> Asset:
        id = f"azureml://registries/{registry}/{kind}s/churn/versions/{digit}"
        return Asset(kind, id, f"sha256:{digit * 64}", "somewhere")

    return one("code", "1"), one("model", model), one("environment", "3")


def test_assets_take_the_places_of_references() -> None:
    """Code, model and environment become ids of the registry; each kind is found in its own place."""
    assert references(deployment()) == {"code": CODE, "model": MODEL, "environment": ENVIRONMENT}
    release = render("churn", endpoint(), deployment(), assets(), MADE, "2026-01-01T00:00:00Z")
    properties = release.deployment_body["properties"]
    assert properties["codeConfiguration"]["codeId"] == "azureml://registries/R/codes/churn/versions/1"
    assert properties["model"] == "azureml://registries/R/models/churn/versions/2"
    assert properties["environmentId"] == "azureml://registries/R/environments/churn/versions/3"


def test_a_release_holds_nothing_that_an_environment_or_the_cloud_decides() -> None:
    """Identity and location come from the environment, traffic from the provider's live value."""
    release = render("churn", endpoint(), deployment(), assets(), MADE, "2026-01-01T00:00:00Z")
    assert release.endpoint == {"tags": {"a": "b"}, "properties": {"authMode": "Key"}}
    assert set(release.deployment_body) == {"sku", "tags", "properties"}


def test_what_belongs_to_one_workspace_is_refused() -> None:
    """A release is promoted through workspaces, so it can't refer to one."""
    compiled = deployment(dataCollector={"collections": {"in": {"dataId": f"{WORKSPACE}/data/in/versions/1"}}})
    with pytest.raises(AmlopsError, match="names something of one workspace"):
        render("churn", endpoint(), compiled, assets(), MADE, "2026-01-01T00:00:00Z")


def identity(changes: Mapping[str, Any] | None = None, published: tuple[Asset, ...] | None = None) -> str:
    compiled, given = deployment(), published or assets()
    compiled = replace(compiled, resources=(replace(compiled.main, body={**compiled.main.body, **(changes or {})}),))
    return render("churn", endpoint(), compiled, given, MADE, "2026-01-01T00:00:00Z").id


@pytest.mark.parametrize(
    "changes", [{"sku": {"name": "Default", "capacity": 9}}, {"tags": {"c": "d"}}], ids=["capacity", "tags"]
)
def test_what_does_not_change_behaviour_does_not_change_the_id(changes: Mapping[str, Any]) -> None:
    """Capacity and tags change in place."""
    assert identity(changes) == identity()


def identity_with(front: Compiled) -> str:
    return render("churn", front, deployment(), assets(), MADE, "2026-01-01T00:00:00Z").id


@pytest.mark.parametrize(
    "properties",
    [{"authMode": "AMLToken"}, {"properties": {"a": "b"}}, {"keys": {"primaryKey": "x"}}],
    ids=["auth-mode", "properties", "another"],
)
def test_what_the_endpoint_says_changes_the_id(properties: Mapping[str, Any]) -> None:
    """Another endpoint is another release: it is measured, rolled out and promoted like any other."""
    assert identity_with(endpoint(**properties)) != identity_with(endpoint())


@pytest.mark.parametrize(
    "front",
    [
        endpoint({"c": "d"}),
        endpoint(description="of the endpoint"),
        endpoint(traffic={"green": 100}),
        endpoint(mirrorTraffic={"green": 10}),
        endpoint(publicNetworkAccess="Disabled"),
    ],
    ids=["tags", "description", "traffic", "mirror", "public-access"],
)
def test_what_is_not_the_endpoints_behaviour_does_not_change_the_id(front: Compiled) -> None:
    """Tags and description change in place; traffic belongs to the rollout, public access to the environment."""
    assert identity_with(front) == identity_with(endpoint())


def test_the_registry_does_not_change_the_id() -> None:
    """The same content published to another registry is the same release."""
    assert identity(published=assets("other")) == identity()


def test_model_and_settings_change_the_id() -> None:
    """Other content, or another setting of scoring, is another release."""
    slower = {"properties": {**deployment().main.body["properties"], "requestSettings": {"requestTimeout": "PT60S"}}}
    assert len({identity(), identity(published=assets(model="9")), identity(slower)}) == 3


def test_the_id_is_stable() -> None:
    """Ids stand in git: a change of how they are made would orphan every release."""
    assert release_id("churn", {"properties": {"b": 2}}, {"properties": {"a": 1}}, ()) == "03ea35cc495f"
    assert len(identity()) == 12
