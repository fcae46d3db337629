"""A release's image is built anew: the same code and model, a base image that its tag stands for now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.clone import Clone
from tests.unit.amlops.releases.test_base_image import ONE, registry

NAME = "diabetes-progression"


@pytest.fixture
def changed(clone: Clone) -> Iterator[Clone]:
    """The clone that is up, for a test that releases in it: afterwards the old release is current again."""
    stage = clone.path / f".local/deployments/{NAME}/stages/local.yaml"
    before = stage.read_text()
    yield clone
    stage.write_text(before)
    clone.run("git reset -q --hard && git clean -qfd")


def test_an_image_is_built_anew(changed: Clone) -> None:
    """Code, model, job and manifests stay; packages are resolved and the tag is looked up. Once: what that finds is
    kept by the releases that follow, and nothing is built while nothing changed."""
    manifest = changed.path / f"deployments/{NAME}/deployment.yml"
    with registry() as name:
        image = f"{name}/azureml/base"
        text = manifest.read_text()
        content = YAML(typ="safe").load(text)
        manifest.write_text(text.replace(content["environment"]["image"], f"{image}:1"))
        old, new = _made(changed), _made(changed, "--rebuild")
        assert new["release"] != old["release"]
        assets = [{asset["kind"]: asset["id"] for asset in made["assets"]} for made in (old, new)]
        assert {kind for kind in assets[0] if assets[0][kind] != assets[1][kind]} == {"environment"}
        lock = YAML(typ="safe").load(changed.path / new["file"])
        before = YAML(typ="safe").load(changed.path / old["file"])
        assert [asset["source"] for asset in lock["assets"] if asset not in before["assets"]] == [f"{image}:1@{ONE}"]
        assert {**lock["provenance"], "commit": ""} == {**before["provenance"], "commit": ""}
        assert _made(changed, "--rebuild")["release"] is None
        assert _made(changed)["release"] == new["release"]


def _made(clone: Clone, *words: str) -> dict[str, Any]:
    printed = clone.run(f".venv/bin/amlops release {NAME} --json {' '.join(words)} 2>release.log || cat release.log")
    return dict(json.loads(printed))
