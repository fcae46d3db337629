"""What a decision may be. Each is one thing to do, after which the situation is read anew."""

from __future__ import annotations

from dataclasses import dataclass

from .record import Word
from .step import Step


@dataclass(frozen=True, slots=True)
class Begin:
    """Mark the candidate's ARM deployment: its rollout begins now. A wish that an earlier one was told is forgotten."""

    release: str
    keep_wish: bool = True


@dataclass(frozen=True, slots=True)
class Test:
    """Ask the release's deployment directly, past the traffic rules."""

    release: str
    __test__ = False  # no test of pytest's


@dataclass(frozen=True, slots=True)
class Move:
    """Give the candidate this step's share; None: everything goes back to the old deployment, because of `reason`."""

    step: Step | None
    reason: str


@dataclass(frozen=True, slots=True)
class Settle:
    """No rollout: give everything to the current release."""

    release: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Write the verdict onto the candidate's ARM deployment. From then on it stands, whatever git says."""

    verdict: Word
    reason: str


@dataclass(frozen=True, slots=True)
class Conclude:
    """Write the evidence, then the stage: candidate to current, or to rejected. Without a candidate only evidence."""

    release: str
    verdict: Word
    reason: str


@dataclass(frozen=True, slots=True)
class Close:
    """Note on a release's ARM deployment that git has its verdict."""

    release: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do yet. `held`: only a person changes that."""

    reason: str
    held: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """It can't go on: `reason` says what to do. `exit_code` as the command line's."""

    reason: str
    exit_code: int = 4


@dataclass(frozen=True, slots=True)
class Done:
    """Git, ARM and traffic agree."""

    sentence: str


Action = Begin | Test | Move | Settle | Mark | Conclude | Close | Wait | Stop | Done
