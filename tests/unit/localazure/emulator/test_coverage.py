"""The page that says what the local Azure answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from localazure.emulator import coverage, tables
from localazure.emulator.types import catalogue

pytestmark = pytest.mark.emulator_only

ROOT = Path(__file__).parents[4]


def test_the_page_in_the_repository_is_current() -> None:
    """docs/reference/coverage.md is what the tables and behaviours give; the command that renews it is in its head."""
    assert (ROOT / coverage.PAGE).read_text(encoding="utf-8") == coverage.build()


def test_every_operation_of_the_tables_stands_in_the_page() -> None:
    """Nothing that the tables know is left out, whether it is built or not."""
    text = coverage.build()
    for route in tables.load().routes:
        for operation in route.operations:
            assert operation in text, route.name


def test_states() -> None:
    """Plain operations of a type with behaviour are built, actions only where it names them; other types answer 501."""
    loaded, types = tables.load(), catalogue.discover()
    group = "/subscriptions/s/resourceGroups/g/providers"
    wanted = {
        ("GET", f"{group}/Microsoft.KeyVault/vaults/v"): coverage.BUILT,
        ("GET", f"{group}/Microsoft.ManagedIdentity/userAssignedIdentities"): coverage.BUILT,
        ("POST", f"{group}/Microsoft.Storage/storageAccounts/a/failover"): coverage.OPERATION_MISSING,
        ("PUT", f"{group}/Microsoft.Insights/scheduledQueryRules/r"): coverage.TYPE_MISSING,
    }
    for (method, path), state in wanted.items():
        route = loaded.match(method, path)
        assert route is not None
        assert coverage.state(route, types) == state, path


def test_a_stale_page_fails_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` says which command renews the page and ends with 1; after `--write` it ends with 0."""
    file = tmp_path / "deep" / "page.md"
    assert coverage.main(["--check", str(file)]) == 1
    assert "--write" in capsys.readouterr().err
    assert coverage.main(["--write", str(file)]) == 0
    assert coverage.main(["--check", str(file)]) == 0
