"""Every deployment keeps its promises: its own tests pass, and its code stands alone."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from amlops.config import Repository, load_about

REPO = Repository(Path(__file__).parents[3])
NAMES = REPO.deployment_names()


@pytest.mark.parametrize("name", NAMES)
def test_own_tests_pass(name: str) -> None:
    """In a process of their own: two deployments may both have a module `model`."""
    folder = REPO.deployment(name) / "tests"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir",
        str(folder),
    ]
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_code_imports_nothing_of_ours(name: str) -> None:
    """Scoring and training code runs in its own environment, where none of this repository is installed."""
    for file in REPO.deployment(name).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {module.split(".")[0] for module in imported} & {"amlops", "localazure", "infra"}, file


@pytest.mark.parametrize("name", NAMES)
def test_sample_request_is_json(name: str) -> None:
    """The smoke test sends it as it is."""
    json.loads((REPO.deployment(name) / load_about(REPO, name).sample_request).read_text())
