"""Whose roles a platform grants."""

from __future__ import annotations

from pathlib import Path

from tests.unit.infra.mocked import declare

from amlops.config import Names, Repository, load_environment
from programs import environment

REPO = Repository(Path(__file__).parents[3])
DEV = load_environment(REPO, "dev")


def test_principal_of_an_identity_that_is_there_is_known() -> None:
    """Else a preview of a new tag on it would plan all its roles anew, and the update plan would not hold."""
    name = Names(DEV).workspace_identity
    live = {name: {"principalId": "known-already"}}
    azure = declare(lambda: environment.run(REPO, DEV, "dev"), "dev", live)
    principals = {
        item.name.split("-")[0]: item.inputs["principalId"]
        for item in azure.declared
        if item.type.endswith(":RoleAssignment") and not item.name.startswith(("team-", "deploy-"))
    }
    assert principals["workspace"] == "known-already"
    assert principals["compute"] == "principal-compute-identity"
