"""The steps that could be taken next, from the stages alone. Whether one may be taken is for the gates to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from amlops.config import Promotion
from amlops.releases import Stage

from .line import Line

Move = Literal["enter", "advance", "retire"]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage that changes from `before` to `after`.

    `enter`: the release that waited as next comes into the first environment. `advance`: what runs in `source` comes
    into `environment`. `retire`: the previous release goes. `after` is `before` where the stage has no room now.
    """

    move: Move
    deployment: str
    release: str
    environment: str
    source: str | None
    before: Stage
    after: Stage

    @property
    def branch(self) -> str:
        """The same step has the same branch, whoever takes it and however often it is begun."""
        word = "retire" if self.move == "retire" else "promote"
        return f"{word}/{self.deployment}/{self.environment}/{self.release}"

    @property
    def title(self) -> str:
        """Of its commit and pull request."""
        if self.move == "retire":
            return f"retire: {self.deployment} {self.release} leaves {self.environment}"
        return f"promote: {self.deployment} {self.release} to {self.environment}"

    @property
    def stage_path(self) -> str:
        return f"deployments/{self.deployment}/stages/{self.environment}.yaml"


def steps_of(line: Line, promotion: Promotion) -> Iterator[Step]:
    """The steps of one deployment; none where it is retired."""
    path = promotion.path_of(line.about.environments)
    if line.about.retired is not None or not path:
        return
    first = line.stage(path[0])
    if first.next is not None:
        after = first if first.candidate is not None else first.entered()
        yield Step("enter", line.deployment, first.next, path[0], None, first, after)
    for source, environment in pairwise(path):
        release, stage = line.stage(source).current, line.stage(environment)
        if release is None or release in stage.running or release in stage.rejected:
            continue
        after = stage if stage.candidate is not None else stage.offered(release)
        yield Step("advance", line.deployment, release, environment, source, stage, after)
    for environment in path:
        stage = line.stage(environment)
        if stage.previous is not None:
            yield Step("retire", line.deployment, stage.previous, environment, None, stage, stage.retired())
