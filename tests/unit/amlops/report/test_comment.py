"""The plan's comment: below GitHub's limit whatever the size, inert whatever files hold, understood at a glance."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from amlops.report import (
    LONGEST,
    Bill,
    Check,
    Estimate,
    Phase,
    Plan,
    Rehearsed,
    Remark,
    StackPlan,
    Traffic,
    comment,
    lines,
)

from .plans import NASTY, some_plan, step

SIZES = ((0, 0), (1, 0), (1, 3), (1, 500), (7, 15), (20, 20), (150, 3))
OURS = re.compile(r"</?(details|summary|code|sub)>")


@pytest.mark.parametrize(("stacks", "depth"), SIZES)
@pytest.mark.parametrize("seed", range(2))
def test_stays_below_githubs_limit(stacks: int, depth: int, seed: int) -> None:
    """Any number of stacks, changes and findings, with texts of any length, makes a comment that GitHub takes."""
    text = comment(some_plan(seed, stacks, depth))
    assert len(text.encode()) <= LONGEST - 200


def test_is_the_same_for_the_same_plan() -> None:
    """What is left out does not depend on anything but the plan."""
    assert comment(some_plan(1, 20, 6)) == comment(some_plan(1, 20, 6))


@pytest.mark.parametrize("seed", range(20))
def test_lets_nothing_out_of_files_act(seed: int) -> None:
    """The only tags are ours and balanced, nobody is mentioned, no issue is named, nothing is a link but the run."""
    text = comment(some_plan(seed, 9, 6))
    rest = OURS.sub("", text).replace("[the run](https://github.com/o/r/actions/runs/1)", "")
    assert "<" not in rest and ">" not in rest
    for tag in ("details", "summary", "code", "sub"):
        assert text.count(f"<{tag}>") == text.count(f"</{tag}>")
    assert not re.search(r"[@][\w]|#\d|(?i:www\.|gh-\d)|://", re.sub(r"&#\d+;", "", rest))
    assert not re.search(r"[\[\]`\\]", rest)
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u200b\x00-\x09\x0b-\x1f]", rest)


def test_names_each_nasty_text_as_it_stands() -> None:
    """Escaping loses no letter that people need: the words are all there."""
    for nasty in NASTY:
        plan = Plan("a" * 40, "b" * 40, (StackPlan("dev", "dev", failure=nasty),))
        for word in re.findall(r"[A-Za-z]{4,}", nasty):
            assert word in comment(plan)


def test_counts_what_does_not_fit() -> None:
    """The stacks and lines that are left out are told by their number, and no stack is lost from the sums."""
    stacks = tuple(
        StackPlan(f"dev.d{number}", "dev", steps=(step("OnlineEndpoint", "endpoint", "update", 'tags["owner"]'),))
        for number in range(500)
    )
    text = comment(Plan("a" * 40, "b" * 40, stacks))
    shown = len(re.findall(r"^\| <code>", text, re.MULTILINE))
    assert f"… {500 - shown} more stacks | 0 | {500 - shown} | 0 | 0 |" in text
    assert "Plan: 500 stacks change" in text


def test_says_first_what_stops_the_change() -> None:
    """Errors of the policy, failed checks, a failed rehearsal and what can't be planned stand above everything."""
    failed = Rehearsed("failed", "3 of 40 requests failed", Traffic(40, 3, {"r-1": (37, 3)}))
    stopped = StackPlan(
        "prod.x",
        "prod",
        steps=(step("OnlineDeployment", "r-1", "create"),),
        remarks=(Remark("one-instance", "error", "prod.x: OnlineDeployment r-1", "one instance is too few"),),
        checks=(Check("quota", "failed", "8 cores are wanted, 4 are left"),),
        rehearsed=failed,
    )
    fine = StackPlan("dev.x", "dev", steps=(step("OnlineDeployment", "r-1", "create"),))
    text = comment(Plan("a" * 40, "b" * 40, (fine, stopped)))
    head = text.split("| stack |")[0]
    assert "rehearsal failed for 1 of 1" in head.splitlines()[0]
    for words in ("one instance is too few", "8 cores are wanted", "3 of 40 requests failed"):
        assert words in head
    assert text.index("prod.x") < text.index("dev.x")


def test_an_exception_stops_nothing() -> None:
    """A finding that an exception in git covers is told and is no reason to stop."""
    remark = Remark("public-access", "error", "prod: Workspace workspace", "it is public", "open-until, 2026-12-24")
    plan = Plan("a" * 40, "b" * 40, (StackPlan("prod", "prod", remarks=(remark,)),))
    assert not plan.stopped
    assert "1 exception" in comment(plan)
    assert "What stops it" not in comment(plan)


def test_tells_a_rehearsal_in_numbers() -> None:
    """Requests sent and failed, by phase and by the deployment that answered."""
    phases = (
        Phase("before", Traffic(20, 0, {"r-old": (20, 0)})),
        Phase("r-new gets 10 %", Traffic(110, 0, {"r-old": (99, 0), "r-new": (11, 0)})),
    )
    total = phases[0].traffic + phases[1].traffic
    stack = StackPlan("dev.x", "dev", rehearsed=Rehearsed("passed", "none of 130 requests failed", total, phases))
    text = comment(Plan("a" * 40, "b" * 40, (stack,)))
    assert "✓ rehearsed, 0 of 130 requests failed" in text.splitlines()[0]
    assert "| r-new gets 10 &#37; | 110 | 0 |" in text.replace(" % |", " &#37; |")
    assert "<code>r-new</code> 11, <code>r-old</code> 99" in text


def test_says_what_a_month_costs_more() -> None:
    """The change of the bill, with a range where clusters may grow, and what has no price."""
    bill = Bill(100, 100)
    cost = Estimate(bill, Bill(100, 435, frozenset({"Standard_X"})), "USD", "list")
    text = comment(Plan("a" * 40, "b" * 40, (StackPlan("dev", "dev", cost=cost),)))
    assert "+0 to +335 USD; some not priced" in text
    assert "no price known for: Standard&#95;X" in text
    same = replace(cost, after=bill)
    assert "±0" in comment(Plan("a" * 40, "b" * 40, (StackPlan("dev", "dev", cost=same),)))


def test_a_terminal_gets_plain_lines() -> None:
    """No markup, no control characters; each stack, change and reason is there."""
    told = "\n".join(lines(some_plan(3, 5, 5)))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e]", told)
    assert "nothing that is applied changes" in "\n".join(lines(Plan("a", "b", ())))
