"""What a try to release a deployment leaves in the evidence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.unit.amlops.promotion.company import NOON, Company

from amlops.config import ConfigError, load_environment, load_promotion
from amlops.github import Run
from amlops.progress import progress
from amlops.workflows.release.due import Due
from amlops.workflows.release.release import release_and_commit
from amlops.workflows.release.tried import Tried, last_tried, tried_path
from amlops.workflows.session import Session

NAME = "wine"
RUN = Run(9, 1, "contoso/ml", "", "ada", "release", "push", "refs/heads/main", "", None, None, None)


class Clock:
    """All of Azure that is asked before a manifest is found to be broken."""

    def now(self) -> object:
        return NOON


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """With a deployment whose manifests are empty."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    company = Company.found(tmp_path, str(remote))
    company.deploy(NAME, {}, training=None)
    company.commit()
    return company


@pytest.mark.parametrize("run", [RUN, None])
def test_a_release_that_fails_counts_as_tried(company: Company, run: Run | None) -> None:
    """With its commit, where a run tried it; what a person's clone holds may be no commit of main."""
    session = Session(company.repo, load_environment(company.repo, "dev"), progress(), None)
    session.__dict__["azure"] = Clock()
    why = Due(NAME, "dev", "changed", "deployments/wine/score.py")
    with pytest.raises(ConfigError):
        release_and_commit(session, company.git, load_promotion(company.repo), wanted=why, deployment=NAME, run=run)
    found = last_tried(company.evidence, [NAME, "beer"])
    assert found == ({} if run is None else {NAME: Tried(company.git.head(), NOON, failed=True)})


def test_evidence_that_says_something_else_is_left_out(company: Company) -> None:
    """As if no run had tried the deployment."""
    company.evidence.write({tried_path(NAME): {"commit": company.git.head()}}, "evidence: half")
    assert last_tried(company.evidence, [NAME]) == {}
