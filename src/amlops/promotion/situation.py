"""All that the gates of one step need, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from amlops.config import About, BrokenGlass, Promoted
from amlops.config.promotion import RetiredModel
from amlops.releases import Release

from .proof import Applied, Evaluation, Rollout
from .step import Step


@dataclass(frozen=True, slots=True)
class Proofs:
    """What is known of one release. `rollout` is that in the environment that it has to prove itself in."""

    release: Release | None = None
    evaluation: Evaluation | None = None
    rollout: Rollout | None = None
    applied: Applied | None = None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run as GitHub has it."""

    commit: str
    branch: str
    workflow_file: str


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who approved the pull request as it is, with those of the asked-for teams that they are in."""

    login: str
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """`ours` is the release that the step is about (of a retirement: the one that stays), `theirs` what runs there now.

    `soak` is that of the environment in which the release proves itself, `since` when the stage there was last
    changed. `main` holds the commits of main. `runs` and `approvals` are GitHub's, None where it was not asked.
    """

    step: Step
    now: datetime
    about: About
    promoted: Promoted
    soak: timedelta
    ours: Proofs
    theirs: Proofs | None = None
    since: datetime | None = None
    retired_models: tuple[RetiredModel, ...] = ()
    main: frozenset[str] = frozenset()
    runs: Mapping[int, RunFacts | None] | None = None
    approvals: tuple[Approver, ...] | None = None
    glass: Mapping[str, BrokenGlass] | None = None
