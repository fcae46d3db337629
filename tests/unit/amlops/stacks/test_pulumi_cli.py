"""Which Pulumi runs, and what a stack in Azure needs besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlops.config import Repository, load_environment
from amlops.errors import AmlopsError
from amlops.progress import Plain
from amlops.stacks.pulumi_cli import HOST, VARIABLE, require_host
from amlops.workflows.session import open_session

ROOT = Path(__file__).parents[4]


def _program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def test_the_language_host_is_looked_for_where_the_engine_does(tmp_path: Path) -> None:
    """Beside the CLI's own file, whatever link leads there, and on PATH."""
    link = tmp_path / "bin/pulumi"
    link.parent.mkdir()
    link.symlink_to(_program(tmp_path / "release", "pulumi"))
    process = {VARIABLE: str(link), "PATH": str(tmp_path / "path")}
    with pytest.raises(AmlopsError, match=rf"{HOST} is missing, .* Pulumi's own release of \d+\.\d+\.\d+") as refused:
        require_host(process)
    assert refused.value.exit_code == 3
    host = _program(tmp_path / "path", HOST)
    require_host(process)
    host.unlink()
    _program(tmp_path / "release", HOST)
    require_host(process)


def test_a_stack_in_azure_is_not_begun_without_it(tmp_path: Path) -> None:
    """Said before anything is asked of Azure; a local Azure brings its own."""
    repo = Repository(ROOT)
    process = {VARIABLE: str(_program(tmp_path, "pulumi")), "PATH": ""}
    session = open_session(repo, load_environment(repo, "dev"), Plain(), start=False, process=process)
    with pytest.raises(AmlopsError, match=HOST):
        assert session.engine
