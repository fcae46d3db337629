"""The end of a deployment: a commit that empties its stages and says why in its about.yaml. Apply then deletes the
endpoints; releases and evidence stay."""

from __future__ import annotations

import json
from dataclasses import dataclass

from amlops.config import LOCAL, About, Repository, load_about, parse
from amlops.config.document import document_of
from amlops.errors import AmlopsError
from amlops.git import Files, Git
from amlops.github import GitHub
from amlops.releases import stage_text

from ..main_branch import Proposed, propose, stage_at, stage_path


@dataclass(frozen=True, slots=True)
class Retired:
    """`environments` are those where something ran."""

    deployment: str
    environments: tuple[str, ...]
    proposed: Proposed


def retire(
    repo: Repository, git: Git, github: GitHub | None, deployment: str, *, reason: str, direct: bool = False
) -> Retired:
    """Raises ConfigError; AmlopsError (exit code 2) where it is retired already."""
    about = load_about(repo, deployment)
    if about.retired is not None:
        raise AmlopsError(f"{deployment} is retired already: {about.retired}", exit_code=2)
    emptied: list[str] = []

    def files(commit: str) -> Files:
        path = f"deployments/{deployment}/about.yaml"
        text = git.read(commit, path)
        if text is None:
            raise AmlopsError(f"main has no {path}", exit_code=3)
        changes: dict[str, str | bytes | None] = {path: _marked(repo, path, text, reason)}
        emptied.clear()
        for environment in about.environments:
            stage = stage_at(repo, git, commit, deployment, environment) if environment != LOCAL else None
            if stage is not None and stage.running:
                emptied.append(environment)
                target = stage_path(deployment, environment)
                changes[target] = stage_text(deployment, environment, stage.emptied())
        return changes

    proposed = propose(
        git,
        github,
        f"end/{deployment}",
        files,
        title=f"retire: {deployment}",
        body=f"{deployment} is not run any more: {reason}",
        direct=direct,
    )
    return Retired(deployment, tuple(emptied), proposed)


def _marked(repo: Repository, path: str, text: str, reason: str) -> str:
    """The file with a line more; what people wrote stays as they wrote it. Raises ConfigError."""
    marked = f"{text.rstrip()}\nretired: {json.dumps(reason, ensure_ascii=False)}\n"
    parse(document_of(marked, repo.root / path, root=repo.root), About)
    return marked
