"""What a request must look like: `{"data": [{feature: number, …}, …]}`, each patient with every feature."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


class BadRequest(ValueError):
    """The caller's mistake; `str()` says what to send instead."""


def rows(body: str | bytes, features: Sequence[str]) -> list[list[float]]:
    """The patients as rows in the order of `features`. Raises BadRequest with every problem."""
    try:
        data: Any = json.loads(body)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from None
    patients = data.get("data") if isinstance(data, dict) else None
    if not isinstance(patients, list) or not patients:
        raise BadRequest('send {"data": [{…}, …]} with at least one patient')
    problems = [problem for at, patient in enumerate(patients) for problem in _problems(at, patient, features)]
    if problems:
        raise BadRequest("; ".join(problems))
    return [[float(patient[name]) for name in features] for patient in patients]


def _problems(at: int, patient: Any, features: Sequence[str]) -> list[str]:
    if not isinstance(patient, dict):
        return [f"data[{at}] is no map of features to numbers"]
    missing = [name for name in features if name not in patient]
    unknown = sorted(set(patient) - set(features))
    wrong = [name for name in features if name in patient and not _is_number(patient[name])]
    found = [f"data[{at}] lacks {', '.join(missing)}"] if missing else []
    found += [f"data[{at}] has unknown {', '.join(unknown)}; features are {', '.join(features)}"] if unknown else []
    return found + ([f"data[{at}] needs a number as {', '.join(wrong)}"] if wrong else [])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
