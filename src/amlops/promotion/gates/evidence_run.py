"""Gate: what proves the release was written by runs that exist, of this repository's workflows, with main's code.

Source: `written` of each file of evidence; the commits of main; and, before something is merged, GitHub's own word on
the run.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..proof import Written
from ..situation import Situation
from ..verdict import Verdict
from .base import Gate

WORKFLOWS = ".github/workflows/"


class EvidenceRun(Gate):
    kind = "evidence-run"

    def decide(self, now: Situation) -> Verdict:
        files = dict(_written(now))
        if not files:
            return self.waits("there is no evidence yet")
        for path, written in files.items():
            wrong = "it does not say which run wrote it" if written is None else _wrong(now, written)
            if wrong:
                return self.failed(f"{path}: {wrong}", path)
        runs = sorted({written.run for written in files.values() if written and written.run})
        asked = "" if now.runs is not None else "; GitHub is asked for them before anything is merged"
        return self.passed(f"written by main's code in {', '.join(map(str, runs))}{asked}", *files)


def _written(now: Situation) -> Iterator[tuple[str, Written | None]]:
    for proof in (now.ours.evaluation, now.ours.rollout, now.ours.applied):
        if proof is not None:
            yield proof.path, proof.written


def _wrong(now: Situation, written: Written) -> str | None:
    if written.run is None:
        return "it was written by hand, by no run"
    if written.commit not in now.main:
        return f"commit {written.commit[:10]} of run {written.run} is not on main"
    if now.runs is None:
        return None
    facts = now.runs.get(written.run)
    if facts is None:
        return f"GitHub knows no run {written.run}"
    if facts.commit != written.commit:
        return f"run {written.run} ran commit {facts.commit[:10]}, not {written.commit[:10]}"
    if facts.branch != "main":
        return f"run {written.run} ran for {facts.branch}, not for main"
    if not facts.workflow_file.startswith(WORKFLOWS):
        return f"run {written.run} ran {facts.workflow_file}, which is no workflow of this repository"
    return None
