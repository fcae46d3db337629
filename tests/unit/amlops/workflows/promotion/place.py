"""A company at GitHub, whose commands of promotion run as the App."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

from tests.unit.amlops.promotion.company import Company, release_of
from tests.workflows.github import Server

from amlops.git import Git
from amlops.github import GitHub
from amlops.github.remote import Credential
from amlops.progress import Plain
from amlops.releases import Release, Stage, load_stage
from amlops.workflows.promotion.promote import Promoted, promote

NAME = "wine"
APP = {"contents": "write", "pull-requests": "write", "issues": "write", "actions": "read", "members": "read"}
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: 'true'}]\n"


class Place:
    """A company at GitHub, whose commands run as the App."""

    def __init__(self, folder: Path, server: Server) -> None:
        hub = server.hub
        self.server, self.hub = server, hub
        ada = hub.person("ada", "admin").token
        admin = Git(folder / "clone", variables=Credential(hub.url, lambda: ada))
        self.company = Company.found(folder, f"{hub.url}/{hub.full_name}.git", admin)
        self.company.write(".github/workflows/release.yml", WORKFLOW)
        self.first = self.company.commit("ci: a workflow")
        assert hub.runs is not None
        self.run = next(run.id for run in hub.runs.all if run.commit == self.first)

    @property
    def github(self) -> GitHub:
        """With a token of its own, which lasts for an hour."""
        token = self.hub.app_token(APP).value
        return GitHub(self.hub.url, self.hub.full_name, lambda: token, lambda _: None)

    @property
    def git(self) -> Git:
        return Git(self.company.git.root, variables=Credential(self.hub.url, self.github.token))

    @property
    def now(self) -> datetime:
        return self.hub.clock.now()

    def release(self, number: int) -> Release:
        return release_of(NAME, number, commit=self.first)

    def prove(self, release: Release, *, ago: timedelta = timedelta(days=2), **changes: object) -> None:
        """By the run that there is."""
        company = self.company
        files = company.proofs(NAME, release.id, self.first, at=self.now - ago, **changes)
        for environment in ("dev", "staging", "prod"):
            files |= company.applied(f"{environment}.{NAME}", self.first)
        for what in files.values():
            what["written"] = {**what["written"], "run": self.run}
        company.evidence.write(files, "evidence: all of it")

    def promote(self, *, dry_run: bool = False) -> Promoted:
        self.pull()
        quiet = Plain(io.StringIO())
        return promote(self.company.repo, self.git, self.github, run=None, progress=quiet, dry_run=dry_run)

    def pull(self) -> None:
        """The clone is at main again."""
        self.git.fetch("refs/heads/main")
        self.company.run("reset", "-q", "--hard", "refs/remotes/origin/main")

    def stage(self, environment: str) -> Stage:
        self.pull()
        return load_stage(self.company.repo, NAME, environment)

    def pulls(self, state: str = "open") -> list[str]:
        """Branches of pull requests."""
        return [issue.pull.head for issue in self.hub.issues.values() if issue.pull and issue.state == state]
