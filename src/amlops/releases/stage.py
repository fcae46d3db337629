"""The stage: which releases run in one environment. Small enough to be edited by hand."""

from __future__ import annotations

from dataclasses import dataclass


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
