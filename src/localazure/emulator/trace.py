"""What clients asked of this local Azure, in the order in which it came: for tests that enumerate writes.

In memory, the latest 10,000: numbers begin anew with each start of the emulator. The control API itself, tokens, the
cloud's metadata and what online endpoints are asked are not in it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .clock import Clock

KEPT = 10_000
SEEN = "localazure.seen"  # in the scope of a request: its entry here


@dataclass(slots=True)
class Seen:
    """One request. `status` is 0 while it has no answer, and stays so where the connection was dropped."""

    number: int
    at: str
    method: str
    host: str  # "" for the local Azure's own address
    path: str
    query: str
    caller: str = ""  # object id, where the request was one of a known principal
    status: int = 0


class Trace:
    """The latest requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: deque[Seen] = deque(maxlen=KEPT)
        self._count = 0

    def begin(self, method: str, host: str, path: str, query: str) -> Seen:
        """Note a request that came; its caller and status are filled in as they are known."""
        self._count += 1
        seen = Seen(self._count, self._clock.iso(), method, host, path, query)
        self._seen.append(seen)
        return seen

    def since(self, mark: int) -> dict[str, Any]:
        """Requests after the mark, and the mark of now. `complete` is false where some are no longer known."""
        found = [asdict(seen) for seen in self._seen if seen.number > mark]
        return {"mark": self._count, "complete": self._count - mark <= len(found), "requests": found}
