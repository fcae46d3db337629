"""`python evaluator.pyz --task … --rows FILE --model FOLDER --entry score.py`: writes outputs/evaluation.json."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .asking import Asked
from .metrics import METRICS, of_task
from .probing import explain, inputs_of
from .rows import Group, group_of, read_rows

OUTPUT = Path("outputs") / "evaluation.json"


def main(arguments: Sequence[str] | None = None) -> None:
    if (arguments or sys.argv[1:])[:1] == ["serve"]:
        from .serving import serve

        serve((arguments or sys.argv[1:])[1])
        return
    options = _parse(arguments)
    groups = {name: Group(**found) for name, found in json.loads(options.groups).items()}
    rows = read_rows(Path(options.rows), options.target)
    with Asked(options.entry, Path(options.model), options.rows_key, options.predictions_key) as asked:
        found = evaluate(asked, rows, options.task, groups)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for name, value in found["metrics"].items():
        sys.stdout.write(f"{name} {value:.4f}\n")
    for group, values in found["by_group"].items():
        sys.stdout.write(f"{group}: {json.dumps(values)}\n")


def evaluate(asked: Any, rows: Any, task: str, groups: dict[str, Group]) -> dict[str, Any]:
    """Metrics, metrics by group, what each input counts, and which inputs there are."""
    truth, given = rows.target, rows.inputs
    predicted = asked.answers(given)
    by_group: dict[str, Any] = {}
    for name, group in groups.items():
        members: dict[str, list[int]] = {}
        for at, row in enumerate(given):
            members.setdefault(group_of(group, row), []).append(at)
        by_group[name] = {
            value: {
                "rows": len(places),
                **of_task(task, [truth[at] for at in places], [predicted[at] for at in places]),
            }
            for value, places in sorted(members.items())
        }
    metric, better = METRICS[task][0]
    inputs, ignores = inputs_of(asked, given)
    return {
        "task": task,
        "rows": len(truth),
        "metrics": of_task(task, truth, predicted),
        "by_group": by_group,
        "explanation": {
            "method": "permutation importance",
            "metric": metric,
            "inputs": explain(asked, given, truth, task, metric, better),
        },
        "inputs": inputs,
        "extra_inputs": "ignored" if ignores else "refused",
    }


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures a release by its own scoring code.")
    parser.add_argument("--task", required=True, choices=sorted(METRICS))
    parser.add_argument("--rows", required=True, help="CSV file with a line of names")
    parser.add_argument("--target", required=True, help="column with what should be answered")
    parser.add_argument("--model", required=True, help="the model's folder or file")
    parser.add_argument("--entry", required=True, help="scoring script, below the working directory")
    parser.add_argument("--rows-key", required=True)
    parser.add_argument("--predictions-key", required=True)
    parser.add_argument("--groups", required=True, help="JSON: name to column and edges")
    return parser.parse_args(arguments)
