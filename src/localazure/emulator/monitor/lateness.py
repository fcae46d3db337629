"""How late Azure Monitor is: seconds until metrics, logs and activities can be read, on the emulator's clock.

Source: Azure Monitor, "Log data ingestion time": metrics in less than a minute, resource logs and the activity log in
some more. Activities are not late here unless a test asks for it.
"""

from __future__ import annotations

from ..clock import Clock
from ..store import Store

DEFAULTS = {"lateSeconds": 60.0, "logsLateSeconds": 60.0, "activityLateSeconds": 0.0}
_KIND, _KEY = "monitor", "lateness"


def seconds(store: Store) -> dict[str, float]:
    """All three, by the names that the control API uses."""
    return {**DEFAULTS, **(store.record(_KIND, _KEY) or {})}


def change(store: Store, wanted: dict[str, float]) -> None:
    """Set some of them. Raises ValueError for a name there is not, or a time before now."""
    unknown = set(wanted) - set(DEFAULTS)
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} is no lateness; there are {', '.join(DEFAULTS)}")
    if any(float(late) < 0 for late in wanted.values()):
        raise ValueError("nothing is known before it happened: lateness is 0 or more")
    kept = {**seconds(store), **{name: float(late) for name, late in wanted.items()}}
    store.set_record(_KIND, _KEY, kept)


def known_until(store: Store, clock: Clock, name: str) -> float:
    """What happened before this time can be read now."""
    return clock.now() - seconds(store)[name]
