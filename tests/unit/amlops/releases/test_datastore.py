"""URIs of Azure ML to places in storage."""

from __future__ import annotations

import pytest

from amlops.errors import AmlopsError
from amlops.releases.datastore import Place, place_of, run_artifacts

LONG = "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/lake/paths/a/b/"


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("azureml://datastores/workspaceblobstore/paths/a/b.txt", Place("workspaceblobstore", "a/b.txt")),
        (LONG, Place("lake", "a/b")),
        ("azureml://jobs/j/outputs/artifacts/paths/model", run_artifacts("j", "model")),
        ("azureml://jobs/j/outputs/model", Place("workspaceblobstore", "azureml/j/model")),
        ("https://account.blob.example.com/container/a", None),
    ],
)
def test_uris_name_places(uri: str, place: Place | None) -> None:
    """Short and long form, a job's artifacts and its named outputs; plain addresses name no datastore."""
    assert place_of(uri) == place


def test_other_uris_are_refused() -> None:
    """Nothing is read from where nobody meant."""
    with pytest.raises(AmlopsError, match="names no datastore"):
        place_of("runs:/123/model")
