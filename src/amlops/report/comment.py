"""A plan as a comment that is understood in half a minute, and stays below GitHub's limit whatever the plan's size.

What does not fit is counted. The same plan gives the same comment. Everything that comes from files is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from .escape import code, plain
from .facts import DISRUPTIVE, OPERATIONS, Check, Plan, Rehearsed, Remark, StackPlan, Step, Traffic
from .money import changed

LONGEST = 65_536
"""Characters of a comment: GitHub's limit."""

MARGIN = 200
"""Characters that are left for the marker that whoever posts the comment puts in front."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """How many stacks have a row in the table and a fold below it, and lines a list in a fold."""

    rows: int
    folds: int
    lines: int


ROOMS = (Room(60, 60, 60), Room(60, 40, 20), Room(40, 20, 12), Room(25, 8, 8), Room(15, 3, 5), Room(8, 0, 0))
"""From the most to the least; the last one fits always: each of its lines has a length of its own."""


def comment(plan: Plan) -> str:
    """Markdown, at most LONGEST − MARGIN characters (counted as GitHub's database may: as UTF-8)."""
    for room in ROOMS:
        text = fitting(_comment(plan, room), LONGEST - MARGIN)
        if text is not None:
            return text
    raise AssertionError("the smallest room has a bound")


def fitting(lines: Iterable[str], most: int) -> str | None:
    """The lines as a text, None where that is longer than so many bytes; the rest is not made then."""
    kept, length = [], 0
    for line in lines:
        length += len(line.encode()) + 1
        if length > most:
            return None
        kept.append(line)
    return "\n".join(kept) + "\n"


def _comment(plan: Plan, room: Room) -> Iterator[str]:
    stacks = sorted(plan.stacks, key=_rank)
    yield f"### {_title(plan)}"
    yield ""
    if not stacks:
        yield "Nothing that is applied changes."
    yield from _stops(stacks, room)
    yield from _users(stacks, room)
    if stacks:
        yield from _table(stacks, room)
    for stack in islice(stacks, room.folds):
        yield from _fold(stack, room)
    if len(stacks) > room.folds:
        yield ""
        yield f"{_more(len(stacks) - room.folds, 'stack')} in the run's file <code>plan.json</code>."
    yield from _foot(plan, stacks, room)


def _title(plan: Plan) -> str:
    changing = sum(bool(stack.steps) for stack in plan.stacks)
    words = [f"{_counted(changing, 'stack')} change{'s' if changing == 1 else ''}"]
    rehearsed = [stack.rehearsed for stack in plan.stacks if stack.rehearsed and stack.rehearsed.outcome != "skipped"]
    failed = sum(item.outcome == "failed" for item in rehearsed)
    if failed:
        words.append(f"✗ rehearsal failed for {failed} of {len(rehearsed)}")
    elif rehearsed:
        sent, lost = (sum(getattr(item.total, what) for item in rehearsed) for what in ("sent", "failed"))
        words.append(f"✓ rehearsed, {lost} of {sent} requests failed" if sent else "✓ rehearsed")
    disruptive = sum(plan.count(operation) for operation in DISRUPTIVE)
    if disruptive:
        words.append(f"⚠ {_counted(disruptive, 'resource')} replaced or deleted")
    return f"{'✗ Plan, stopped' if plan.stopped else 'Plan'}: {' · '.join(words)}"


def _stops(stacks: Sequence[StackPlan], room: Room) -> Iterator[str]:
    """What keeps the change from being merged, first."""
    lines = [f"- {code(stack.stack)}: {reason}" for stack in stacks for reason in _reasons(stack)]
    if lines:
        yield "**What stops it**"
        yield ""
        yield from _some(lines, max(room.rows, 8), "reason")
        yield ""


def _reasons(stack: StackPlan) -> Iterator[str]:
    if stack.failure:
        yield plain(stack.failure)
    if stack.rehearsed is not None and stack.rehearsed.outcome == "failed":
        yield f"rehearsal: {plain(stack.rehearsed.sentence)}"
    for remark in stack.remarks:
        if remark.stops:
            yield f"policy {code(remark.rule)}: {plain(remark.message)}"
    for check in stack.checks:
        if check.outcome == "failed":
            yield f"preflight {code(check.name)}: {plain(check.message)}"


def _users(stacks: Sequence[StackPlan], room: Room) -> Iterator[str]:
    lines = [f"- {code(stack.stack)}: {plain(sentence)}" for stack in stacks for sentence in stack.users]
    if lines:
        yield "**What users notice**"
        yield ""
        yield from _some(lines, room.rows, "sentence")
        yield ""


def _table(stacks: Sequence[StackPlan], room: Room) -> Iterator[str]:
    yield "| stack | create | change | replace | delete | a month | policy | preflight | rehearsal |"
    yield "|---|--:|--:|--:|--:|--:|---|---|---|"
    for stack in islice(stacks, room.rows):
        counts = (str(stack.count(operation) or "") for operation in OPERATIONS)
        cells = (
            code(stack.stack),
            *counts,
            changed(stack.cost) if stack.cost else "",
            _policy(stack.remarks),
            _preflight(stack.checks),
            _rehearsal(stack.rehearsed),
        )
        yield "| " + " | ".join(cells) + " |"
    rest = stacks[room.rows :]
    if rest:
        sums = (str(sum(stack.count(operation) for stack in rest)) for operation in OPERATIONS)
        yield f"| {_more(len(rest), 'stack')} | " + " | ".join(sums) + " | | | | |"


def _policy(remarks: Sequence[Remark]) -> str:
    stopping = sum(remark.stops for remark in remarks)
    warned = sum(remark.severity == "warning" and not remark.excepted for remark in remarks)
    excepted = sum(bool(remark.excepted) for remark in remarks)
    counted = ((stopping, "error", "✗ "), (warned, "warning", ""), (excepted, "exception", ""))
    return ", ".join(mark + _counted(number, what) for number, what, mark in counted if number) or "✓"


def _preflight(checks: Sequence[Check]) -> str:
    if not checks:
        return ""
    failed, warned = (sum(check.outcome == outcome for check in checks) for outcome in ("failed", "warned"))
    if failed:
        return f"✗ {failed} failed"
    return _counted(warned, "warning") if warned else "✓"


def _rehearsal(rehearsed: Rehearsed | None) -> str:
    if rehearsed is None:
        return ""
    if rehearsed.outcome == "skipped":
        return "not rehearsed"
    mark = "✓" if rehearsed.outcome == "passed" else "✗"
    sent, failed = rehearsed.total.sent, rehearsed.total.failed
    return f"{mark} {_counted(sent, 'request')}, {failed} failed" if sent else f"{mark} applied"


def _fold(stack: StackPlan, room: Room) -> Iterator[str]:
    yield ""
    yield f"<details><summary>{code(stack.stack)} · {_summary(stack)}</summary>"
    yield ""
    if stack.because:
        yield "**Because of**"
        yield from _some([f"- {plain(reason)}" for reason in stack.because], room.lines, "reason")
        yield ""
    if stack.steps:
        yield "**Resources**"
        yield from _some([_step(step) for step in sorted(stack.steps, key=_weight)], room.lines, "resource")
        yield ""
    if stack.remarks:
        yield "**Policy**"
        yield from _some([_remark(remark) for remark in stack.remarks], room.lines, "finding")
        yield ""
    if stack.checks:
        yield "**Preflight**"
        lines = [f"- {check.outcome}: {code(check.name)} {plain(check.message)}" for check in stack.checks]
        yield from _some(lines, room.lines, "check")
        yield ""
    if stack.rehearsed is not None:
        yield from _rehearsed(stack.rehearsed, room)
    if stack.cost is not None:
        yield from _cost(stack)
    yield "</details>"


def _summary(stack: StackPlan) -> str:
    words = {"create": "created", "update": "changed", "replace": "replaced", "delete": "deleted"}
    counted = [f"{stack.count(operation)} {word}" for operation, word in words.items() if stack.count(operation)]
    return ", ".join(counted) or ("can't be planned" if stack.failure else "no resource changes")


def _step(step: Step) -> str:
    about: tuple[str, ...] = ()
    if step.operation == "update":
        about = step.paths
    elif step.operation == "replace":
        about = step.replace_reasons or step.paths
    shown = ", ".join(code(path) for path in about[:6]) + (f" {_more(len(about) - 6, 'property')}" if about[6:] else "")
    why = " because of " if step.operation == "replace" else ": "
    mark = "⚠ " if step.operation in DISRUPTIVE else ""
    return f"- {mark}{plain(step.operation)} {code(step.name)}{why + shown if shown else ''}"


def _remark(remark: Remark) -> str:
    excepted = f" (excepted: {plain(remark.excepted)})" if remark.excepted else ""
    return f"- {remark.severity} {code(remark.rule)} {plain(remark.where)}: {plain(remark.message)}{excepted}"


def _rehearsed(rehearsed: Rehearsed, room: Room) -> Iterator[str]:
    yield f"**Rehearsal**: {plain(rehearsed.sentence)}"
    if rehearsed.phases:
        yield ""
        yield "| while | sent | failed | answered by |"
        yield "|---|--:|--:|---|"
        for phase in islice(rehearsed.phases, max(room.lines, 1)):
            traffic = phase.traffic
            yield f"| {plain(phase.name)} | {traffic.sent} | {traffic.failed} | {_answered(traffic)} |"
        yield ""
    lines = [f"- {plain(text)}" for text in rehearsed.total.said]
    if lines:
        yield "**What failed**"
        yield from _some(lines, min(room.lines, 10), "answer")
    if rehearsed.faults:
        yield f"With these faults: {', '.join(code(fault) for fault in rehearsed.faults[:8])}"
    if rehearsed.stand_ins:
        yield "**Stand-ins**"
        yield from _some([f"- {plain(text)}" for text in rehearsed.stand_ins], room.lines, "asset")
    yield ""


def _answered(traffic: Traffic) -> str:
    parts = [
        f"{code(name, 40) if name else 'nobody'} {well + failed}" + (f" ({failed} failed)" if failed else "")
        for name, (well, failed) in sorted(traffic.by.items())
    ]
    return ", ".join(parts[:4]) + (f" {_more(len(parts) - 4, 'deployment')}" if parts[4:] else "")


def _cost(stack: StackPlan) -> Iterator[str]:
    cost = stack.cost
    assert cost is not None
    told = (
        ("no price known for", cost.after.unknown),
        ("priced elsewhere", cost.after.elsewhere),
        ("by use, not counted", cost.after.by_use),
    )
    parts = [plain(cost.source)]
    for what, names in told:
        if names:
            shown = ", ".join(plain(name, 60) for name in sorted(names)[:8])
            parts.append(f"{what}: {shown}" + (f" {_more(len(names) - 8, 'kind')}" if len(names) > 8 else ""))
    yield f"**Cost a month**: {changed(cost)} ({'; '.join(parts)})"
    yield ""


def _foot(plan: Plan, stacks: Sequence[StackPlan], room: Room) -> Iterator[str]:
    yield ""
    yield from _some([f"- {plain(note)}" for note in plan.notes], max(room.lines, 5), "note")
    link = f" · [the run]({plan.run_url})" if _is_link(plan.run_url) else ""
    costs = [stack.cost for stack in stacks if stack.cost]
    money = f" · {changed(*costs)} a month in all" if costs else ""
    yield ""
    commits = f"{code(plan.base[:12])} → {code(plan.head[:12])}"
    yield f"<sub>{commits}{money} · {plan.seconds:.0f} s on a local Azure, without a credential{link}</sub>"


def _is_link(url: str) -> bool:
    return url.startswith("https://") and all(char.isalnum() or char in "-._~/:" for char in url) and len(url) < 300


def _some(lines: Sequence[str], most: int, what: str) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"- {_more(len(lines) - most, what)}"


def _more(number: int, what: str) -> str:
    return f"… {number} more {what if number == 1 else _many(what)}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else _many(what)}"


def _many(what: str) -> str:
    return f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"


def _rank(stack: StackPlan) -> tuple[bool, bool, bool]:
    """What stops first, then what loses something, then what changes at all; else as they come, which is the waves."""
    loses = any(stack.count(operation) for operation in DISRUPTIVE)
    return not stack.stopped, not loses, not stack.steps


def _weight(step: Step) -> tuple[int, str]:
    order = ("delete", "replace", "update", "create")
    return order.index(step.operation) if step.operation in order else len(order), step.urn
