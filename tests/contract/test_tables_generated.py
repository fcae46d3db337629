"""The tables in the repository are what Azure's SDKs say, and two generations of the ML SDK agree."""

from __future__ import annotations

import re

import pytest
from tools import generate_tables
from tools.tables import operations
from tools.tables.routes import routes
from tools.tables.sources import ML_CROSS_CHECK, SOURCES

from localazure.emulator import tables

pytestmark = pytest.mark.spec_example


def test_the_tables_are_those_of_the_installed_sdks() -> None:
    """Generating again gives the same files; if not, `python -m tools.generate_tables` renews them."""
    built = generate_tables.build()
    assert sorted(built) == sorted(file.name for file in generate_tables.FOLDER.glob("*.json"))
    for name, text in built.items():
        assert text == (generate_tables.FOLDER / name).read_text(encoding="utf-8"), name


def test_the_locked_versions_are_those_the_tables_were_made_from() -> None:
    """requirements-local.lock pins exactly the SDKs that the tables name."""
    lock = (generate_tables.FOLDER.parents[4] / "requirements-local.lock").read_text(encoding="utf-8")
    for source in SOURCES:
        assert f"{source.distribution}=={source.version}" in lock


def test_two_generations_of_the_ml_sdk_agree() -> None:
    """Every route that both know has the same statuses and is long-running in both or in neither."""
    older = {_shape(r["method"], r["template"]): r for r in routes(operations.read(ML_CROSS_CHECK))}
    newer = {_shape(r.method, r.template): r for r in tables.load().routes if r.table == "ml"}
    shared = older.keys() & newer.keys()
    assert len(shared) == len(older) == 170
    for shape in shared:
        assert tuple(older[shape]["statuses"]) == newer[shape].statuses, shape
        assert older[shape].get("longRunning", False) == newer[shape].lro, shape
        assert older[shape]["type"] == newer[shape].resource_type, shape


def _shape(method: str, template: str) -> tuple[str, str]:
    return method, re.sub(r"\{\w+\}", "{}", template).lower()
