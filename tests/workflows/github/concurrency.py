"""Concurrency groups: one runs, one waits, a newer one takes the place of the one that waits.

Source: GitHub's "Control the concurrency of workflows and jobs".
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field


class Cancelled(Exception):
    """The one that waited was cancelled."""


@dataclass
class Group:
    holder: str = ""
    waiting: str = ""


@dataclass
class Groups:
    """`overlapped` would hold a group that two held at once; `order` who got each group, in order."""

    order: dict[str, list[str]] = field(default_factory=dict)
    _groups: dict[str, Group] = field(default_factory=dict)
    _gone: set[str] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def enter(self, name: str, who: str, *, cancel: Callable[[str], None] | None = None) -> None:
        """Waits until the group is free. `cancel` ends whoever holds it (cancel-in-progress). Raises Cancelled."""
        with self._changed:
            group = self._groups.setdefault(name, Group())
            if group.holder:
                if group.waiting:
                    self._gone.add(group.waiting)
                group.waiting = who
                if cancel is not None:
                    cancel(group.holder)
                self._changed.notify_all()
                self._changed.wait_for(lambda: who in self._gone or (not group.holder and group.waiting == who))
                if who in self._gone:
                    if group.waiting == who:
                        group.waiting = ""
                    raise Cancelled(f"{who} waited in {name}, where a newer one took its place")
                group.waiting = ""
            group.holder = who
            self.order.setdefault(name, []).append(who)

    def leave(self, who: str) -> None:
        """Gives up every group that this one holds."""
        with self._changed:
            for group in self._groups.values():
                if group.holder == who:
                    group.holder = ""
            self._changed.notify_all()

    def cancel(self, who: str) -> None:
        """Ends its waiting."""
        with self._changed:
            self._gone.add(who)
            self._changed.notify_all()

    def holder(self, name: str) -> str:
        return self._groups.get(name, Group()).holder

    def waiting(self, name: str) -> str:
        return self._groups.get(name, Group()).waiting
