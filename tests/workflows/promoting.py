"""What promotion said of a step, and what it had to say."""

from __future__ import annotations

import re

from .company import DEPLOYMENT
from .github.run import Run
from .world import World, told

PROMOTE = "promote.yml"
_STEP = re.compile(r"^(?:promote|retire): ", re.MULTILINE)


def step_of(run: Run, title: str) -> str:
    """From the state of a step, in brackets, to the end of its gates; "" where the run said nothing of it."""
    rest = run.summary.partition(f"{title} ")[2]
    return _STEP.split(rest)[0]


def looked(world: World) -> Run:
    """The run of a `promote` that somebody starts now, though no clock moves."""
    world.alice.dispatch(PROMOTE)
    world.settle()
    run = world.last(PROMOTE)
    assert run.conclusion == "success", told(run)
    return run


def rmse(world: World, release: str) -> float:
    """As the platform's evaluation measured it."""
    measured = world.evidence(f"deployments/{DEPLOYMENT}/{release}/evaluation.json")
    assert measured is not None, release
    return float(measured["metrics"]["rmse"])


def compared(world: World, new: str, old: str) -> str:
    """The line of the gate that has measured both."""
    return f"✓ metric-not-worse rmse is {rmse(world, new):.4g}; {old} has {rmse(world, old):.4g}"


def lines(step: str) -> list[str]:
    """Of a step, with single blanks."""
    return [" ".join(line.split()) for line in step.splitlines()]
