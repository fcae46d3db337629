"""The JSON Schemas that editors use say what the types say, and every file names its own."""

from __future__ import annotations

from tests.unit.amlops.config.cases import ROOT

from amlops.config import Repository
from amlops.config.loader import ABOUT_SCHEMA, ENVIRONMENT_SCHEMA
from amlops.config.schemas import schema_texts


def test_schemas_are_those_of_the_types() -> None:
    """A type that changed without `python -m amlops.config.schemas` is found here."""
    for name, text in schema_texts().items():
        assert (Repository(ROOT).schemas / name).read_text() == text, f"{name}: run `make accept`"


def test_every_file_names_its_schema() -> None:
    """The first line names a schema that is there; a file without one is not checked by any editor."""
    repo = Repository(ROOT)
    wanted = {repo.environment_file(name): ENVIRONMENT_SCHEMA for name in repo.environment_names()}
    wanted |= {repo.about_file(name): ABOUT_SCHEMA for name in repo.deployment_names()}
    for file, schema in wanted.items():
        assert file.read_text().startswith(f"# yaml-language-server: $schema={schema}\n")
        assert (file.parent / schema).is_file()


def test_schemas_are_closed() -> None:
    """No object takes keys that its type does not have."""
    import json

    for text in schema_texts().values():
        whole = json.loads(text)
        for part in (whole, *whole["$defs"].values()):
            if part.get("type") == "object":
                assert part["additionalProperties"] is False
