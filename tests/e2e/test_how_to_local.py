"""The commands of the how-tos for who adds something, or looks into the local Azure, as a reader pastes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gitops.azure_world import linked_clone
from tests.support.clone import Clone, remaining
from tests.support.how_to import blocks, script

pytestmark = pytest.mark.e2e


@pytest.fixture
def changed(clone: Clone) -> Iterator[Clone]:
    """The clone that is up, for a page that writes into it: afterwards it is as git has it."""
    yield clone
    clone.run("git reset -q --hard && git clean -qfd")


def test_a_deployment_is_added_and_taken_down(changed: Clone) -> None:
    """Copied, renamed, its own tests run, brought up beside the first one, and away again without a trace in git."""
    printed = changed.run(script("add-a-deployment", changed.path))
    assert re.search(r"\d+ passed", printed)
    assert "cml-bmi-effect-local" in printed
    assert re.search(r"bmi-effect: (packages and base image are what they were|release [0-9a-f]{12})", printed)
    assert "local.bmi-effect" not in changed.amlops("status local")
    assert changed.git_status() == ""


def test_an_environment_is_added(changed: Clone) -> None:
    """Its platform's golden file is written, CODEOWNERS names it, it is a stack to be made, and the policy tells what a
    copy of dev breaks."""
    printed = changed.run(script("add-an-environment", changed.path))
    golden = (changed.path / "tests/unit/infra/golden/test.json").read_text()
    assert "rg-cml-test" in golden
    assert "/environments/test.yaml" in (changed.path / "CODEOWNERS").read_text()
    assert re.search(r"error +test: .*; set .* in environments/test\.yaml \[public-access\]", printed)
    assert "?? environments/test.yaml" in printed
    assert re.search(r"^test\n  test\b", printed, re.MULTILINE)


def test_a_resource_type_is_added(changed: Clone) -> None:
    """Type and test are the page's own code; Azure's client works with it, the coverage page has it, CI takes it."""
    page = (changed.path / "docs/how-to/add-a-resource-type.md").read_text()
    made = re.search(r"<!-- makes: (.+?) -->", page)
    assert made is not None
    files = made[1].split()
    for file, content in zip(files, blocks("add-a-resource-type", changed.path, language="python"), strict=True):
        (changed.path / file).write_text(content)
    changed.run(f"git add {' '.join(files)}")
    printed = changed.run(script("add-a-resource-type", changed.path))
    assert "1 passed" in printed
    coverage = (changed.path / "docs/reference/coverage.md").read_text().splitlines()
    lines = [line for line in coverage if "managementPolicies" in line]
    assert ["built; kept, not acted on" in line for line in lines] == [True] * 3


def test_the_local_azure_is_looked_into(tmp_path: Path) -> None:
    """Asked, made to fail, slowed down, traced; another one beside it; in the end nothing is left."""
    clone = linked_clone(tmp_path / "clone")
    try:
        printed = clone.run(script("debug-the-local-azure", clone.path))
    finally:
        clone.run(".venv/bin/python -m localazure --home .local/azure stop", code=None)
    assert '"value": [' in printed
    assert '"mode":"polls:2"' in printed
    assert '"lateSeconds":180' in printed
    assert '"status": 429' in printed
    assert remaining(clone) == []
    assert not (clone.path / ".local/azure/state.db").exists()
    assert not (clone.path / ".local/other-azure/state.db").exists()
