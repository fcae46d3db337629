"""`amlops release` in a workflow that somebody started: what its inputs ask for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amlops.cli.main import run

ROOT = Path(__file__).parents[4]
NAME = "diabetes-progression"


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file with a job's outputs."""
    monkeypatch.chdir(ROOT)
    for name in ("GITHUB_TOKEN", "AMLOPS_APP_PRIVATE_KEY", "AMLOPS_APP_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "GITHUB_RUN_ID": "7",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_EVENT_NAME": "workflow_dispatch",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "output"


def _started(output: Path, deployment: str) -> int:
    output.with_name("event.json").write_text(json.dumps({"inputs": {"deployment": deployment, "rebuild": "true"}}))
    return run(["release", *([deployment] if deployment else []), "--due", "--matrix"])


def test_a_deployment_whose_image_is_built_anew_gets_a_job(output: Path) -> None:
    """And no monitor is asked."""
    assert _started(output, NAME) == 0
    told = output.read_text()
    assert f'"deployment": "{NAME}"' in told
    assert "any_monitor<<" in told
    assert '{"include": []}' in told


def test_images_are_built_anew_one_by_one(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name nobody is meant."""
    assert _started(output, "") == 2
    assert "name the deployment whose image is to be built anew" in capsys.readouterr().err
