"""The issue about a stack's drift, and what is no drift because somebody owns it."""

from __future__ import annotations

import pytest

from amlops.releases import Stage
from amlops.report.comment import LONGEST
from amlops.report.drift import Difference, StackDrift, drift_lines, issue, issue_title
from amlops.report.owned import Live, impossible, strangers

from .plans import NASTY

OLD, NEW = "0123456789ab", "ba9876543210"


def test_says_what_who_and_when_and_what_to_do() -> None:
    """A reader sees the resource, the property, the person, and both ways out."""
    found = Difference(
        "urn:x", "Compute compute-cpu", "changed", ("properties.max",), "ann@example.com", "2026-11-24T10:00:00Z"
    )
    text = issue(StackDrift("prod", (found,)))
    for words in ("Compute compute-cpu", "properties.max", "ann", "2026-11-24T10", "--adopt", "--revert"):
        assert words in text
    assert issue_title(StackDrift("prod")) == "Drift: prod"


@pytest.mark.parametrize("number", [0, 5, 5000])
def test_an_issue_stays_below_githubs_limit(number: int) -> None:
    """However much drifted, and whatever it is called."""
    items = tuple(
        Difference("urn", NASTY[at % len(NASTY)] * 20, "changed", tuple(NASTY) * 3, NASTY[1], "x" * 500)
        for at in range(number)
    )
    text = issue(StackDrift("prod", items, tuple(NASTY) * number))
    assert len(text.encode()) <= LONGEST
    assert "<script" not in text and "@octocat" not in text


def test_rollout_and_autoscaling_are_no_drift() -> None:
    """A split during a rollout, instances up to the limit, a mirror to the candidate are their owners' doing."""
    live = Live({f"r-{OLD}": 90, f"r-{NEW}": 10}, {}, {f"r-{OLD}": 5, f"r-{NEW}": 1})
    assert impossible(Stage(OLD, NEW), live, 10) == ()
    assert impossible(Stage(OLD, NEW), Live({f"r-{OLD}": 100}, {f"r-{NEW}": 10}, {f"r-{OLD}": 1}), 10) == ()


def test_what_no_owner_would_do_is_told() -> None:
    """Traffic to what has no role, none at all, a split without a candidate, a strange mirror, too many instances."""
    stage = Stage(OLD, previous=NEW)
    assert "no role" in impossible(stage, Live({"blue": 100}, {}, {"blue": 1}), 10)[0]
    assert "nothing has traffic" in impossible(stage, Live({}, {}, {f"r-{OLD}": 1}), 10)[0]
    assert "split" in impossible(stage, Live({f"r-{OLD}": 50, f"r-{NEW}": 50}, {}, {}), 10)[0]
    assert "no candidate" in impossible(stage, Live({f"r-{OLD}": 100}, {f"r-{NEW}": 10}, {}), 10)[0]
    assert "11 instances" in impossible(stage, Live({f"r-{OLD}": 100}, {}, {f"r-{OLD}": 11}), 10)[0]


def test_deployments_of_no_release_are_strangers() -> None:
    """What somebody made beside the releases is named."""
    assert strangers(Stage(OLD), Live({}, {}, {f"r-{OLD}": 1, "blue": 1})) == ("blue",)


def test_a_terminal_is_told_what_is_not_known() -> None:
    """A stack that could not be compared is no stack without drift."""
    told = list(drift_lines([StackDrift("prod", failure="Azure did not answer"), StackDrift("dev")]))
    assert told == ["prod: not known: Azure did not answer", "dev: as git says"]
