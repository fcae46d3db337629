"""References to assets and to other jobs' outputs."""

from __future__ import annotations

import pytest

from localazure.emulator.jobs.references import is_version, of_job

pytestmark = pytest.mark.client


@pytest.mark.parametrize(
    ("reference", "version"),
    [
        ("/subscriptions/s/resourceGroups/g/providers/P/workspaces/w/data/d/versions/1", True),
        ("azureml:/subscriptions/s/resourceGroups/g/providers/P/workspaces/w/data/d/versions/1", True),
        ("azureml://registries/r/models/m/versions/1", True),
        ("azureml:iris:1", True),
        ("azureml://datastores/d/paths/p", False),
        ("azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/d/paths/p", False),
        ("https://a.blob.core.localazure.test/c/p", False),
    ],
)
def test_is_version(reference: str, version: bool) -> None:
    """Ids of versions are told from places in storage."""
    assert is_version(reference) is version


def test_of_job() -> None:
    """An output of another job, with or without a path below it."""
    assert of_job("azureml://jobs/j/outputs/artifacts/paths/model/a") == ("j", "artifacts", "model/a")
    assert of_job("azureml://jobs/j/outputs/out") == ("j", "out", "")
    assert of_job("azureml://datastores/d/paths/p") is None
