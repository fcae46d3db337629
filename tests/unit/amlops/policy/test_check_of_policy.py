"""All rules on whole stacks: severities by environment, exceptions that cover, expire and lie idle."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from amlops.config import Environment, Repository, load_environment
from amlops.config.policy import Exemption, Held, PolicyFile
from amlops.policy import Exempt, Finding, Policy, Resource, check

ROOT = Path(__file__).parents[4]
TODAY, LATER = date(2026, 12, 1), date(2027, 6, 1)


@pytest.fixture(scope="module")
def prod() -> Environment:
    return load_environment(Repository(ROOT), "prod")


def _vault(stack: str = "prod", name: str = "vault") -> Resource:
    urn = f"urn:pulumi:{stack}::azureml::amlops:infra:Vault$azure-native:keyvault:Vault::{name}"
    return Resource.of(urn, {"vaultName": "kv", "properties": {"enablePurgeProtection": True}})


def _policy(
    *exceptions: Exempt, everywhere: dict[str, str] | None = None, prod: dict[str, str] | None = None
) -> Policy:
    """Only the rule vault-roles counts, but for what is given."""
    from amlops.policy import all_rules

    off = {rule.id: "off" for rule in all_rules() if rule.id != "vault-roles"}
    file = PolicyFile.model_validate(
        {
            "everywhere": {"severities": {**off, **(everywhere or {})}},
            "environments": {"prod": {"severities": prod or {}}},
        }
    )
    return Policy(file, exceptions, TODAY)


def _exempt(name: str = "old-vault", *, resource: str | None = None, expires: date = LATER, **more: str) -> Exempt:
    said = {"rule": "vault-roles", "stack": "prod", "owner": "ml-platform", **more}
    return Exempt(
        name,
        "environments/exceptions.yaml:4",
        Exemption(resource=resource, reason="it is moved to roles by the end of the year", expires=expires, **said),
    )


def _of(found: tuple[Finding, ...], rule: str) -> list[Finding]:
    return [finding for finding in found if finding.rule == rule]


def test_a_finding_names_everything(prod: Environment) -> None:
    """A finding has rule, severity, URN, place and message, and stops."""
    (found,) = check([_vault()], prod, _policy())
    assert (found.rule, found.severity, found.stops) == ("vault-roles", "error", True)
    assert found.urn.endswith("::vault")
    assert str(found).startswith("prod: Vault vault: nothing is invalid as properties.enableRbacAuthorization; ")


@pytest.mark.parametrize(
    ("everywhere", "own", "severity"),
    [
        ({}, {}, "error"),
        ({"vault-roles": "warning"}, {}, "warning"),
        ({"vault-roles": "off"}, {"vault-roles": "error"}, "error"),
    ],
)
def test_severity_is_the_environments_then_everywheres_then_the_rules(
    everywhere: dict[str, str], own: dict[str, str], severity: str, prod: Environment
) -> None:
    """The nearest word counts; a warning stops nothing."""
    (found,) = check([_vault()], prod, _policy(everywhere=everywhere, prod=own))
    assert (found.severity, found.stops) == (severity, severity == "error")


def test_a_rule_that_is_off_finds_nothing(prod: Environment) -> None:
    """Off means that nobody looks."""
    assert check([_vault()], prod, _policy(prod={"vault-roles": "off"})) == ()


def test_other_settings_of_an_environment_replace_those_of_everywhere() -> None:
    """Lists are not merged: an environment says all of its own."""
    from amlops.policy.settings import settings_of

    file = PolicyFile(
        everywhere=Held(regions=("westeurope", "northeurope"), tags=("cost-center",)),
        environments={"prod": Held(regions=("westeurope",), least_instances=3)},
    )
    assert settings_of(file, "prod").regions == ("westeurope",)
    assert settings_of(file, "prod").tags == ("cost-center",)
    assert (settings_of(file, "prod").least_instances, settings_of(file, "dev").least_instances) == (3, 2)


def test_an_exception_covers_until_its_last_day(prod: Environment) -> None:
    """What is covered is still told, with who allowed it and why, and stops nothing."""
    found, _ = check([_vault()], prod, _policy(_exempt(expires=TODAY)))
    assert not found.stops
    assert found.excepted_by == "old-vault, until 2026-12-01, ml-platform: it is moved to roles by the end of the year"
    assert "(excepted: old-vault" in str(found)


def test_an_expired_exception_covers_nothing_and_is_an_error(prod: Environment) -> None:
    """From the day after, both the finding and the exception stop, and the message says so."""
    found = check([_vault()], prod, _policy(_exempt(expires=date(2026, 11, 30))))
    assert [finding.stops for finding in found] == [True, True]
    (expired,) = _of(found, "exception-expired")
    assert str(expired).startswith('environments/exceptions.yaml:4: "old-vault" expired on 2026-11-30; ')
    assert "agree with ml-platform on another day" in expired.message


@pytest.mark.parametrize(("last", "warned"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
def test_an_exception_that_soon_ends_is_told_of(last: date, warned: bool, prod: Environment) -> None:
    """A month before, while there is time to mend the cause; one that covers nothing has a warning of its own."""
    found = check([_vault()], prod, _policy(_exempt(expires=last)))
    assert not any(finding.stops for finding in found)
    expiring = [str(finding) for finding in _of(found, "exception-expiring")]
    said = f'environments/exceptions.yaml:4: "old-vault" expires on {last}; from the next day on vault-roles stops'
    assert [text.startswith(said) for text in expiring] == [True] * warned
    assert _of(check([], prod, _policy(_exempt(expires=last)), stacks=["prod"]), "exception-expiring") == []


def test_an_exception_is_for_one_resource_or_for_all_of_a_stack(prod: Environment) -> None:
    """With a resource it covers this one only."""
    vaults = [_vault(), _vault(name="another")]
    found = check(vaults, prod, _policy(_exempt(resource="another")))
    assert {finding.urn.rpartition("::")[2]: finding.stops for finding in found} == {"vault": True, "another": False}
    assert not any(finding.stops for finding in check(vaults, prod, _policy(_exempt())))


def test_an_exception_that_covers_nothing_is_a_warning(prod: Environment) -> None:
    """What is mended needs no exception any more; one of another stack is that stack's business."""
    found = check([_vault()], prod, _policy(_exempt(), _exempt("idle", resource="gone")))
    (idle,) = _of(found, "exception-unused")
    assert (idle.severity, idle.message) == (
        "warning",
        '"idle" covers nothing: gone of prod keeps vault-roles; exceptions are for what does not; remove it',
    )
    elsewhere = _exempt("elsewhere", stack="prod.churn")
    assert _of(check([_vault()], prod, _policy(elsewhere)), "exception-unused") == []


def test_a_stack_that_declares_nothing_is_judged_by_its_exceptions_days(prod: Environment) -> None:
    """Nothing runs, so an exception may wait for it; one that has expired is told all the same."""
    waiting, expired = _exempt(stack="prod.churn"), _exempt("past", stack="prod.churn", expires=date(2026, 1, 1))
    assert check([], prod, _policy(waiting), stacks=["prod.churn"]) == ()
    assert [one.rule for one in check([], prod, _policy(expired), stacks=["prod.churn"])] == ["exception-expired"]


def test_stacks_are_judged_apart(prod: Environment) -> None:
    """A budget of one stack doesn't stand for the workspace of another."""
    policy = _policy(prod={"vault-roles": "off", "budget-missing": "error"})
    workspace = Resource.of("urn:pulumi:prod::p::azure-native:machinelearningservices:Workspace::w", {})
    notified = {"notifications": {"a": {"enabled": True, "contactRoles": ["Owner"]}}}
    budget = Resource.of("urn:pulumi:{}::p::azure-native:consumption:Budget::b".format("prod.x"), notified)
    assert len(check([workspace, budget], prod, policy)) == 1


def test_what_stops_comes_first(prod: Environment) -> None:
    """Whoever reads one line reads the worst."""
    policy = _policy(prod={"idle-nodes": "warning"})
    scale = {"properties": {"scaleSettings": {"minNodeCount": 1}}, "computeType": "AmlCompute"}
    cluster = Resource.of("urn:pulumi:prod::p::azure-native:machinelearningservices:Compute::a", {"properties": scale})
    assert [finding.rule for finding in check([cluster, _vault()], prod, policy)] == ["vault-roles", "idle-nodes"]
