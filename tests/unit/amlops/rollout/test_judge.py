"""What figures say of a step: each row of the tables is one situation and its verdict."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.amlops.rollout.moments import at, minutes

from amlops.config import Rollout
from amlops.config.rollout import Latency, OwnMetric
from amlops.rollout.figures import NOTHING, Figures, Minute
from amlops.rollout.judge import Evidence, Verdict, judge

SETTINGS = Rollout(minimum_requests=50, bake=3, error_rate=0.02, latency=Latency(ratio=1.5, slack_ms=10))
OLD = minutes("10:00", 5, 500, 0, 20)


def said(
    ours: Figures, theirs: Figures = OLD, complete: int = 5, before: Figures = NOTHING, **settings: Any
) -> Verdict:
    return judge(SETTINGS.model_copy(update=settings), Evidence(complete, ours, theirs, before))


@pytest.mark.parametrize(
    ("requests", "errors", "word"),
    [
        (60, 0, "pass"),
        (60, 1, "pass"),  # 1.7 % of 60 is within 2 %
        (60, 2, "inconclusive"),  # 3.3 %, which chance explains
        (60, 6, "fail"),
        (60, 60, "fail"),
        (1000, 20, "pass"),
        (1000, 25, "inconclusive"),
        (1000, 40, "fail"),
        (49, 0, "inconclusive"),  # too few
        (0, 0, "inconclusive"),
        (10, 4, "inconclusive"),  # too few to say anything by
        (10, 5, "fail"),  # too few, but five failures of ten are no chance
        (5, 5, "fail"),
        (1, 1, "inconclusive"),
    ],
)
def test_errors(requests: int, errors: int, word: str) -> None:
    """More failures than are allowed fail it where they are no chance; fewer requests than needed say nothing yet."""
    assert said(minutes("10:00", 1, requests, errors)).word == word


@pytest.mark.parametrize(("old_errors", "word"), [(0, "fail"), (50, "pass"), (30, "inconclusive")])
def test_errors_beyond_the_old_ones(old_errors: int, word: str) -> None:
    """What callers do wrong with both deployments is not the candidate's fault: 12 % here, as the old one had."""
    assert said(minutes("10:00", 1, 100, 12), minutes("10:00", 1, 500, old_errors)).word == word


def test_where_the_old_one_has_no_traffic_its_time_before_counts() -> None:
    """At 100 % nobody asks the old deployment; what it did before the rollout is compared with."""
    before = minutes("09:00", 30, 100, 12, 20)
    assert said(minutes("10:00", 5, 100, 12), NOTHING, before=before).word == "pass"
    assert said(minutes("10:00", 5, 100, 12), NOTHING).word == "fail"


@pytest.mark.parametrize(
    ("p95", "last", "word"),
    [
        (30, 30, "pass"),  # 1.5 times
        (31, 31, "fail"),
        (200, 20, "inconclusive"),  # it was slow, and is no more
        (10, 100, "pass"),  # one slow minute is within the mean
    ],
)
def test_latency(p95: float, last: float, word: str) -> None:
    """The mean counts, and fails only while the last minute is too slow as well."""
    ours = Figures((*minutes("10:00", 4, 60, 0, p95).minutes, Minute(at("10:04"), 60, 0, last)))
    assert said(ours).word == word


def test_fast_models_may_be_a_little_slower() -> None:
    """`slack_ms`: 3 ms and 12 ms are the same to a caller, whatever the ratio."""
    assert said(minutes("10:00", 5, 60, 0, 12), minutes("10:00", 5, 500, 0, 3)).word == "pass"
    assert said(minutes("10:00", 5, 60, 0, 14), minutes("10:00", 5, 500, 0, 3)).word == "fail"


def test_absolute_limit_of_latency() -> None:
    """`p95_ms` counts beside the ratio, and alone where there is nothing to compare with."""
    limited = Latency(ratio=10, slack_ms=0, p95_ms=100)
    assert said(minutes("10:00", 5, 60, 0, 101), latency=limited).word == "fail"
    assert said(minutes("10:00", 5, 60, 0, 99), latency=limited).word == "pass"
    assert said(minutes("10:00", 5, 60, 0, 101), NOTHING, latency=limited).word == "fail"


def test_latency_of_few_requests_says_nothing() -> None:
    """Too few requests: neither slow nor fast."""
    assert said(minutes("10:00", 1, 20, 0, 5000)).word == "inconclusive"


@pytest.mark.parametrize(
    ("settings", "ours", "word"),
    [
        ({"at_least": 3.0}, 3.0, "pass"),
        ({"at_least": 3.0}, 2.9, "fail"),
        ({"at_most": 9.0}, 9.1, "fail"),
        ({"at_least": 3.0, "at_most": 9.0}, 5.0, "pass"),
        ({"change": 0.1}, 5.4, "pass"),
        ({"change": 0.1}, 5.6, "fail"),
        ({"change": 0.1}, 4.4, "fail"),
        ({"at_least": 3.0}, None, "inconclusive"),
    ],
)
def test_own_metric(settings: dict[str, float], ours: float | None, word: str) -> None:
    """A metric of the model's own holds its limits, and doesn't move away from the old deployment's (5 here)."""
    metric = OwnMetric(name="score", namespace="wine", **settings)
    old = minutes("10:00", 5, 500, own=5.0)
    assert said(minutes("10:00", 5, 60, own=ours), old, metric=metric).word == word


def test_each_step_lasts_its_time() -> None:
    """Enough requests in a minute are not enough: `bake` minutes must be complete."""
    assert said(minutes("10:00", 1, 1000), complete=2) == Verdict("inconclusive", "minute 2 of 3")
    assert said(minutes("10:00", 1, 1000), complete=3).word == "pass"


def test_failing_does_not_wait() -> None:
    """A candidate that fails goes in the first complete minute."""
    assert said(minutes("10:00", 1, 60, 60), complete=1).word == "fail"


def test_nothing_asked_for() -> None:
    """Without requests to wait for and without time to wait, the smoke test alone decides."""
    assert said(NOTHING, NOTHING, complete=0, minimum_requests=0, bake=0).word == "pass"


def test_every_failure_is_named() -> None:
    """Whoever reads the verdict sees errors and latency, with what is allowed."""
    verdict = said(minutes("10:00", 3, 60, 30, 400))
    assert verdict.word == "fail"
    assert "90 of 180 requests failed (50.0%, 0.0% of the old one's; allowed 2.0%)" in verdict.reason
    assert "95 % within 400 ms, 20 ms the old one (allowed 30 ms)" in verdict.reason
