"""Which stacks have nothing to change: all are previewed at once, so that a run that changes nothing is quick."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from amlops.errors import AmlopsError
from amlops.stacks import Result, StackName
from amlops.stacks.recovery import is_settled

from .session import Session


def compare(session: Session, stacks: Sequence[StackName]) -> dict[StackName, Result]:
    """The stacks that are as git declares them, each with the preview that says so.

    Nothing is compared while a stack was never brought up. A stack that can't be previewed is left out: bringing it up
    tells why. Raises AmlopsError where the local Azure ended meanwhile.
    """
    known = session.known(stacks)
    if len(stacks) < 2 or not all(known.get(stack.text) for stack in stacks):
        return {}
    with (
        session.progress.step(f"comparing {len(stacks)} stacks with git"),
        ThreadPoolExecutor(os.cpu_count() or 1) as pool,
    ):
        results = list(pool.map(lambda stack: _preview(session.of(stack), stack), stacks))
    return {result.stack: result for result in results if result is not None and not result.changed}


def _preview(session: Session, stack: StackName) -> Result | None:
    try:
        if not is_settled(session.engine, session.azure, stack):
            return None
        return session.engine.preview(stack)
    except AmlopsError:
        if session.lost:
            raise
        return None
