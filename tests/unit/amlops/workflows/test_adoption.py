"""Which property of the cloud one value of git decides, and why another can't be adopted."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlops.config import Environment, Repository, load_about, load_environment
from amlops.stacks.events import Change
from amlops.workflows.drift.adoption import Edit, Refused, adopt, at, segments

REPO = Repository(Path(__file__).resolve().parents[4])
DEPLOYMENT = "diabetes-progression"


@pytest.fixture(scope="module")
def dev() -> Environment:
    return load_environment(REPO, "dev")


def change(kind: str, name: str, path: str, old: object, operation: str = "update") -> Change:
    """A resource whose property at `path` is `old` in the cloud."""
    inputs: object = old
    for part in reversed(segments(path)):
        inputs = {part: inputs}
    urn = f"urn:pulumi:dev::azureml::azure-native:{kind}::{name}"
    return Change(urn, f"azure-native:{kind}", operation, (path,), old=inputs)  # type: ignore[arg-type]


SCALE = "properties.properties.scaleSettings"


@pytest.mark.parametrize(
    ("kind", "name", "path", "old", "keys", "value"),
    [
        ("machinelearningservices:Compute", "compute-gpu", f"{SCALE}.maxNodeCount", 3.0, "compute.gpu.max_nodes", 3),
        ("machinelearningservices:Compute", "compute-cpu", f"{SCALE}.nodeIdleTimeBeforeScaleDown", "PT10M",
         "compute.cpu.idle_seconds", 600),
        ("machinelearningservices:Workspace", "workspace", "managedNetwork.isolationMode", "AllowInternetOutbound",
         "workspace.managed_network", "allow-internet-outbound"),
        ("machinelearningservices:Workspace", "workspace", "friendlyName", "X", "workspace.display_name", "X"),
        ("storage:StorageAccount", "storage", "sku.name", "Standard_ZRS", "storage.redundancy", "zrs"),
        ("keyvault:Vault", "vault", "properties.enablePurgeProtection", True, "vault.purge_protection", True),
        ("containerregistry:Registry", "registry", "sku.name", "Premium", "container_registry.sku", "premium"),
        ("operationalinsights:Workspace", "logs", "retentionInDays", 90, "monitoring.retention_days", 90),
    ],
)  # fmt: skip
def test_a_platform_s_value_has_a_key(
    dev: Environment, kind: str, name: str, path: str, old: object, keys: str, value: object
) -> None:
    """The key below `platform` of the environment's file, and Azure's value in our words."""
    (edit,) = adopt(change(kind, name, path, old), dev, None)
    assert isinstance(edit, Edit)
    assert (edit.file, ".".join(edit.keys), edit.value) == ("environments/dev.yaml", f"platform.{keys}", value)
    assert not edit.later


def test_a_deployment_s_value_has_a_manifest(dev: Environment) -> None:
    """It goes into the manifest, and reaches the environment with a release only."""
    found = change(
        "machinelearningservices:OnlineDeployment", "r-1", "properties.requestSettings.requestTimeout", "PT1.5S"
    )
    (edit,) = adopt(found, dev, (DEPLOYMENT, load_about(REPO, DEPLOYMENT)))
    assert isinstance(edit, Edit)
    assert edit.file == f"deployments/{DEPLOYMENT}/deployment.yml"
    assert (edit.keys, edit.value, edit.later) == (("request_settings", "request_timeout_ms"), 1500, True)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (change("storage:StorageAccount", "storage", 'tags["owner"]', "me"), "a tag in git is one of all resources"),
        (change("storage:StorageAccount", "storage", "sku.name", "Premium_LRS"), "no value of platform.storage"),
        (change("storage:StorageAccount", "storage", "minimumTlsVersion", "TLS1_0"), "no single value in git"),
        (change("machinelearningservices:OnlineDeployment", "r-1", "properties.model", "x"), "a release never changes"),
        (change("storage:StorageAccount", "storage", "sku.name", "x", "create"), "take it out of git"),
    ],
)
def test_what_can_t_be_adopted_says_why(dev: Environment, found: Change, why: str) -> None:
    """Every property has an answer."""
    (refused,) = adopt(found, dev, (DEPLOYMENT, load_about(REPO, DEPLOYMENT)))
    assert isinstance(refused, Refused)
    assert why in str(refused)


def test_property_paths_are_read_as_pulumi_writes_them() -> None:
    """Names, quoted names, indices."""
    assert segments('tags["cost-center"]') == ("tags", "cost-center")
    assert segments("rules[0].name") == ("rules", 0, "name")
    assert at({"rules": [{"name": "x"}]}, "rules[0].name") == "x"
    assert at({"rules": []}, "rules[0].name") is None
