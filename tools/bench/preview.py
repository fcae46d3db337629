"""`amlops preview` of an unchanged deployment stack, beside the same with a provider that answers at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support.clone import Clone, clone_into

from .figures import Figure, seconds

ROUNDS = 5
STACK = "local.diabetes-progression"
REPOSITORY = Path(__file__).resolve().parents[2]


def measure(folder: Path) -> Iterator[Figure]:
    """Whole processes, in turns; the medians' ratio."""
    clone = clone_into(folder)
    try:
        clone.run("make up")
        plugin = clone.path / ".local/azure/plugins/pulumi-resource-azure-native"
        adapter = plugin.read_text()
        instant = f'#!/bin/sh\ncd "{REPOSITORY}" && exec "{sys.executable}" -m tools.bench.instant_provider "$@"\n'
        taken: dict[str, list[float]] = {adapter: [], instant: []}
        _preview(clone)
        for _ in range(ROUNDS):
            for text, found in taken.items():
                plugin.write_text(text)
                found.append(seconds(lambda: _preview(clone)))
        with_adapter, floor = (sorted(taken[text])[ROUNDS // 2] for text in (adapter, instant))
    finally:
        clone.run(".venv/bin/python -m localazure --home .local/azure stop", code=None)
    ratio = with_adapter / floor
    found_text = f"{with_adapter:.2f} s, floor {floor:.2f} s, ratio {ratio:.2f}"
    yield Figure(
        "`amlops preview` of an unchanged deployment stack / a provider that answers at once",
        found_text,
        "≤ 1.3",
        ratio <= 1.3,
    )


def _preview(clone: Clone) -> None:
    clone.amlops(f"preview {STACK}")
