"""How results of checks are told."""

from __future__ import annotations

from collections.abc import Sequence

from amlops.doctor import Result

from ..output import give

WRONG = 3


def tell(results: Sequence[Result], *, as_json: bool) -> int:
    """What is wrong comes first. Gives the exit code."""
    order = {"wrong": 0, "unknown": 1, "ok": 2}
    ordered = sorted(results, key=lambda result: order[result.state])
    lines = []
    for result in ordered:
        lines.append(f"{result.state:7}  {result.check}: {result.said}")
        if result.mend:
            lines.append(f"         → {result.mend}")
    give({"results": [result.as_dict() for result in ordered]}, "\n".join(lines), as_json=as_json)
    return WRONG if any(result.state == "wrong" for result in results) else 0
