"""The hand-written exceptions: each with evidence, each still needed, each naming what the tables hold."""

from __future__ import annotations

import json

import pytest

from localazure.emulator import tables
from localazure.emulator.tables import exceptions

pytestmark = pytest.mark.emulator_only

RAW = json.loads(exceptions.FILE.read_bytes())
GENERATED = {file.stem: json.loads(file.read_bytes()) for file in sorted(tables.DATA.glob("*.json"))}
VERSIONS = {r["type"].lower(): r["apiVersion"] for table in GENERATED.values() for r in table["routes"]}


@pytest.mark.parametrize("line", [line for section in RAW.values() for line in section], ids=json.dumps)
def test_every_exception_names_its_evidence(line: dict[str, str]) -> None:
    """An exception without a source that can be looked up is a guess."""
    assert len(line["evidence"]) > 30


@pytest.mark.parametrize("line", RAW["fields"], ids=lambda line: f"{line['type']}.{line['field']}")
def test_an_added_field_is_not_in_the_generated_table(line: dict[str, str]) -> None:
    """Once the SDK has the field, the exception goes."""
    assert line["field"] not in GENERATED[line["table"]]["types"][line["type"]]["fields"]


@pytest.mark.parametrize("line", RAW["optional"], ids=lambda line: f"{line['type']}.{line['field']}")
def test_a_field_made_optional_is_required_by_the_generated_table(line: dict[str, str]) -> None:
    """Once the SDK no longer requires the field, the exception goes."""
    assert GENERATED[line["table"]]["types"][line["type"]]["fields"][line["field"]]["required"]


@pytest.mark.parametrize("line", RAW["versions"], ids=lambda line: line["type"])
def test_an_added_version_is_for_a_namespace_of_the_tables(line: dict[str, str]) -> None:
    """Api-versions are listed only for types or namespaces that the tables have, and not their own."""
    own = {version for kind, version in VERSIONS.items() if f"{kind}/".startswith(f"{line['type'].lower()}/")}
    assert own
    assert not own & set(line["versions"])
