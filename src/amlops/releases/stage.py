"""The stage: which releases run in one environment. Small enough to be edited by hand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Stage:
    """Release ids by role. An empty stage (nothing runs) has `current` None, and then no other role."""

    current: str | None = None
    candidate: str | None = None  # being rolled out beside current
    previous: str | None = None  # kept until its soak is over, or until a rollback took its traffic away
    rejected: tuple[str, ...] = ()  # only a person takes an id out of here
    next: str | None = None  # comes in once nothing is being rolled out; the first environment's only

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

    def offered(self, id: str) -> Stage:
        """With `id` as candidate; as current where nothing runs yet. Raises ValueError where it can't come in."""
        if self.candidate is not None or id in self.running or id in self.rejected:
            raise ValueError(f"{id} can't come into {self}")
        return replace(self, current=id) if self.current is None else replace(self, candidate=id)

    def queued(self, id: str) -> Stage:
        """`id` is what main says now: it comes in at once, or where something is being rolled out as the next one.

        An older next never comes in after it, also where `id` has a role already or is rejected and stays so.
        """
        if id == self.next:
            return self
        alone = replace(self, next=None)
        if id in (*self.running, *self.rejected):
            return alone
        return alone.offered(id) if self.candidate is None else replace(self, next=id)

    def entered(self) -> Stage:
        """The next release comes in. Raises ValueError where it can't, or where there is none."""
        if self.next is None:
            raise ValueError("there is no next release")
        return replace(self, next=None).offered(self.next)

    def accepted(self) -> Stage:
        """The candidate proved itself: it is current, what was current is kept as previous."""
        return self if self.candidate is None else self.moved_to(self.candidate)

    def refused(self) -> Stage:
        """The candidate failed: it is rejected, what runs stays."""
        if self.candidate is None:
            return self
        return replace(self, candidate=None, rejected=_with(self.rejected, self.candidate))

    def retired(self) -> Stage:
        """The previous release has soaked long enough."""
        return replace(self, previous=None)

    def rolled_back(self, to: str, *, keep: bool = False) -> Stage:
        """`to` is current again, what was current becomes previous, since it has the traffic until that is moved.

        It is rejected too, unless `keep` says that it may come back; `to` is rejected no more.
        """
        moved = self.moved_to(to)
        rejected = tuple(id for id in self.rejected if id != to)
        if self.current is not None and self.current != to and not keep:
            rejected = _with(rejected, self.current)
        return replace(moved, rejected=rejected)

    def emptied(self) -> Stage:
        """Nothing runs any more; what was rejected stays so."""
        return Stage(rejected=self.rejected)

    def without(self, gone: Collection[str]) -> Stage:
        """Without the roles of these ids; `rejected` stays. Without a current release nothing runs."""
        current, candidate, previous = (
            None if id in gone else id for id in (self.current, self.candidate, self.previous)
        )
        if current is None:
            return self.emptied()
        next = None if self.next in gone else self.next
        return replace(self, current=current, candidate=candidate, previous=previous, next=next)


def _with(rejected: tuple[str, ...], id: str) -> tuple[str, ...]:
    return rejected if id in rejected else (*rejected, id)
