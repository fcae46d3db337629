"""What the figures of a step say: pass, fail, or inconclusive. Pure.

Failing is said early and only when it is sure; passing needs the step's whole time and enough requests. What lies
between is inconclusive: more minutes decide it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from amlops.config import Rollout

from .figures import NOTHING, Figures

CONFIDENCE = 1.645
"""Standard deviations: a rate counts as over its limit where that is 95 % sure (one-sided Wilson bound)."""
FEWEST_ERRORS = 5
"""Errors that can fail a candidate before it had `minimum_requests`, on an endpoint that is rarely asked."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is a clause that follows "because" or stands alone."""

    word: Literal["pass", "fail", "inconclusive"]
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """`ours` of the candidate in this step's complete minutes, of which there are `minutes`; `theirs` of the old
    deployment in the same; `before` of the old one since some time before the rollout, for where it has no traffic."""

    minutes: int
    ours: Figures = NOTHING
    theirs: Figures = NOTHING
    before: Figures = NOTHING


def judge(settings: Rollout, found: Evidence) -> Verdict:
    """One verdict of all checks: what fails first, else what is missing, else pass."""
    needed = settings.minimum_requests
    base = found.theirs if found.theirs.requests >= max(needed, 1) else found.before
    said = [verdict for check in (_errors, _latency, _own) for verdict in check(settings, found.ours, base)]
    failed = [verdict.reason for verdict in said if verdict.word == "fail"]
    if failed:
        return Verdict("fail", "; ".join(failed))
    requests = found.ours.requests
    if requests < needed:
        return Verdict("inconclusive", f"{requests:.0f} of {needed} requests so far")
    if found.minutes < settings.bake:
        return Verdict("inconclusive", f"minute {found.minutes} of {settings.bake}")
    open_ = [verdict.reason for verdict in said if verdict.word == "inconclusive"]
    if open_:
        return Verdict("inconclusive", "; ".join(open_))
    return Verdict("pass", "; ".join(v.reason for v in said) or "nothing was asked for")


def _errors(settings: Rollout, ours: Figures, base: Figures) -> Iterator[Verdict]:
    if not ours.requests:
        return
    limit = min(base.error_rate + settings.error_rate, 1.0)
    text = f"{ours.errors:.0f} of {ours.requests:.0f} requests failed ({ours.error_rate:.1%}"
    if ours.error_rate <= limit:
        yield Verdict("pass", f"{text}, allowed {limit:.1%})")
        return
    enough = ours.requests >= settings.minimum_requests or ours.errors >= max(
        FEWEST_ERRORS, limit * settings.minimum_requests
    )
    sure = _lower_bound(ours.error_rate, ours.requests) > limit
    before = f", {base.error_rate:.1%} of the old one's" if base.requests else ""
    yield Verdict("fail" if enough and sure else "inconclusive", f"{text}{before}; allowed {limit:.1%})")


def _latency(settings: Rollout, ours: Figures, base: Figures) -> Iterator[Verdict]:
    wanted, p95, last = settings.latency, ours.p95, ours.last(lambda minute: minute.p95)
    if p95 is None or last is None or ours.requests < settings.minimum_requests:
        return
    limits = [wanted.p95_ms] if wanted.p95_ms is not None else []
    if base.p95 is not None:
        limits.append(max(base.p95 * wanted.ratio, base.p95 + wanted.slack_ms))
    if not limits:
        yield Verdict("pass", f"95 % within {p95:.0f} ms")
        return
    limit = min(limits)
    text = f"95 % within {p95:.0f} ms"
    if base.p95 is not None:
        text += f", {base.p95:.0f} ms the old one"
    text += f" (allowed {limit:.0f} ms)"
    # a first minute with cold caches may drag the mean up; it fails only while it goes on
    yield Verdict("pass" if p95 <= limit else "fail" if last > limit else "inconclusive", text)


def _own(settings: Rollout, ours: Figures, base: Figures) -> Iterator[Verdict]:
    wanted = settings.metric
    if wanted is None:
        return
    value, last = ours.own, ours.last(lambda minute: minute.own)
    if value is None or last is None:
        yield Verdict("inconclusive", f"{wanted.name} is not measured yet")
        return
    low, high = -math.inf, math.inf
    if wanted.at_least is not None:
        low = wanted.at_least
    if wanted.at_most is not None:
        high = wanted.at_most
    if wanted.change is not None and base.own is not None:
        room = abs(base.own) * wanted.change
        low, high = max(low, base.own - room), min(high, base.own + room)
    text = f"{wanted.name} {value:.4g} (allowed {_range(low, high)})"
    if low <= value <= high:
        yield Verdict("pass", text)
    elif ours.requests >= settings.minimum_requests and not low <= last <= high:
        yield Verdict("fail", text)
    else:
        yield Verdict("inconclusive", text)


def _range(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "any"
    if math.isinf(high):
        return f"from {low:.4g}"
    return f"up to {high:.4g}" if math.isinf(low) else f"{low:.4g} to {high:.4g}"


def _lower_bound(rate: float, count: float) -> float:
    """Wilson's lower bound of a rate that was seen in so many requests. Source: Wilson 1927, JASA 22, 209–212."""
    squared = CONFIDENCE**2
    middle = rate + squared / (2 * count)
    spread = CONFIDENCE * math.sqrt(rate * (1 - rate) / count + squared / (4 * count**2))
    return (middle - spread) / (1 + squared / count)
