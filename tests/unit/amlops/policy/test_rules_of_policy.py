"""Rules: each has a good and a bad case, and says where, what, what is allowed and what to do."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import amlops.policy.rules as folder
from amlops.config import Environment, Repository, load_environment, parse, read_document
from amlops.config.policy import Held, PolicyFile
from amlops.policy import UNKNOWN, Declared, Resource, Rule, all_rules
from amlops.policy.rule import invalid
from amlops.policy.settings import settings_of

ROOT = Path(__file__).parents[4]
DATA = ROOT / "tests" / "testdata"
RULES = {rule.id: rule for rule in all_rules()}
ALWAYS_FOUND = {"serverless-model"}
"""Rules that find something in every resource of their kind: Azure offers nothing better."""


@dataclass(frozen=True, slots=True)
class Case:
    """`policy` (keys of `everywhere`), `resources` by name, declared as the stack prod, and `# expect:` lines."""

    path: Path

    @property
    def data(self) -> Any:
        return read_document(self.path).data

    @property
    def expected(self) -> list[str]:
        return re.findall(r"^# expect: (.+)$", self.path.read_text(encoding="utf-8"), re.MULTILINE)

    @property
    def resources(self) -> list[Resource]:
        return [
            Resource.of(f"urn:pulumi:prod::azureml::azure-native:{item['type']}::{name}", item["inputs"])
            for name, item in self.data["resources"].items()
        ]

    def settings(self) -> Any:
        held = parse(read_document(self.path), _Case).policy
        return settings_of(PolicyFile(everywhere=held), "prod")


class _Case(PolicyFile):
    policy: Held = Held()
    resources: dict[str, Any]


def _case(side: str, rule: str) -> Case:
    return Case(DATA / side / "policy" / f"{rule}.yaml")


def _said(case: Case, rule: Rule, environment: Environment) -> list[str]:
    declared = Declared(environment, case.settings(), case.resources)
    looked_at = [resource for resource in declared.resources if rule.looks_at(resource)]
    return [f"{one.shown}: {found.said} [{rule.id}]" for one in looked_at for found in rule.check(one, declared)]


@pytest.fixture(scope="module")
def prod() -> Environment:
    return load_environment(Repository(ROOT), "prod")


@pytest.mark.parametrize("rule", RULES)
def test_good_resources_are_let_pass(rule: str, prod: Environment) -> None:
    """What keeps a rule is not mentioned; the case holds something that the rule looks at."""
    case = _case("ok", rule)
    assert _said(case, RULES[rule], prod) == []
    assert any(RULES[rule].looks_at(resource) for resource in case.resources) or rule in ALWAYS_FOUND


@pytest.mark.parametrize("rule", RULES)
def test_bad_resources_are_found_one_message_each(rule: str, prod: Environment) -> None:
    """What breaks a rule is told: stack and resource, what, what is allowed, what to do, the rule."""
    case = _case("err", rule)
    assert _said(case, RULES[rule], prod) == case.expected
    assert case.expected
    for line in case.expected:
        assert re.match(r"prod: [A-Z]\w+ [a-z0-9-]+: .+[;:] .+ \[[a-z0-9-]+\]$", line), line
        assert line.count("; ") >= 1, line


def test_cases_belong_to_rules() -> None:
    """No case tests a rule that is gone, and no file of a rule is left out of the catalogue."""
    files = {file.stem.replace("_", "-") for file in Path(folder.__path__[0]).glob("[a-z]*.py")}
    assert files == set(RULES)
    for side in ("ok", "err"):
        assert {file.stem for file in (DATA / side / "policy").glob("*.yaml")} == set(RULES)


def test_there_are_rules_for_what_matters() -> None:
    """At least the rules that were promised."""
    assert len(RULES) >= 22


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_says_what_why_and_by_whose_word(rule: str) -> None:
    """The docstring of a rule's file has its three parts, which the reference page shows."""
    file = Path(folder.__path__[0]) / f"{rule.replace('-', '_')}.py"
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    assert re.fullmatch(r"Rule: [^\n]+\.\n\nWhy: .+\nSource: .+\.", said, re.DOTALL), said


def test_what_a_preview_cannot_know_yet_is_not_judged() -> None:
    """A value that is an output of something that isn't made yet breaks no rule."""
    assert list(invalid("location", UNKNOWN, "it should be elsewhere", "move it")) == []


def test_rules_bear_any_shape_of_inputs(prod: Environment) -> None:
    """Inputs of the wrong type, which the engine's check refuses later, raise nothing here."""
    odd: Any = {"properties": "text", "sku": 1, "tags": [], "regionDetails": ["x"], "profiles": ["x"], "traffic": "x"}
    settings = settings_of(PolicyFile(everywhere=Held(regions=("westeurope",), sizes=("Standard_DS3_v2",))), "prod")
    for rule in RULES.values():
        for kind in rule.kinds or ("machinelearningservices:Workspace",):
            for inputs in ({}, odd, {"properties": {"properties": odd, "computeType": "AmlCompute"}}):
                resource = Resource.of(f"urn:pulumi:prod::azureml::azure-native:{kind}::x", inputs)
                list(rule.check(resource, Declared(prod, settings, [resource])))


def test_versioned_types_are_known_by_their_plain_name() -> None:
    """A type pinned to an api-version is held to the same rules; the type may stand below its component's."""
    urn = "urn:pulumi:prod.churn::azureml::amlops:infra:Endpoint$azure-native:storage/v20240101:StorageAccount::a::b"
    resource = Resource.of(urn, {})
    assert (resource.kind, resource.stack, resource.name) == ("storage:StorageAccount", "prod.churn", "a::b")
