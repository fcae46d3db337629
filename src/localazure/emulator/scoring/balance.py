"""Which deployment takes the next request: shares that hold over any few requests, not only on average."""

from __future__ import annotations

from collections.abc import Mapping


class Shares:
    """Smooth weighted round robin: of any 100 requests each deployment takes its per cent, evenly spread."""

    def __init__(self) -> None:
        self._weights: Mapping[str, int] = {}
        self._credit: dict[str, int] = {}

    def next(self, weights: Mapping[str, int]) -> str | None:
        """The deployment whose turn it is; None where no weight is above 0."""
        if weights != self._weights:
            self._weights, self._credit = dict(weights), {name: 0 for name, weight in weights.items() if weight > 0}
        if not self._credit:
            return None
        for name in self._credit:
            self._credit[name] += weights[name]
        chosen = max(self._credit, key=self._credit.__getitem__)
        self._credit[chosen] -= sum(weights[name] for name in self._credit)
        return chosen


class Copies:
    """Mirroring: so many of any 100 requests are copied."""

    def __init__(self) -> None:
        self._credit = 0

    def next(self, percent: int) -> bool:
        self._credit += percent
        if self._credit < 100:
            return False
        self._credit -= 100
        return True
