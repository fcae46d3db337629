"""What a promotion's pull request says, and a run's summary. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from amlops.promotion import Judged, Step, Verdict
from amlops.releases import Stage

MARKS = {"pass": "✅", "wait": "⏳", "fail": "❌"}
LONGEST = 60_000
"""Characters of a pull request's text; GitHub takes 65,536."""
CLOSED = "<!-- amlops:closed -->"
"""Opens the text of a pull request that amlops itself closed. One that a person closed is left alone."""


def same(one: str, other: str) -> bool:
    """Whether two texts say the same but for times: neither a stage nor what a gate says differs."""
    return one.partition("\n")[0] == other.partition("\n")[0]


def body_of(judged: Judged, evidence_url: str, run_url: str | None, glass: Sequence[str]) -> str:
    """`evidence_url` is where the branch `evidence` is shown; `glass` tells of what was broken for this deployment."""
    step = judged.step
    said = [
        step.before,
        step.after,
        *((verdict.gate, verdict.state, verdict.skipped_by) for verdict in judged.verdicts),
    ]
    digest = hashlib.sha256(repr([*said, list(glass)]).encode()).hexdigest()[:16]
    parts = [
        f"<!-- amlops:promotion {digest} -->",
        intent(step),
        "",
        "| stage | before | after |",
        "|---|---|---|",
        *_roles(step.before, step.after),
        "",
    ]
    parts += ["| gate | | why |", "|---|---|---|", *(_gate(verdict, evidence_url) for verdict in judged.verdicts), ""]
    if glass:
        parts += ["**Glass is broken:**", "", *(f"- {line}" for line in glass), ""]
    parts.append(
        "Merging changes nothing but this file; apply and rollout do the rest. It is merged as soon as every gate "
        "passes, and closed where it is no next step any more. To say no, close it."
    )
    if run_url:
        parts += ["", f"Written by [this run]({run_url})."]
    return "\n".join(parts)[:LONGEST]


def intent(step: Step) -> str:
    """What the step does, for people."""
    if step.move == "retire":
        return (
            f"`{step.release}` of **{step.deployment}** has been kept in **{step.environment}** long enough beside "
            f"`{step.before.current}`, and goes."
        )
    place = f"from {step.source} " if step.source else ""
    if step.after.candidate == step.release:
        how = f"It is rolled out beside `{step.before.current}`, step by step, and goes back by itself if it fails."
    else:
        how = "Nothing runs there yet."
    return f"`{step.release}` of **{step.deployment}** comes {place}into **{step.environment}**. {how}"


def _roles(before: Stage, after: Stage) -> Iterable[str]:
    for role in ("current", "candidate", "previous", "next"):
        old, new = getattr(before, role), getattr(after, role)
        if old != new:
            yield f"| {role} | {_id(old)} | {_id(new)} |"


def _id(release: str | None) -> str:
    return f"`{release}`" if release else "none"


def _gate(verdict: Verdict, evidence_url: str) -> str:
    mark = "🔨" if verdict.skipped_by else MARKS[verdict.state]
    links = ", ".join(f"[{path.rsplit('/', 1)[-1]}]({evidence_url}/{path})" for path in verdict.evidence)
    reason = verdict.reason.replace("|", "\\|").replace("\n", " ")
    return f"| {verdict.gate} | {mark} | {reason}{f' ({links})' if links else ''} |"
