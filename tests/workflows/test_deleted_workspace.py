"""A platform whose workspace somebody deleted: Azure keeps the name, and says so only when it is made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlops.stacks.lease import read_lease
from tests.gitops.azure_world import write
from tests.support.memory import in_memory

from .standing import Standing, begin, standing

STACK, FILE = "dev", "environments/dev.yaml"
TODO = (
    "a deleted resource holds the name; recover it in the portal, or purge it if it may be lost (deletion.purge_names)"
)


@pytest.mark.parametrize("how", ["git lets it be purged", "somebody purges it"])
def test_deleted_workspace_holds_its_name(platforms: Path, tmp_path: Path, how: str) -> None:
    """The apply stops with Azure's words and with what to do, and lets go of the stack; that done, it goes on, and what
    was in the workspace is declared again."""
    with in_memory(tmp_path) as root:
        begin(platforms, root)
        with standing(root) as found:
            before, workspace = _declared(found), found.workspace(STACK)
            found.arm("DELETE", workspace)
            said = found.apply(STACK, "--without-guard deleted-by-hand", code=4)
            assert "Soft-deleted workspace exists" in said
            assert TODO in said
            assert "looking again" not in said and "Traceback" not in said
            assert read_lease(found.git, STACK) is None
            _do(found, how, workspace)
            found.apply(STACK, "--without-guard deleted-by-hand")
            assert _declared(found) == before
            assert _deleted(found, workspace) is False
            assert found.applied(STACK) == found.git.head()
            assert "nothing to change" in found.apply(STACK, "--without-guard once-more")
            assert read_lease(found.git, STACK) is None


def _declared(found: Standing) -> set[str]:
    """Without the container that each new workspace makes for itself, and leaves behind."""
    return {id for id in found.resources() if "/containers/azureml-blobstore-" not in id}


def _do(found: Standing, how: str, workspace: str) -> None:
    assert _deleted(found, workspace) is True
    if how == "somebody purges it":
        found.arm("DELETE", workspace, forceToPurge="true")
        return
    write(found.clone, FILE, {"deletion.purge_names": True})
    found.push("feat: what holds a name of dev may be purged")


def _deleted(found: Standing, workspace: str) -> bool:
    return any(key.lower().endswith(workspace.lower()) for key in found.cloud.control("GET", "status")["deleted"])
