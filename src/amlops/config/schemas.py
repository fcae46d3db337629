"""The closed JSON Schemas that editors use, generated from the types: `python -m amlops.config.schemas [--check]`."""

from __future__ import annotations

import json
import sys

from .about import About
from .break_glass import BreakGlass
from .closed import Closed
from .environment import EnvironmentFile
from .permissions import PermissionsFile
from .policy import ExceptionsFile, PolicyFile
from .promotion import Promotion
from .repository import Repository

SCHEMAS: dict[str, type[Closed]] = {
    "environment.json": EnvironmentFile,
    "about.json": About,
    "promotion.json": Promotion,
    "break-glass.json": BreakGlass,
    "permissions.json": PermissionsFile,
    "policy.json": PolicyFile,
    "exceptions.json": ExceptionsFile,
}


def schema_texts() -> dict[str, str]:
    """File name → what it should hold."""
    texts = {}
    for name, model in SCHEMAS.items():
        schema = {"$schema": "http://json-schema.org/draft-07/schema#", **model.model_json_schema()}
        texts[name] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return texts


def main(arguments: list[str]) -> int:
    """Writes the schemas, or with --check says which ones are not as the types are (exit code 1)."""
    folder = Repository.find().schemas
    stale = []
    for name, text in schema_texts().items():
        file = folder / name
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        for name in stale:
            sys.stderr.write(f"environments/schemas/{name}:1: is not what the types say; run `make accept` [schema]\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
