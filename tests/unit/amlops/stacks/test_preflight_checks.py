"""What preflight finds in a plan, check by check."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from amlops.config import Environment, Repository, load_environment
from amlops.stacks import Result, StackName
from amlops.stacks.events import Change
from amlops.stacks.preflight import Finding, Situation, all_checks, check
from amlops.stacks.preflight.situation import Said, Size, Usage, planned

REPO = Repository(Path(__file__).parents[4])
DEV = load_environment(REPO, "dev")
LOCAL = load_environment(REPO, "local")
SUBSCRIPTION = str(DEV.subscription_id)
STACK = StackName("dev.churn", "dev", "deployment", "churn")
SIZES = {"standard_ds3_v2": Size("standardDSv2Family", 4)}
ML = "azure-native:machinelearningservices"


def _change(token: str, operation: str, inputs: Mapping[str, Any], *, name: str = "it", **about: Any) -> Change:
    return Change(f"urn:pulumi:dev.churn::azureml::{token}::{name}", token, operation, inputs=inputs, **about)


def _deployment(operation: str = "create", *, capacity: int = 2, name: str = "r-1", **about: Any) -> Change:
    inputs = {
        "resourceGroupName": "rg",
        "workspaceName": "ws",
        "endpointName": "churn-dev",
        "deploymentName": name,
        "sku": {"name": "Default", "capacity": capacity},
        "properties": {"instanceType": "Standard_DS3_v2"},
    }
    return _change(f"{ML}:OnlineDeployment", operation, inputs, name=name, **about)


NOTHING = Said()


def _situation(*changes: Change, said: Said = NOTHING, environment: Environment = DEV) -> Situation:
    result = Result(STACK, {}, changes, tuple(one for one in changes if one.operation != "delete"))
    return Situation(STACK, environment, planned(result, SUBSCRIPTION), said)


def _quota(used: int, limit: int, **about: Any) -> Said:
    return Said(sizes=SIZES, usages={"standarddsv2family": Usage(used, limit)}, **about)


def _found(situation: Situation) -> list[tuple[str, str]]:
    return [(finding.check, finding.severity) for finding in check(situation)]


def test_plan_that_changes_nothing_needs_nothing() -> None:
    """And nothing is found."""
    assert check(_situation(_deployment("same"))) == ()


def test_every_check_says_what_it_is_about() -> None:
    """Its file has its name, and its docstring what holds, why, and by whose word."""
    for item in all_checks():
        said = __import__(type(item).__module__, fromlist=["_"]).__doc__ or ""
        assert all(word in said for word in ("Check: ", "\nWhy: ", "\nSource: ")), item.id


@pytest.mark.parametrize(
    ("capacity", "limit", "found"),
    [
        # 2 instances take ceil(2.4) = 3 machines of 4 cores; a second deployment as many again
        (2, 24, []),
        (2, 23, [("quota", "warning")]),
        (2, 12, [("quota", "warning")]),
        (2, 11, [("quota", "error")]),
        (5, 24, [("quota", "warning")]),
        (5, 23, [("quota", "error")]),
        (2, -1, []),
    ],
)
def test_quota_holds_reserve_and_a_second_deployment(capacity: int, limit: int, found: list[tuple[str, str]]) -> None:
    """A fifth more machines for upgrades; without room for the next release's, a warning."""
    assert _found(_situation(_deployment(capacity=capacity), said=_quota(0, limit))) == found


def test_quota_that_is_missing_is_told_in_figures() -> None:
    """What is needed, what is free, and what to do."""
    (finding,) = check(_situation(_deployment(), said=_quota(90, 100)))
    assert str(finding) == (
        "dev.churn: 12 cores of standardDSv2Family are needed in westeurope, with a fifth in reserve for upgrades, and "
        "10 of 100 are free; ask for more quota, take fewer or smaller instances, or delete what is not used [quota]"
    )


def test_only_what_a_plan_adds_is_needed() -> None:
    """A deployment that stays is in use already; one that goes makes room."""
    old = {"sku": {"capacity": 2}, "properties": {"instanceType": "Standard_DS3_v2"}}
    grows = _deployment("update", capacity=3, old=old)  # 4 machines instead of 3
    assert _found(_situation(grows, said=_quota(96, 100))) == []
    assert _found(_situation(grows, said=_quota(97, 100))) == [("quota", "error")]
    swap = (_deployment(name="r-2"), _deployment("delete", name="r-1", old=old))
    assert ("quota", "error") not in _found(_situation(*swap, said=_quota(100, 100)))


def test_total_of_all_families_counts_too() -> None:
    """Azure has a limit for all dedicated cores together."""
    said = Said(sizes=SIZES, usages={"total": Usage(95, 100), "standarddsv2family": Usage(0, 100)})
    assert _found(_situation(_deployment(), said=said)) == [("quota", "error")]


def test_size_that_the_region_lacks_is_refused() -> None:
    """The message names sizes that there are."""
    change = _change(f"{ML}:OnlineDeployment", "create", {"properties": {"instanceType": "Standard_Tiny"}})
    (finding,) = check(_situation(change, said=_quota(0, 100)))
    assert '"Standard_Tiny" is no size that Azure ML offers in westeurope; there are standard_ds3_v2' in str(finding)


@pytest.mark.parametrize(
    ("limit", "found"), [(100, []), (12, [("quota", "warning")]), (3, [("quota", "error"), ("quota", "warning")])]
)
def test_cluster_takes_what_it_may_grow_to(limit: int, found: list[tuple[str, str]]) -> None:
    """Nodes that always stand are refused without quota; those that it may grow to are warned of."""
    inputs = {
        "computeName": "cpu-dev",
        "properties": {
            "properties": {"vmSize": "Standard_DS3_v2", "scaleSettings": {"minNodeCount": 1, "maxNodeCount": 4}}
        },
    }
    assert _found(_situation(_change(f"{ML}:Compute", "create", inputs), said=_quota(0, limit))) == found


@pytest.mark.parametrize(
    ("about", "refused"),
    [
        ({"deployments": 499, "endpoint_deployments": 19}, False),
        ({"deployments": 500}, True),
        ({"endpoint_deployments": 20}, True),
    ],
)
def test_limits_of_region_and_endpoint(about: dict[str, Any], refused: bool) -> None:
    """Azure's own; nothing is concluded from what could not be read."""
    assert (_found(_situation(_deployment(), said=Said(**about))) == [("limits", "error")]) is refused


@pytest.mark.parametrize(("there", "refused"), [(99, False), (100, True)])
def test_endpoints_of_the_region(there: int, refused: bool) -> None:
    """A hundred of a subscription."""
    change = _change(f"{ML}:OnlineEndpoint", "create", {"endpointName": "churn-dev"})
    assert (_found(_situation(change, said=Said(endpoints=there))) == [("limits", "error")]) is refused


def test_limit_of_the_environment_counts() -> None:
    """`limits.endpoints` of its file; the message names it."""
    change = _change(f"{ML}:OnlineEndpoint", "create", {"endpointName": "churn-dev"})
    most = DEV.platform.limits.endpoints
    assert check(_situation(change, said=Said(here=most - 1))) == ()
    (finding,) = check(_situation(change, said=Said(here=most)))
    assert f"limits.endpoints of environments/dev.yaml is {most}; raise it, or retire an endpoint" in str(finding)


def test_too_many_instances_of_one_deployment() -> None:
    """Fifty are Azure's limit."""
    assert ("limits", "error") in _found(_situation(_deployment(capacity=51)))


@pytest.mark.parametrize(
    ("token", "key", "good", "bad"),
    [
        ("storage:StorageAccount", "accountName", "stcmldev", "st-cml-dev"),
        ("keyvault:Vault", "vaultName", "kv-cml-dev", "kv--cml"),
        ("containerregistry:Registry", "registryName", "crcmldev", "cr"),
        ("machinelearningservices:Workspace", "workspaceName", "mlw-cml_dev", "w" * 34),
        ("machinelearningservices:Registry", "registryName", "mlr-cml", "m"),
        ("machinelearningservices:Compute", "computeName", "cpu-cml", "1cpu"),
        ("machinelearningservices:OnlineEndpoint", "endpointName", "cml-churn-dev", "cml-churn-"),
        ("machinelearningservices:OnlineDeployment", "deploymentName", "r-0123456789ab", "r"),
        ("resources:ResourceGroup", "resourceGroupName", "rg-cml-dev", "rg."),
    ],
)
def test_names_have_azures_form(token: str, key: str, good: str, bad: str) -> None:
    """Only of what is made; what is there keeps its name."""
    token = f"azure-native:{token}"
    assert _found(_situation(_change(token, "create", {key: good}))) == []
    assert _found(_situation(_change(token, "create", {key: bad}))) == [("names", "error")]
    assert _found(_situation(_change(token, "update", {key: bad}))) == []


def test_name_that_is_taken_is_refused_with_azures_reason() -> None:
    """Somebody else has it."""
    change = _change("azure-native:storage:StorageAccount", "create", {"accountName": "stcmldev"})
    (finding,) = check(_situation(change, said=Said(taken={change.urn: "The storage account named x is taken"})))
    assert '"stcmldev" is not free: The storage account named x is taken; choose another' in str(finding)


@pytest.mark.parametrize(("environment", "severity"), [(DEV, "error"), (LOCAL, "warning")])
def test_deleted_vault_holds_its_name(environment: Environment, severity: str) -> None:
    """Where names may be purged it is told, elsewhere a person decides."""
    environment_purges = environment.settings.deletion.purge_names
    change = _change("azure-native:keyvault:Vault", "create", {"vaultName": "kv-cml-dev"})
    said = Said(deleted={change.urn: "2026-12-01T00:00:00Z"})
    found = _found(_situation(change, said=said, environment=environment))
    assert environment_purges is (severity == "warning")
    assert found == [("soft-deleted", severity)]


def test_deleted_account_could_be_brought_back() -> None:
    """Its name is free, and using it ends that: a warning."""
    change = _change("azure-native:storage:StorageAccount", "create", {"accountName": "stcmldev"})
    assert _found(_situation(change, said=Said(deleted={change.urn: "soon"}))) == [("soft-deleted", "warning")]


@pytest.mark.parametrize(
    ("token", "path", "refused"),
    [
        (f"{ML}:Workspace", "storageAccount", True),
        (f"{ML}:Workspace", "displayName", False),
        (f"{ML}:OnlineDeployment", "properties.instanceType", True),
        (f"{ML}:OnlineDeployment", "sku.capacity", False),
        (f"{ML}:Compute", "properties.disableLocalAuth", True),
        (f"{ML}:Compute", "properties.properties.scaleSettings.maxNodeCount", False),
    ],
)
def test_what_is_fixed_when_it_is_made(token: str, path: str, refused: bool) -> None:
    """azure-native would send it along, and the service refuse."""
    found = _found(_situation(_change(token, "update", {}, keys=(path,))))
    assert (found == [("immutable", "error")]) is refused
    assert _found(_situation(_change(token, "create-replacement", {}, keys=(path,)))) == []


def test_purge_protection_goes_one_way() -> None:
    """Azure never lets it be switched off; switching it on is fine."""
    path = "properties.enablePurgeProtection"

    def vault(old: bool, new: bool) -> Situation:
        def inputs(on: bool) -> dict[str, Any]:
            return {"properties": {"enablePurgeProtection": on}}

        change = _change("azure-native:keyvault:Vault", "update", inputs(new), keys=(path,), old=inputs(old))
        return _situation(change)

    assert _found(vault(True, False)) == [("immutable", "error")]
    assert _found(vault(False, True)) == []


def test_missing_registration_says_what_an_owner_runs() -> None:
    """Only an owner of the subscription may register."""
    (finding,) = check(_situation(said=Said(unregistered=("Microsoft.KeyVault",))))
    assert "`az provider register --namespace Microsoft.KeyVault`" in str(finding)


def test_rights_that_are_missing_are_told() -> None:
    """They may be missing, or not effective yet."""
    (finding,) = check(_situation(said=Said(denied=("/subscriptions/s/resourceGroups/rg",))))
    assert finding == Finding(
        "rights",
        "error",
        "/subscriptions/s/resourceGroups/rg",
        "this identity may not even read it: its role is missing, or not effective yet; wait some minutes, then see "
        "what `amlops bootstrap` grants",
    )
