"""What a rollout keeps in ARM, as tags, so that another runner goes on from there. Pure: tags in, tags out.

On the endpoint, written in the same request as the traffic: which candidate, begun when, and each step with the seconds
since (`rollout`), and why it went back (`rollout-reason`). On the candidate's ARM deployment: when its rollout began,
its verdict, whether git has it, what a person wishes. A tag is never taken away, as a PATCH may merge: it becomes
empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from amlops.config.moments import moment, stamp

from .step import Step

LONGEST = 256
"""Characters of a tag's value, Azure's limit."""

RECORD, WHY = "rollout", "rollout-reason"
BEGAN, VERDICT, REASON, SETTLED, WISH = (
    "rollout-began",
    "rollout-verdict",
    "rollout-reason",
    "rollout-settled",
    "rollout-wish",
)

Word = Literal["healthy", "rejected"]
WORDS: tuple[Word, ...] = ("healthy", "rejected")
BACK = "back"


@dataclass(frozen=True, slots=True)
class Entry:
    """From `at` on the traffic was that of `step`; None: it went back to the old deployment."""

    step: Step | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """The endpoint's: of the rollout of `candidate` (an ARM deployment) that began at `began`. There is one entry or
    more."""

    candidate: str
    began: datetime
    entries: tuple[Entry, ...]
    reason: str = ""

    @property
    def last(self) -> Entry:
        return self.entries[-1]

    def then(self, step: Step | None, at: datetime, reason: str = "") -> Record:
        return Record(self.candidate, self.began, (*self.entries, Entry(step, at)), reason)

    def tags(self) -> dict[str, str]:
        """As tags. Where steps were taken so often that they don't fit, the earliest are forgotten."""
        head = f"{self.candidate}@{stamp(self.began)}"
        words = [_word(entry, self.began) for entry in self.entries]
        while len(found := " ".join([head, *words])) > LONGEST:
            del words[0]
        return {RECORD: found, WHY: short(self.reason)}

    @classmethod
    def parse(cls, tags: Mapping[str, str]) -> Record | None:
        """None where there is no record, or one that can't be read."""
        head, *words = tags.get(RECORD, "").split() or [""]
        candidate, _, began_text = head.partition("@")
        began = _moment(began_text)
        entries = [_entry(word, began) for word in words] if began else []
        if began is None or not entries or any(entry is None for entry in entries):
            return None
        return cls(candidate, began, tuple(entry for entry in entries if entry), tags.get(WHY, ""))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wishes: `pause` (no step forward), `go-on`, `abort` (back to the old deployment)."""

    kind: Literal["pause", "go-on", "abort"]
    at: datetime
    person: str
    reason: str = ""

    def __str__(self) -> str:
        done = {"pause": "paused", "go-on": "let go on", "abort": "aborted"}[self.kind]
        return f"{done} by {self.person}{f': {self.reason}' if self.reason else ''}"

    def tags(self) -> dict[str, str]:
        person = "-".join(self.person.split())
        return {WISH: short(f"{self.kind} {stamp(self.at)} {person} {self.reason}".strip())}

    @classmethod
    def parse(cls, tags: Mapping[str, str]) -> Wish | None:
        parts = tags.get(WISH, "").split(" ", 3)
        at = _moment(parts[1]) if len(parts) > 2 else None
        for kind in ("pause", "go-on", "abort"):
            if parts[0] == kind and at is not None:
                return cls(kind, at, parts[2], parts[3] if len(parts) > 3 else "")
        return None


@dataclass(frozen=True, slots=True)
class Marks:
    """The candidate's: when its rollout began, what came out, and since when git has that (`settled`)."""

    began: datetime | None = None
    verdict: Word | None = None
    reason: str = ""
    settled: datetime | None = None
    wish: Wish | None = None

    @classmethod
    def parse(cls, tags: Mapping[str, str]) -> Marks:
        verdict = next((word for word in WORDS if tags.get(VERDICT) == word), None)
        began, settled = (_moment(tags.get(name, "")) for name in (BEGAN, SETTLED))
        return cls(began, verdict, tags.get(REASON, ""), settled, Wish.parse(tags))


def begin_tags(at: datetime, *, keep_wish: bool) -> dict[str, str]:
    """Of a rollout that begins; an earlier one of the same deployment is forgotten."""
    found = {BEGAN: stamp(at), VERDICT: "", REASON: "", SETTLED: ""}
    return found if keep_wish else {**found, WISH: ""}


def verdict_tags(verdict: Word, reason: str) -> dict[str, str]:
    return {VERDICT: verdict, REASON: short(reason), SETTLED: ""}


def settled_tags(at: datetime) -> dict[str, str]:
    return {SETTLED: stamp(at)}


def short(text: str) -> str:
    """Fits into a tag, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _moment(text: str) -> datetime | None:
    try:
        found: datetime = moment(text)
    except ValueError:
        return None
    return found


def _word(entry: Entry, began: datetime) -> str:
    return f"{entry.step.code if entry.step else BACK}+{int((entry.at - began).total_seconds())}"


def _entry(word: str, began: datetime) -> Entry | None:
    code, _, seconds = word.partition("+")
    step = Step.parse(code)
    if not seconds.isdigit() or (step is None and code != BACK):
        return None
    return Entry(step, began + timedelta(seconds=int(seconds)))
