"""What the front answered, kept in memory: the latest requests one by one, all of them as counts."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Served:
    """One request. `model_status` is the script's own status, None where it was not asked or did not answer."""

    at: float  # emulator's clock
    endpoint: str  # resource id, lower case
    deployment: str  # "" where none was chosen
    status: int
    model_status: int | None
    seconds: float
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """What requests are counted by: Azure Monitor's dimensions of RequestsPerMinute."""

    endpoint: str
    deployment: str
    minute: int  # since the epoch
    status: int
    model_status: int | None
    mirrored: bool


class Requests:
    """A ring of the latest 10,000 requests and the counts of all since the emulator's start."""

    def __init__(self) -> None:
        self._latest: deque[Served] = deque(maxlen=_KEPT)
        self._counts: Counter[Key] = Counter()

    def add(self, served: Served) -> None:
        self._latest.append(served)
        minute = int(served.at // 60)
        self._counts[
            Key(served.endpoint, served.deployment, minute, served.status, served.model_status, served.mirrored)
        ] += 1

    def latest(self, endpoint: str) -> list[Served]:
        """Oldest first. `endpoint` is the resource id in lower case."""
        return [served for served in self._latest if served.endpoint == endpoint]

    def counts(self, endpoint: str) -> dict[Key, int]:
        return {key: count for key, count in self._counts.items() if key.endpoint == endpoint}
