"""`amlops doctor github`: what only an owner sets."""

from __future__ import annotations

import os

import click

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.github import GitHub, open_git

from ..options import json_option
from .told import tell


@click.command("github")
@click.option("--repository", help="`owner/name` (default: GITHUB_REPOSITORY, else the clone's remote).")
@json_option
def command(repository: str | None, as_json: bool) -> int:
    """Check rulesets, environments, variables, App, runners, tokens and refs of the repository on GitHub.

    Reads with the token in GITHUB_TOKEN (`GITHUB_TOKEN=$(gh auth token) amlops doctor github`); an admin's sees all of
    it. Nothing is changed; each finding says the one step that mends it. Exit code 3 where something is wrong.
    """
    from amlops.doctor import OnGitHub, examine_github
    from amlops.doctor.remote import named_by_remote

    repo = Repository.find()
    git = open_git(repo.root, os.environ)
    name = repository or os.environ.get("GITHUB_REPOSITORY") or named_by_remote(git)
    github = GitHub.of({**os.environ, "GITHUB_REPOSITORY": name or ""})
    if github is None:
        what = "GITHUB_TOKEN is not set" if name else "the clone's remote is not on GitHub"
        todo = "GITHUB_TOKEN=$(gh auth token)" if name else "--repository owner/name"
        raise AmlopsError(f"{what}; give it: {todo}", exit_code=2)
    return tell(examine_github(OnGitHub(repo, github, git)), as_json=as_json)
