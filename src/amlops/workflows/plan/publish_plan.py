"""Where a plan goes: files, the pull request's one comment, and where that isn't allowed the job's summary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from amlops.github import GitHub, NotAllowed, Run
from amlops.report import Plan, comment

COMMENT = "comment.md"

MARKER = "plan"
"""The name of the comment: there is one for each pull request, changed in place."""


def write_plan(plan: Plan, folder: Path) -> tuple[Path, Path]:
    """`plan.json` and `comment.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_text = folder / "plan.json", folder / COMMENT
    as_json.write_text(json.dumps(plan.as_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    as_text.write_text(comment(plan), encoding="utf-8")
    return as_json, as_text


def publish(text: str, environ: Mapping[str, str]) -> str:
    """Puts a rendered plan where its readers are; says where, or "" outside of GitHub.

    A pull request from a fork has a token that may not comment: its readers find the plan in the job's summary. Raises
    GitHubRefused for any other refusal.
    """
    run = Run.of(environ)
    if run is None:
        return ""
    number, github = run.pull_request, GitHub.of(environ)
    if number is not None and github is not None:
        try:
            url = github.comment(number, MARKER, text)
        except NotAllowed:
            note = "The comment isn't allowed here (a pull request from a fork, or a token that may only read)."
            run.summarise(f"{note}\n\n{text}")
            return "the job's summary: the comment isn't allowed here"
        run.summarise(text)
        return f"the comment {url}"
    run.summarise(text)
    return "the job's summary"


def ended(run: Run, github: GitHub | None) -> str:
    """How the run's pull request ended while the run waited, `merged` or `closed`; "" for one that is open, or for no
    pull request's run. Bots merge some as soon as they have opened them. Raises GitHubRefused."""
    if run.pull_request is None or github is None:
        return ""
    state = github.pulls.get(run.pull_request).state
    return "" if state == "open" else state
