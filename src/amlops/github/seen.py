"""Making something exactly once, though an answer may get lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .errors import Unsure

T = TypeVar("T")
TRIES = 3


def once(find: Callable[[], T | None], make: Callable[[], T]) -> T:
    """What `find` gives, else what `make` makes; after a lost answer it looks again before it makes it again.

    Raises Unsure after three lost answers.
    """
    for attempt in range(TRIES):
        found = find()
        if found is not None:
            return found
        try:
            return make()
        except Unsure:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")
