"""ARM ids that recovery computes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amlops.stacks.arm_ids import arm_id, kind

GOLDEN = Path(__file__).parents[2] / "infra" / "golden"


def _declared() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for file in GOLDEN.glob("*.json"):
        for name, inputs in json.loads(file.read_text()).items():
            found.setdefault(name.split(" ")[0], inputs)
    return found


@pytest.mark.parametrize("type_name", sorted(_declared()))
def test_every_declared_type_has_an_id(type_name: str) -> None:
    """What a program declares can be taken over after an interruption: its id follows from its inputs."""
    inputs = _declared()[type_name]
    rest = {"resourceGroupName": "rg", "workspaceName": "ws", "scope": "/subscriptions/s/resourceGroups/rg"}
    found = arm_id(f"azure-native:{type_name}", {**rest, **inputs}, "s")
    assert found is not None
    id, api_version = found
    assert id.startswith("/")
    assert "{" not in id
    assert api_version[:2] == "20"


@pytest.mark.parametrize(
    "token",
    ["azure-native:storage:StorageAccount", "azure-native:storage/v20240101:StorageAccount"],
)
def test_version_in_a_type_token_does_not_matter(token: str) -> None:
    """Old and new tokens mean the same type."""
    assert kind(token) == "storage:StorageAccount"


def test_id_of_unknown_inputs_is_not_guessed() -> None:
    """While a name is not known, there is no id; a type that no program declares has none either."""
    assert arm_id("azure-native:storage:StorageAccount", {"resourceGroupName": "rg"}, "s") is None
    assert arm_id("azure-native:web:WebApp", {"resourceGroupName": "rg", "name": "x"}, "s") is None
    scope = {"roleAssignmentName": "g", "scope": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
    assert arm_id("azure-native:authorization:RoleAssignment", scope, "s") is None
