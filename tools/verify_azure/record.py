"""What was answered, as JSON for programs and as a table for people. Written after each answer: a crash loses none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from amlops.config.moments import stamp

from .environment import Wanted
from .questions.not_asked import NOT_ASKED
from .questions.question import Answer, Question
from .redact import redact, redacted

_MARKS = {True: "holds", False: "**does not hold**", None: "open"}


@dataclass
class Record:
    """`ended` is how the run ended, in a sentence; `left` what of it is still there, None before that was looked at."""

    folder: Path
    wanted: Wanted
    began: datetime
    local: bool
    commit: str
    answers: dict[str, tuple[Question, Answer]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    ended: str = "it goes on"
    left: tuple[str, ...] | None = None
    spent: float = 0.0

    def answer(self, question: Question, answer: Answer) -> None:
        self.answers[question.id] = (question, answer)
        self.write()

    def step(self, what: str) -> None:
        self.steps.append(what)
        self.write()

    def write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        hidden = (self.wanted.subscription, self.wanted.tenant)
        text = json.dumps(redacted(self.as_dict(), *hidden), indent=2, ensure_ascii=False)
        (self.folder / "answers.json").write_text(f"{text}\n", encoding="utf-8")
        (self.folder / "answers.md").write_text(redact(self.as_page(), *hidden), encoding="utf-8")

    def as_dict(self) -> dict[str, Any]:
        return {
            "run": self.wanted.run,
            "against": self._against,
            "region": self.wanted.region,
            "commit": self.commit,
            "began": stamp(self.began),
            "ended": self.ended,
            "left": None if self.left is None else list(self.left),
            "spent_at_most": round(self.spent, 2),
            "steps": self.steps,
            "answers": {id: _as_dict(*pair) for id, pair in sorted(self.answers.items())},
            "not_asked": [{"said": one.said, "where": one.where, "why": one.why} for one in NOT_ASKED],
        }

    def as_page(self) -> str:
        rows = [
            f"| {id} | {_cell(q.said)} ({_cell(q.where)}) | {_cell(a.sentence)} | {_MARKS[a.holds]} |"
            for id, (q, a) in sorted(self.answers.items())
        ]
        rest = [f"| {_cell(one.said)} | {_cell(one.where)} | {_cell(one.why)} |" for one in NOT_ASKED]
        lines = [
            f"# Run {self.wanted.run}, {stamp(self.began)}, {self.wanted.region}",
            "",
            f"Against {self._against}, from commit {self.commit[:12]}. {self.ended}",
            "",
            "| question | what is taken for granted | answer | |",
            "|---|---|---|---|",
            *rows,
            "",
            "## Not asked",
            "",
            "| what is taken for granted | where | why it isn't asked |",
            "|---|---|---|",
            *rest,
        ]
        return "\n".join(lines) + "\n"

    @property
    def _against(self) -> str:
        return "a local Azure, which proves nothing about Azure" if self.local else "Azure"


def _as_dict(question: Question, answer: Answer) -> Mapping[str, Any]:
    return {
        "said": question.said,
        "where": question.where,
        "asked": question.how,
        "answer": answer.sentence,
        "holds": answer.holds,
        "found": dict(answer.found),
    }


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
