"""The stage: which releases run in one environment. Small enough to be edited by hand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Stage:
    """Release ids by role. An empty stage (nothing runs) has `current` None."""

    current: str | None = None
    candidate: str | None = None  # being rolled out beside current
    previous: str | None = None  # kept until its soak is over
    rejected: tuple[str, ...] = ()  # only a person takes an id out of here

    @property
    def running(self) -> tuple[str, ...]:
        """The ids that must be deployed, current first, each once."""
        ids = (self.current, self.candidate, self.previous)
        return tuple(dict.fromkeys(release for release in ids if release is not None))

    def moved_to(self, id: str) -> Stage:
        """With `id` as current. What was current stays as previous: it can't go while it has the traffic."""
        if id == self.current:
            return self
        candidate = None if self.candidate == id else self.candidate
        return replace(self, current=id, candidate=candidate, previous=self.current)

    def without(self, gone: Collection[str]) -> Stage:
        """Without the roles of these ids; `rejected` stays."""
        current, candidate, previous = (
            None if id in gone else id for id in (self.current, self.candidate, self.previous)
        )
        return replace(self, current=current, candidate=candidate, previous=previous if current else None)
