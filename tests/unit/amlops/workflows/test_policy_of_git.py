"""What git declares, judged without a cloud: our own files are clean, what breaks a rule is found before it runs."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.infra.mocked import declare
from tests.workflows.github import Hub, serving

from amlops.cli.main import run
from amlops.config import Environment, Repository, load_environment
from amlops.errors import AmlopsError
from amlops.releases import Stage, write_stage
from amlops.stacks import platform_stack, registry_stack
from amlops.workflows.plan.declared import declared
from amlops.workflows.plan.policy import judge, today

ROOT = Path(__file__).parents[4]
READ = ("environments", "deployments", "infra")
DEPLOYMENT = "diabetes-progression"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A copy of what the programs read, without any release."""
    for name in READ:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("releases", "stages"))
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    return Repository(tmp_path)


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def _environments(repo: Repository, *names: str) -> dict[str, Environment]:
    return {name: load_environment(repo, name.partition(".")[0]) for name in names}


def test_our_own_environments_are_clean(repo: Repository) -> None:
    """Nothing stops and nothing warns, in any environment, of what would be released now; what is excepted is told."""
    judged = judge(repo, (), date(2026, 12, 1))
    assert [str(finding) for finding in judged.findings if finding.excepted_by is None] == []
    environments = [load_environment(repo, name) for name in repo.environment_names()]
    wanted = {str(stack) for one in environments for stack in (registry_stack(one), platform_stack(one)) if stack}
    assert {name for name, count in judged.resources.items() if count} == wanted
    assert {finding.rule for finding in judged.findings} == {
        "endpoint-keys",
        "data-collector-missing",
        "monitor-missing",
    }


def test_exceptions_of_ours_end(repo: Repository) -> None:
    """When their day is over, what they covered is told again, and they themselves stop."""
    found = judge(repo, ["prod.diabetes-progression"], date(2028, 1, 1)).findings
    assert {finding.rule for finding in found if finding.stops} == {"exception-expired"}
    assert {finding.rule for finding in found if not finding.excepted_by} > {"endpoint-keys", "monitor-missing"}


def test_programs_declare_the_same_as_under_the_tests_mocks(repo: Repository) -> None:
    """Types, names and inputs of the child process are those that the golden files hold; URNs are the engine's."""
    from programs import environment as program

    prod = load_environment(repo, "prod")
    wanted = declare(lambda: program.run(repo, prod, "prod"), "prod").declared
    found = declared(repo, _environments(repo, "prod"))["prod"]
    assert sorted((one.type, one.name) for one in found) == sorted((one.type, one.name) for one in wanted)
    (vault,) = [one for one in found if one.kind == "keyvault:Vault"]
    assert vault.urn == "urn:pulumi:prod::azureml::amlops:infra:Vault$azure-native:keyvault:Vault::vault"
    assert vault.get("properties.softDeleteRetentionInDays") == 90
    (logs,) = [one for one in found if one.name == "vault-logs"]
    assert logs.text("resourceUri").endswith(
        "/resourceGroups/rg-cml-prod/providers/Microsoft.KeyVault/vaults/kv-cml-prod"
    )


def test_what_breaks_a_rule_stops_and_what_only_manifests_break_warns(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A platform with public addresses ends with 2; a manifest's timeout is told before it is released, and stops
    nothing."""
    prod = repo.environment_file("prod")
    _edit(prod, "public_access: false", "public_access: true")
    prod.write_text(
        "".join(line for line in prod.read_text().splitlines(True) if "private_endpoint_subnet" not in line)
    )
    _edit(repo.deployment(DEPLOYMENT) / "deployment.yml", "request_timeout_ms: 5000", "request_timeout_ms: 200000")
    monkeypatch.chdir(repo.root)
    assert run(["policy", "prod", "--json"]) == 2
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    by_rule = {finding["rule"]: finding for finding in reversed(found["findings"])}
    assert by_rule["public-access"]["severity"] == "error"
    timeout = by_rule["request-timeout"]
    assert timeout["severity"] == "warning"
    assert timeout["where"].startswith("prod.diabetes-progression: OnlineDeployment r-")
    assert timeout["where"].endswith("(not released yet)")
    assert found["findings"][0]["severity"] == "error"


def test_a_program_that_fails_is_told_with_its_stack(repo: Repository) -> None:
    """A stage that names a release which isn't there is bad input, told as the program tells it."""
    write_stage(repo, DEPLOYMENT, "dev", Stage("0123456789ab"))
    with pytest.raises(AmlopsError, match=r'dev\.diabetes-progression: .*there is no release "0123456789ab"') as caught:
        declared(repo, _environments(repo, f"dev.{DEPLOYMENT}", "dev"))
    assert caught.value.exit_code == 2


def test_a_program_that_can_not_run_is_told(repo: Repository) -> None:
    """A defect of a program is no bad input."""
    _edit(repo.root / "infra/programs/shared.py", "def run(", "def runs(")
    with pytest.raises(AmlopsError, match=r"shared: AttributeError: ") as caught:
        declared(repo, _environments(repo, "shared"))
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("words", [["prodd"], ["prod", "--all"]])
def test_wrong_names_are_refused(
    words: list[str], repo: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An environment that isn't there, and all together with one."""
    monkeypatch.chdir(repo.root)
    assert run(["policy", *words]) == 2
    assert capsys.readouterr().err


def test_the_day_is_githubs_where_it_can_be_asked(tmp_path: Path) -> None:
    """Exceptions end by the clock of the server, not by the runner's."""
    hub = Hub(tmp_path / "hub")
    hub.clock.advance(400 * 86_400)
    with serving(hub):
        token = hub.person("alice").token
        environ = {"GITHUB_REPOSITORY": hub.full_name, "GITHUB_TOKEN": token, "GITHUB_API_URL": hub.url}
        assert today(environ) == hub.clock.now().date()
    assert (hub.clock.now().date() - today({})).days >= 399
