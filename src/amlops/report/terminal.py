"""A plan as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from .escape import clean
from .facts import Plan, StackPlan
from .money import changed


def lines(plan: Plan) -> Iterator[str]:
    """Every stack with what changes, what stops it and how its rehearsal went."""
    if not plan.stacks:
        yield "nothing that is applied changes"
    for stack in plan.stacks:
        yield from _stack(stack)
    for note in plan.notes:
        yield clean(note)


def _stack(stack: StackPlan) -> Iterator[str]:
    counts = [f"{stack.count(what)} {what}" for what in ("create", "update", "replace", "delete") if stack.count(what)]
    yield f"{clean(stack.stack)}: {', '.join(counts) or 'no change'}" + (
        f", {changed(stack.cost)}" if stack.cost else ""
    )
    for sentence in stack.users:
        yield f"  users: {clean(sentence)}"
    for step in stack.steps:
        about = (
            step.replace_reasons if step.operation == "replace" else step.paths if step.operation == "update" else ()
        )
        yield f"  {step.operation:8} {clean(step.name)}" + (f" ({clean(', '.join(about))})" if about else "")
    for remark in stack.remarks:
        excepted = f" (excepted: {clean(remark.excepted)})" if remark.excepted else ""
        yield f"  policy   {remark.severity}: {clean(remark.message, 600)} [{clean(remark.rule)}]{excepted}"
    for check in stack.checks:
        if check.outcome != "passed":
            yield f"  preflight {check.outcome}: {clean(check.message, 600)} [{clean(check.name)}]"
    if stack.failure:
        yield f"  FAILED   {clean(stack.failure, 2000)}"
    if stack.rehearsed is not None:
        yield f"  rehearsal {stack.rehearsed.outcome}: {clean(stack.rehearsed.sentence, 2000)}"
        for phase in stack.rehearsed.phases:
            shares = ", ".join(
                f"{clean(name, 60) or 'nobody'} {sum(count)}" for name, count in sorted(phase.traffic.by.items())
            )
            yield f"    {clean(phase.name)}: {phase.traffic.sent} sent, {phase.traffic.failed} failed ({shares})"
