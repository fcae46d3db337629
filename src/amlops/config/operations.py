"""How long one operation of Azure may take before it is given up: no run waits for what never ends."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import AmlopsError

OPERATION_MINUTES = "AMLOPS_OPERATION_MINUTES"
LONGEST = 60.0
"""Minutes. A managed network takes half of it, an online deployment a third (docs/azure.md)."""


def operation_minutes(process: Mapping[str, str]) -> float:
    """Raises AmlopsError (exit code 2) for what is no number of minutes above zero."""
    text = process.get(OPERATION_MINUTES) or f"{LONGEST:g}"
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        message = f'{OPERATION_MINUTES}: "{text}" is no number of minutes above 0; correct or unset it'
        raise AmlopsError(message, exit_code=2)
    return found
