"""Compares what a stack declares with its golden file, attribute by attribute; `make accept` renews the files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.unit.infra.mocked import Declared

FOLDER = Path(__file__).parent / "golden"

INCIDENTAL = ("tags", "location", "resourceGroupName", "workspaceName", "description", "timePeriod")
"""What is the same in all resources of a stack, free text, or the month of a budget's making: left out of the files."""


def check(stack: str, declared: Iterable[Declared]) -> None:
    """Fails where the stack declares other resources than the file, or an attribute of the file has another value."""
    file = FOLDER / f"{stack}.json"
    actual = {f"{item.type.removeprefix('azure-native:')} {item.name}": _shown(item.inputs) for item in declared}
    if os.environ.get("ACCEPT") == "1":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(json.dumps(actual, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    wanted = json.loads(file.read_text(encoding="utf-8"))
    kept = {name: {key: inputs.get(key) for key in wanted.get(name, inputs)} for name, inputs in actual.items()}
    assert kept == wanted, f"{file.name} is not what the stack declares; read the difference, then `make accept`"


def _shown(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in sorted(inputs.items()) if key not in INCIDENTAL}
