"""Named outputs as asset versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from localazure.emulator.arm.ids import ArmId
from localazure.emulator.jobs import assets, spec
from localazure.emulator.store import Store

pytestmark = pytest.mark.emulator_only

WORKSPACE = ArmId("/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w")


def job(version: str | None = None) -> spec.CommandSpec:
    outputs = {
        "model": {"jobOutputType": "custom_model", "assetName": "m", "assetVersion": version},
        "table": {"jobOutputType": "uri_folder", "assetName": "d"},
        "rest": {"jobOutputType": "uri_folder"},
    }
    return spec.read("j", {"jobType": "Command", "command": "true", "environmentId": "azureml:e:1", "outputs": outputs})


def test_versions_count_up(tmp_path: Path) -> None:
    """Each registration is the next number; the model knows its job, and its place in the long form."""
    store = Store(tmp_path / "state.db")
    for expected in ("1", "2"):
        made = assets.register(store, WORKSPACE, job(), {})
        assert {name: found.name for name, found in made.items()} == {"model": expected, "table": expected}
    model = store.get(WORKSPACE.child("models", "m").child("versions", "2"))
    assert model is not None
    assert model.properties["jobName"] == "j"
    assert model.properties["modelUri"] == (
        "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/workspaceblobstore/paths/azureml/j/model/"
    )
    store.close()


def test_a_version_that_is_taken(tmp_path: Path) -> None:
    """A version that the job names is used, and known as taken from then on."""
    store, asked = Store(tmp_path / "state.db"), job("7")
    assert not assets.taken(store, WORKSPACE, asked.outputs[0])
    assert assets.register(store, WORKSPACE, asked, {})["model"].name == "7"
    assert assets.taken(store, WORKSPACE, asked.outputs[0])
    store.close()
