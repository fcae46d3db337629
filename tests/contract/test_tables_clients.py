"""Whatever azure-ai-ml compiles from CLI v2 YAML passes the tables, though it pins older api-versions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from localazure.emulator import tables

pytestmark = pytest.mark.client

DATA = Path(__file__).parents[1] / "testdata" / "ok"
FILES = sorted([*(DATA / "wire").glob("*.yml"), *(DATA / "manifests").glob("*.yml")])
TABLES = tables.load()


@pytest.fixture(scope="module")
def sent() -> dict[str, list[tuple[str, str, Any]]]:
    """What goes over the wire for each file: path, api-version, body."""
    words = [sys.executable, str(Path(__file__).with_name("client_bodies.py")), *map(str, FILES)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: [tuple(put) for put in puts] for name, puts in json.loads(done.stdout).items()}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_what_azure_ai_ml_sends_is_taken(file: Path, sent: dict[str, list[tuple[str, str, Any]]]) -> None:
    """Path and body of every PUT are known."""
    assert sent[str(file)]
    for path, _, body in sent[str(file)]:
        route = TABLES.match("PUT", path)
        assert route is not None, path
        assert TABLES.validate(route, body) == []


def test_the_exceptions_are_what_makes_it_so(sent: dict[str, list[tuple[str, str, Any]]], tmp_path: Path) -> None:
    """Without the hand-written exceptions the fields that 2025-12-01 dropped would be refused, and nothing else."""
    none = tmp_path / "exceptions.json"
    none.write_text('{"fields": [], "optional": [], "values": [], "versions": []}')
    plain = tables.load(exceptions_file=none)
    refused = set()
    for path, _, body in [put for puts in sent.values() for put in puts]:
        route = plain.match("PUT", path)
        assert route is not None
        refused |= {problem.path for problem in plain.validate(route, body)}
    assert refused == {
        "properties.authMode",
        "properties.properties.enableOSPatching",
        "properties.properties.enableRootAccess",
        "properties.properties.releaseQuotaOnStop",
        "properties.properties.schedules.computeStartStop[0].cron.triggerType",
        *(f"properties.taskDetails.{name}" for name in ("fixedParameters", "searchSpace", "sweepSettings")),
        "properties.taskDetails.forecastingSettings.featuresUnknownAtForecastTime",
        *(
            f"properties.taskDetails.limitSettings.{name}"
            for name in ("maxNodes", "sweepConcurrentTrials", "sweepTrials", "trialTimeout")
        ),
        "properties.taskDetails.trainingSettings.trainingMode",
        "properties.queueSettings.priority",
        "properties.resources",
    }
