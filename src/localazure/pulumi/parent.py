"""A plugin's process ends when its engine is gone; kill -9 of the engine leaves no orphan."""

from __future__ import annotations

import os
import select
import threading
import time

LOOK_EVERY_SECONDS = 0.5


def end_with_parent() -> None:
    """Watch the parent in a daemon thread; when it dies, this process exits at once with code 1.

    A pidfd tells it without polling. PR_SET_PDEATHSIG would not do: it fires when the parent's *thread* ends, and the
    engine is a Go program that moves between threads.
    """
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), name="parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    try:
        descriptor = os.pidfd_open(parent)
    except (AttributeError, OSError):
        descriptor = None
    if descriptor is not None and os.getppid() == parent:
        select.select([descriptor], [], [])
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_SECONDS)
    os._exit(1)
