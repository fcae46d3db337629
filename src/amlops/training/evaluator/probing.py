"""What a release is found to do by asking it: which inputs it takes, and how much each of them counts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from .metrics import of_task

ROUNDS = 5
"""How often a column is shuffled."""
SEED = 20_261_124
STRANGER = "no_such_input"
"""A column that no model knows."""


def inputs_of(asked: Any, rows: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
    """Each column with its type in MLflow's words and whether it may be left out; and whether unknown ones are ignored.

    Found by asking, not by what anybody declares: a row without the column, with half a number more, with a stranger.
    """
    first = rows[0]
    found = []
    for name in first:
        rest = {key: value for key, value in first.items() if key != name}
        found.append({"name": name, "type": _type(asked, rows, name), "required": not asked.accepts(rest)})
    return found, bool(asked.accepts({**first, STRANGER: 1}))


def _type(asked: Any, rows: Sequence[dict[str, Any]], name: str) -> str:
    value = rows[0][name]
    if isinstance(value, int):
        return "double" if asked.accepts({**rows[0], name: value + 0.5}) else "long"
    return "double" if isinstance(value, float) else "string"


def explain(
    asked: Any, rows: Sequence[dict[str, Any]], truth: Sequence[Any], task: str, metric: str, better: str
) -> dict[str, float]:
    """Permutation importance: by how much the metric gets worse when a column's values are dealt out anew, in the mean
    of some rounds. Source: Breiman, "Random Forests" (2001); Fisher, Rudin, Dominici (2019)."""
    base = of_task(task, truth, asked.answers(rows))[metric]
    found = {}
    for name in rows[0]:
        dice = random.Random(f"{SEED} {name}")  # noqa: S311  the same shuffles in every run
        total = 0.0
        for _ in range(ROUNDS):
            values = [row[name] for row in rows]
            dice.shuffle(values)
            shuffled = [{**row, name: value} for row, value in zip(rows, values, strict=True)]
            worse = of_task(task, truth, asked.answers(shuffled))[metric] - base
            total += worse if better == "lower" else -worse
        found[name] = total / ROUNDS
    return found
