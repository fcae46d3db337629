"""One run: made, told, and cleaned up whatever happened; and the clean-up of runs that ended otherwise."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from types import FrameType

from amlops.azure import poll_seconds
from amlops.errors import AmlopsError
from amlops.progress import Progress

from .asked import CAP, Asked, agree, announcement
from .clean import clean
from .cloud import KEPT, ROOT, Cloud, open_cloud
from .cost import CapReached, Meter, Price, price_of
from .environment import Wanted, new_run
from .questions.question import Ground
from .record import Record
from .remains import runs
from .scratch import make
from .shell import Shell, end_orphan
from .steady import Steady
from .story import Story, session_of

FAILED, LEFT, CAPPED, INTERRUPTED = 1, 4, 6, 130
"""Exit codes, of which the first that holds is given: something is left, interrupted, the cap, a step failed."""
DAY = timedelta(hours=24)
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal. No KeyboardInterrupt: once one went through an `exec`, Python dies of SIGINT, whatever is returned."""


def verify(asked: Asked, told: Progress) -> int:
    """Raises AmlopsError (exit code 2) before anything is made; afterwards it gives the exit code."""
    cloud = open_cloud(asked.subscription)
    wanted = _wanted(asked, cloud)
    price = price_of(wanted)
    print(announcement(wanted, price), flush=True)
    agree(asked, wanted, price, input if sys.stdin.isatty() else None)
    folder = asked.out.resolve() if asked.out is not None else KEPT / wanted.run
    folder.mkdir(parents=True, exist_ok=True)
    record = Record(folder, wanted, cloud.azure.now(), cloud.local, _commit())
    record.write()
    code, failure = FAILED, None
    with _interrupting() as shield:
        try:
            code = _tell(cloud, wanted, price, record, told)
        except BaseException as error:  # noqa: BLE001  whatever ends the story, its resources go; it is raised below
            failure = error
        finally:
            shield()
            try:
                record.left = _clean(cloud, wanted, told)
            finally:
                if failure is not None:
                    code, record.ended = _ending(failure)
                record.write()
                _forget(wanted.run)
    print(f"{record.ended}\nanswers: {folder / 'answers.md'}")
    code = LEFT if _prove(wanted.run, record.left) else code
    if failure is not None and not isinstance(failure, AmlopsError | Interrupted):
        raise failure
    return code


def clean_up(asked: Asked, told: Progress) -> int:
    """The run that is named, or all that have expired. Raises AmlopsError where Azure can't be asked."""
    cloud = open_cloud(asked.subscription)
    code, now = 0, cloud.azure.now()
    known = runs(cloud)
    named = [asked.run] if asked.run is not None else []
    for run, expires in sorted(known.items()) if asked.run is None else ():
        if expires is not None and expires > now:
            print(f"{run} may still be needed, until {expires:%Y-%m-%d %H:%M} UTC; name it to clean it up anyway")
        else:
            named.append(run)
    for run in named:
        if end_orphan(KEPT / run):
            told.line(f"{run}: ended the command that it left going")
        left = _clean(cloud, _named(asked, cloud, run), told)
        _forget(run)
        code = LEFT if _prove(run, left) else code
    if not known and not named:
        print("no run left anything in this subscription")
    return code


def _tell(cloud: Cloud, wanted: Wanted, price: Price, record: Record, told: Progress) -> int:
    meter = Meter(price, wanted.cap, cloud.azure.now)
    work = KEPT / wanted.run
    with told.step("a clone for the run"):
        scratch = make(ROOT, work, wanted)
    session = session_of(scratch, told)
    shell = Shell(scratch.path, work, os.environ, meter, told, (wanted.subscription, wanted.tenant))
    ground = Ground(session, wanted, meter, told)
    story = Story(scratch, wanted, shell, record, told, ground)
    try:
        story.tell()
    finally:
        record.spent = meter.spent
        if ground.users is not None:
            ground.users.stop()
    record.ended = "The whole story was told"
    return 0


def _ending(failure: BaseException) -> tuple[int, str]:
    if isinstance(failure, Interrupted):
        return INTERRUPTED, "It was interrupted"
    if isinstance(failure, CapReached):
        return CAPPED, f"It was stopped: {failure}"
    return FAILED, f"It failed: {failure}"


def _clean(cloud: Cloud, wanted: Wanted, told: Progress) -> tuple[str, ...] | None:
    """What is left, with what Azure said to it; None where Azure doesn't say."""
    steady = Steady(told)
    steady.line(f"cleaning up {wanted.run}")
    done = clean(cloud, wanted, steady, poll_seconds(os.environ))
    return (*done.left, *done.failed) if done.left else done.left


def _prove(run: str, left: tuple[str, ...] | None) -> bool:
    """Says what is left of a run. Whether there is something."""
    if left is None:
        print(f"{run}: whether something is left is not known; run: python -m tools.verify_azure clean {run}")
        return True
    if left:
        print("\n".join([f"{run}: left, and to be deleted by hand or by another try:", *(f"  {one}" for one in left)]))
        return True
    print(f"{run}: nothing with its tag or its names is left")
    return False


def _forget(run: str) -> None:
    """The run's clone; answers and log stay."""
    for part in ("clone", "remote"):
        shutil.rmtree(KEPT / run / part, ignore_errors=True)


def _wanted(asked: Asked, cloud: Cloud) -> Wanted:
    cap = asked.spend if asked.spend is not None else CAP
    ends = cloud.azure.now() + DAY
    return Wanted(new_run(), cloud.subscription, cloud.tenant, asked.region, asked.size, asked.group, cap, ends)


def _named(asked: Asked, cloud: Cloud, run: str) -> Wanted:
    """What is needed to clean a run: its names."""
    now = datetime.now(UTC)
    return Wanted(run, cloud.subscription, cloud.tenant, asked.region, asked.size, cloud.tenant, 1.0, now)


@contextmanager
def _interrupting() -> Iterator[Callable[[], None]]:
    """Signals interrupt the story; from `shield()` on they are told that the clean-up goes on."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted

    def cleaning(number: int, frame: FrameType | None) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write("it is cleaning up, which takes minutes; what was made costs money until then\n")

    def shield() -> None:
        for number in _SIGNALS:
            signal.signal(number, cleaning)

    for number in _SIGNALS:
        signal.signal(number, interrupt)
    try:
        yield shield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
