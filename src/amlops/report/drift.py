"""What was changed in a cloud without git, as people are told: an issue for each stack, lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .comment import LONGEST, MARGIN, fitting
from .escape import clean, code, plain

SHOWN = 100
"""Differences that an issue lists; what is beyond is counted."""

_SAID = {"changed": "was changed", "gone": "is gone", "strange": "is there"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One resource that is otherwise in the cloud than git has it. `paths` are properties, without their values.

    `who`, `when` (UTC, ISO 8601) and `by` (ARM's operation) are those of its last change in the Activity Log that was
    not ours; "" where it knows none. `urn` is "" for what no program declares.
    """

    urn: str
    name: str
    what: Literal["changed", "gone", "strange"]
    paths: tuple[str, ...] = ()
    who: str = ""
    when: str = ""
    by: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "urn": self.urn,
            "name": self.name,
            "what": self.what,
            "paths": list(self.paths),
            "who": self.who,
            "when": self.when,
            "by": self.by,
        }

    def __str__(self) -> str:
        about = f" ({', '.join(self.paths)})" if self.paths else ""
        whom = f", by {self.who}" if self.who else ", by nobody that is known"
        return f"{self.name} {_SAID[self.what]}{about}{whom}{f' at {self.when}' if self.when else ''}"


@dataclass(frozen=True, slots=True)
class StackDrift:
    """A stack. `impossible`: what owners of traffic and capacity never do; `failure`: why it is not known."""

    stack: str
    differences: tuple[Difference, ...] = ()
    impossible: tuple[str, ...] = ()
    failure: str = ""

    @property
    def drifted(self) -> bool:
        return bool(self.differences or self.impossible)

    def as_dict(self) -> dict[str, Any]:
        return {
            "stack": self.stack,
            "drifted": self.drifted,
            "differences": [item.as_dict() for item in self.differences],
            "impossible": list(self.impossible),
            "failure": self.failure,
        }


def issue_title(drift: StackDrift) -> str:
    return f"Drift: {clean(drift.stack, 120)}"


def issue(drift: StackDrift) -> str:
    """The issue's text; the same drift gives the same text."""
    number = len(drift.differences)
    for most in (SHOWN, 30, 10, 3):
        text = fitting(_issue(drift, most), LONGEST - MARGIN)
        if text is not None:
            return text
    raise AssertionError(f"{number} differences, and three of them are too long")


def _issue(drift: StackDrift, most: int) -> Iterator[str]:
    stack = code(drift.stack)
    yield f"What {stack} is in the cloud is not what git says it is."
    if drift.differences:
        yield ""
        yield "| resource | what | properties | who | when (UTC) |"
        yield "|---|---|---|---|---|"
        for item in drift.differences[:most]:
            yield _row(item)
        if len(drift.differences) > most:
            yield f"| … {len(drift.differences) - most} more | | | | |"
    if drift.impossible:
        yield ""
        yield from (f"- {plain(text)}" for text in drift.impossible[:most])
        if len(drift.impossible) > most:
            yield f"- … {len(drift.impossible) - most} more"
    yield ""
    yield f"- To keep it: <code>amlops drift {plain(drift.stack)} --adopt</code> opens a pull request with it."
    yield f"- To undo it: <code>amlops drift {plain(drift.stack)} --revert</code> applies what git says."
    yield ""
    yield "Traffic and capacity belong to rollout and autoscaling, and are no drift. This issue closes by itself."


def _row(item: Difference) -> str:
    paths = ", ".join(code(path) for path in item.paths[:6])
    paths += f" … {len(item.paths) - 6} more" if item.paths[6:] else ""
    who = f"{plain(item.who, 120)}" if item.who else "not known"
    return f"| {code(item.name)} | {_SAID[item.what]} | {paths} | {who} | {plain(item.when, 40)} |"


def drift_lines(drifts: Sequence[StackDrift]) -> Iterator[str]:
    """For a terminal."""
    for drift in drifts:
        if drift.failure:
            yield f"{drift.stack}: not known: {clean(drift.failure, 1000)}"
            continue
        yield f"{drift.stack}: {'as git says' if not drift.drifted else 'drifted'}"
        yield from (f"  {clean(str(item), 600)}" for item in drift.differences)
        yield from (f"  {clean(text, 600)}" for text in drift.impossible)
