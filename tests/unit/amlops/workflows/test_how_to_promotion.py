"""The commands of the how-tos on promotion, rolling back and breaking glass, as a reader pastes them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.how_to import commands
from tests.unit.amlops.promotion.company import Company, release_of

from amlops.releases import Release, Stage

ROOT = Path(__file__).parents[4]
NAME = "diabetes-progression"


class Desk:
    """A clone in which two releases run in every environment, and whose commands are this checkout's."""

    def __init__(self, folder: Path) -> None:
        remote = folder / "remote.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
        self.company = Company.found(folder, str(remote))
        commit = self.company.git.head()
        # the sample release of the tests is the one that the page names
        self.releases: list[Release] = [release_of(NAME, number, commit=commit) for number in (1, 2)]
        old, new = (release.id for release in self.releases)
        stages = {environment: Stage(new, previous=old) for environment in ("dev", "staging", "prod")}
        self.company.deploy(NAME, stages, tuple(self.releases))
        sample = ROOT / "tests/testdata/ok/releases/60c746df0471.yaml"
        self.company.write(f"deployments/{NAME}/releases/60c746df0471.yaml", sample.read_text())
        self.company.write(".gitignore", ".venv\n")
        self.company.commit()
        (self.company.git.root / ".venv").symlink_to(Path(sys.executable).parents[1])

    def run(self, line: str, code: int = 0) -> str:
        """What a pasted line printed."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "AMLOPS_"))}
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.company.git.root,
            capture_output=True,
            text=True,
            check=False,
            env={**environment, "PYTHONPATH": str(ROOT / "src")},
        )
        assert done.returncode == code, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield Desk(tmp_path)


def test_promote(desk: Desk) -> None:
    """Both ways to look say what every gate says; nothing is due to be trained."""
    one, everything, due = commands("promote")
    for line in (one, everything):
        printed = desk.run(line)
        assert f"retire: {NAME} {desk.releases[0].id} leaves prod [wait]" in printed
        assert f"… soak                     no rollout of {desk.releases[1].id} in prod has ended yet" in printed
    assert "nothing is due" in desk.run(due)


def test_roll_back(desk: Desk) -> None:
    """Each command of the page makes its commit: a branch, main itself, a release of long ago, an end."""
    back, direct, further, end = commands("roll-back")
    old, new = (release.id for release in desk.releases)
    assert f"prod goes back from {new} to {old}: branch rollback/{NAME}/prod/{old}" in desk.run(back)
    assert "commit " in desk.run(direct)
    assert f"prod goes back from {old} to 60c746df0471" in desk.run(further)
    printed = desk.run(end)
    assert f"{NAME} ends (it runs in dev, staging, prod): branch end/{NAME}" in printed


def test_break_glass(desk: Desk, tmp_path: Path) -> None:
    """Signed with a key of git's; looked at; closed by the name that the first command printed."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", str(key))):
        desk.company.run("config", name, value)
    opened, look, close = commands("break-glass")
    printed = desk.run(f"{opened} --direct")
    found = re.search(r"at-\d{6}-\d{4}-prod-diabetes-progression", printed)
    assert found is not None
    desk.company.run("pull", "-q", "origin", "main")
    printed = desk.run(look)
    assert f"glass is broken: {found[0]}: window, soak of {NAME} into prod" in printed
    closing = re.sub(r"at-\d{6}-\d{4}-prod-diabetes-progression", found[0], close)
    assert f"{found[0]} is closed" in desk.run(f"{closing} --direct")
    desk.company.run("pull", "-q", "origin", "main")
    assert "glass is broken" not in desk.run(look)


def test_a_stage_edited_into_an_impossible_state_is_refused_with_file_and_line(desk: Desk) -> None:
    """The command says which line of which file, and what to do; other deployments are still looked at."""
    file = f"deployments/{NAME}/stages/prod.yaml"
    old, new = (release.id for release in desk.releases)
    desk.company.write(file, f"# by hand\ncurrent: '{new}'\ncandidate: '{old}'\nrejected: ['{old}']\n")
    desk.company.deploy("wine", {"dev": Stage(old)}, ())
    desk.company.commit()
    printed = desk.run(".venv/bin/amlops promote --all --dry-run", code=2)
    assert f'{file}:3: "{old}" is both candidate and rejected' in printed
    assert "[rejected-release]" in printed
    assert f"promote: wine {old} to staging" in printed
    assert f"{file}:3:" in desk.run(f".venv/bin/amlops rollback {NAME} --env prod", code=2)
