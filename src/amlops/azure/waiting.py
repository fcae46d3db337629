"""How often a loop that waits for somebody else looks again. When it gives up it decides by the server's time."""

from __future__ import annotations

from collections.abc import Mapping

from amlops.errors import AmlopsError

POLL = "AMLOPS_POLL_SECONDS"
"""Real seconds between two looks; 15 where it is not set. Tests set less."""


def poll_seconds(process: Mapping[str, str]) -> float:
    """Raises AmlopsError (exit code 2) for what is no number of seconds above zero."""
    text = process.get(POLL) or "15"
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if found <= 0:
        raise AmlopsError(f'{POLL}: "{text}" is no number of seconds above 0; correct or unset it', exit_code=2)
    return found
