"""How good answers are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

METRICS: dict[str, tuple[tuple[str, str], ...]] = {
    "regression": (("rmse", "lower"), ("mae", "lower"), ("r2", "higher")),
    "classification": (("error", "lower"), ("accuracy", "higher"), ("f1", "higher")),
}
"""By task: names with the direction that is better; the first says how much an input counts."""


def of_task(task: str, truth: Sequence[Any], answers: Sequence[Any]) -> dict[str, float]:
    """Every metric of the task. Those that a set of rows has no value for are left out."""
    given: Callable[[Sequence[Any], Sequence[Any]], dict[str, float]]
    given = regression if task == "regression" else classification
    return given(truth, answers)


def regression(truth: Sequence[float], answers: Sequence[float]) -> dict[str, float]:
    """Root mean squared and mean absolute error in the target's unit; R², where the target varies."""
    errors = [float(answer) - float(true) for true, answer in zip(truth, answers, strict=True)]
    count = len(errors)
    squares = math.fsum(error * error for error in errors)
    found = {"rmse": math.sqrt(squares / count), "mae": math.fsum(map(abs, errors)) / count}
    mean = math.fsum(map(float, truth)) / count
    spread = math.fsum((float(true) - mean) ** 2 for true in truth)
    if spread > 0:
        found["r2"] = 1 - squares / spread
    return found


def classification(truth: Sequence[Any], answers: Sequence[Any]) -> dict[str, float]:
    """Share of right and of wrong answers; F1, the plain mean over the classes that occur."""
    pairs = [(str(true), str(answer)) for true, answer in zip(truth, answers, strict=True)]
    right = sum(true == answer for true, answer in pairs) / len(pairs)
    scores = []
    for label in sorted({label for pair in pairs for label in pair}):
        hits = sum(true == answer == label for true, answer in pairs)
        either = sum((true == label) + (answer == label) for true, answer in pairs)
        scores.append(2 * hits / either)
    return {"accuracy": right, "error": 1 - right, "f1": math.fsum(scores) / len(scores)}
