"""A repository with the sample manifests, compiled once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from amlops.config import Repository
from amlops.manifests import Compiled, Context, Manifest, compile_manifests

DATA = Path(__file__).parents[3] / "testdata"


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository whose deployments/ok are the good samples. Its cache is empty at first."""
    root = tmp_path_factory.mktemp("samples")
    shutil.copytree(DATA / "ok" / "manifests", root / "deployments" / "ok")
    return Repository(root)


@pytest.fixture(scope="session")
def compiled(samples: Repository) -> dict[str, Compiled]:
    """Every good sample by its file's stem."""
    files = sorted(samples.deployment("ok").glob("*.yml"))
    plans = compile_manifests([Manifest(file) for file in files], context=Context(samples))
    return {file.stem: plan for file, plan in zip(files, plans, strict=True)}
