"""A deployment's files on the way from storage."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from localazure.emulator.cloud import Cloud
from localazure.emulator.scoring import artifacts, spec

from . import local_cloud
from .local_cloud import asset, deployment


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Its environments need no building."""
    made = local_cloud.cloud(tmp_path / "cloud")

    async def interpreter(*_: object) -> Path:
        return Path("/python")

    monkeypatch.setattr(made.environments, "interpreter", interpreter)
    return made


@pytest.mark.spec_example  # concept-online-deployment-model-specification
@pytest.mark.parametrize(
    ("files", "seen"),
    [
        ({"a.pkl": "", "deep/b.pkl": ""}, ["model/a.pkl", "model/deep/b.pkl"]),
        ({"": "the model"}, ["model"]),
        ({"model": "named as its folder"}, ["model/model"]),
    ],
)
def test_model_lies_where_azure_puts_it(cloud: Cloud, files: dict[str, str], seen: list[str]) -> None:
    """A folder appears in AZUREML_MODEL_DIR by its name, a file as itself."""
    code = asset(cloud, "codes", "code", {"score.py": ""})
    wanted = deployment(cloud, "blue", code, model=asset(cloud, "models", "model", files))
    found = asyncio.run(artifacts.fetch(cloud, spec.read(wanted.id, wanted.body), cloud.home / "x", cloud.home / "log"))
    root = found.model
    assert root is not None
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()) == seen


@pytest.mark.emulator_only
def test_half_a_download_is_made_anew(cloud: Cloud) -> None:
    """What a kill -9 left of a download is not taken for the whole."""
    (cloud.home / "x.part" / "code").mkdir(parents=True)
    wanted = deployment(cloud, "blue", asset(cloud, "codes", "code", {"score.py": "whole"}))
    found = asyncio.run(artifacts.fetch(cloud, spec.read(wanted.id, wanted.body), cloud.home / "x", cloud.home / "log"))
    assert (found.code / "score.py").read_text() == "whole"
