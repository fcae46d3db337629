"""A world in memory for the loop of a rollout: ARM, Azure Monitor, git and evidence, with a clock that goes on while
the loop looks. Every write is numbered, and the runner can be killed before or after any of them.

It is a model, to try every interruption; the same loop runs against the local Azure in tests/gitops/rollouts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from amlops.config import Rollout
from amlops.config.moments import moment, stamp
from amlops.config.rollout import Latency
from amlops.errors import AmlopsError
from amlops.progress import Plain
from amlops.releases import Stage
from amlops.rollout.endpoint import EndpointState, Place
from amlops.rollout.history import History
from amlops.rollout.patience import Patience
from amlops.rollout.situation import Smoke
from amlops.workflows.rollout.job import Job

START = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
ENDPOINT_ID = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/onlineEndpoints/e"
)
SETTINGS = Rollout(
    steps=(10, 50, 100), mirror=20, minimum_requests=50, bake=3, metrics_late=4, latency=Latency(ratio=1.5, slack_ms=10)
)


ROLLING = Stage(current="R1", candidate="R2")


class Killed(BaseException):
    """The runner is gone, as by `kill -9`: no handler of the loop sees it."""


@dataclass(frozen=True, slots=True)
class Model:
    """How a deployment answers: share of failures, 95th percentile in ms, and whether the smoke test passes."""

    errors: float = 0.0
    p95: float = 20.0
    smoke: bool = True


@dataclass
class World:
    """R1 runs, R2 is the candidate. `rate` is requests a minute, `late` minutes until they are known."""

    model: Model = Model()
    settings: Rollout = SETTINGS
    stage: Stage = ROLLING
    proven: frozenset[str] = frozenset({"R1"})
    rate: float = 600
    late: int = 3
    each_look: timedelta = timedelta(seconds=25)
    now: datetime = START
    traffic: dict[str, int] = field(default_factory=lambda: {"r-R1": 100})
    mirror: dict[str, int] = field(default_factory=dict)
    endpoint_tags: dict[str, str] = field(default_factory=lambda: {"team": "wine"})
    tags: dict[str, dict[str, str]] = field(
        default_factory=lambda: {"r-R1": {"release": "R1"}, "r-R2": {"release": "R2"}}
    )
    states: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, History] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    splits: list[tuple[datetime, dict[str, int], dict[str, int]]] = field(default_factory=list)
    kill_before: int | None = None
    kill_after: int | None = None
    failing: Callable[[str], bool] = lambda _: False
    asked: list[str] = field(default_factory=list)
    blind: bool = False
    """Whether Azure Monitor doesn't answer."""

    def __post_init__(self) -> None:
        self.splits.append((self.now - timedelta(hours=2), dict(self.traffic), dict(self.mirror)))

    # -- writes ------------------------------------------------------------------------------------------------------

    def write(self, what: str, do: Callable[[], None]) -> None:
        """Every change of the world goes through here."""
        number = len(self.writes)
        if number == self.kill_before:
            raise Killed(what)
        if self.failing(what):
            raise AmlopsError(f"{what} is refused")
        self.writes.append(what)
        do()
        if number == self.kill_after:
            raise Killed(what)

    def restart(self) -> None:
        """Another runner may begin."""
        self.kill_before = self.kill_after = None

    # -- a runner ----------------------------------------------------------------------------------------------------

    def job(self) -> Job:
        return Job(
            stack="prod.wine",
            deployment="wine",
            environment="prod",
            settings=self.settings,
            place=Place(_Client(self), "g", "w", "e"),  # type: ignore[arg-type]
            now=self._look,
            metrics=self._metrics,
            stages=_Stages(self),
            kept=_Kept(self),  # type: ignore[arg-type]
            smoke=_SmokeTest(self),
            lease=_Lease(),
            progress=Plain(),
            poll=0.0,
            patience=Patience(pause=0.0, longest=0.0, operation=1.0),
        )

    def _look(self) -> datetime:
        """The server's time; each look at it takes a while."""
        self.now += self.each_look
        return self.now.replace(microsecond=0)

    # -- Azure Monitor -----------------------------------------------------------------------------------------------

    def _metrics(self, id: str, api_version: str, **query: str) -> dict[str, Any]:
        """As Azure answers `Microsoft.Insights/metrics`: averages by the minute, as far as they are known."""
        if self.blind:
            raise AmlopsError("Azure Monitor does not answer", exit_code=3)
        since, until = (moment(part) for part in query["timespan"].split("/"))
        known = self.now - timedelta(minutes=self.late)
        deployment, mirrored = _asked_for(id, query)
        good: list[dict[str, Any]] = []
        bad: list[dict[str, Any]] = []
        slow: list[dict[str, Any]] = []
        at = since
        while at < until:
            if at + timedelta(minutes=1) <= known:
                requests = self.rate * self._share(deployment, at, mirrored) / 100
                model = self.model if deployment == "r-R2" else Model()
                errors = math.floor(requests * model.errors)
                if requests:
                    good.append({"timeStamp": stamp(at), "average": requests - errors})
                    slow.append({"timeStamp": stamp(at), "average": model.p95})
                if errors:
                    bad.append({"timeStamp": stamp(at), "average": float(errors)})
            at += timedelta(minutes=1)
        if query["metricnames"] == "RequestLatency_P95":
            return {"value": [{"timeseries": [{"metadatavalues": [], "data": slow}]}]}
        name, codes = ("envoy_response_code", ("200", "500")) if mirrored else ("statusCode", ("200", "424"))
        series = [
            {"metadatavalues": [{"name": {"value": name.lower()}, "value": code}], "data": data}
            for code, data in zip(codes, (good, bad), strict=True)
        ]
        return {"value": [{"name": {"value": query["metricnames"]}, "timeseries": series}]}

    def _share(self, deployment: str, at: datetime, mirrored: bool) -> int:
        """What the deployment got over the whole minute; a minute in which it changed counts as before."""
        split = next(found for found in reversed(self.splits) if found[0] <= at)
        return (split[2] if mirrored else split[1]).get(deployment, 0)


def _asked_for(id: str, query: dict[str, str]) -> tuple[str, bool]:
    _, _, deployment = id.removesuffix("/providers/Microsoft.Insights/metrics").partition("/deployments/")
    if deployment:
        return deployment, True
    return query["$filter"].split("'")[1], False


@dataclass(frozen=True)
class _Done:
    """A poller whose operation has ended."""

    found: Any = None

    def result(self, timeout: float | None = None) -> Any:
        return self.found

    def done(self) -> bool:
        return True


@dataclass(frozen=True)
class _Client:
    """The two groups of azure-mgmt-machinelearningservices that a rollout uses."""

    world: World

    @property
    def online_endpoints(self) -> _Endpoints:
        return _Endpoints(self.world)

    @property
    def online_deployments(self) -> _Deployments:
        return _Deployments(self.world)


@dataclass(frozen=True)
class _Endpoints:
    world: World

    def get(self, *_: str) -> Any:
        properties = SimpleNamespace(
            provisioning_state="Succeeded",
            scoring_uri="https://e/score",
            auth_mode="Key",
            traffic=dict(self.world.traffic),
            mirror_traffic=dict(self.world.mirror),
        )
        return SimpleNamespace(id=ENDPOINT_ID, tags=dict(self.world.endpoint_tags), properties=properties)

    def begin_create_or_update(self, *words: Any, **_: Any) -> _Done:
        body, world = words[-1], self.world
        traffic, mirror = body.properties.traffic, body.properties.mirror_traffic
        assert sum(traffic.values()) == 100
        assert not set(traffic) & set(mirror), "one deployment never gets both"
        assert set(traffic) | set(mirror) <= set(world.tags), "only what is there gets traffic"

        def change() -> None:
            world.traffic, world.mirror, world.endpoint_tags = dict(traffic), dict(mirror), dict(body.tags)
            world.splits.append((world.now, dict(traffic), dict(mirror)))

        world.write(f"traffic {traffic} mirror {mirror}", change)
        return _Done()


@dataclass(frozen=True)
class _Deployments:
    world: World

    def get(self, *words: str) -> Any:
        return next(item for item in self.list() if item.name == words[-1])

    def list(self, *_: str) -> list[Any]:
        return [
            SimpleNamespace(
                name=name,
                tags=dict(tags),
                sku=None,
                properties=SimpleNamespace(provisioning_state=self.world.states.get(name, "Succeeded")),
            )
            for name, tags in self.world.tags.items()
        ]

    def begin_update(self, *words: Any, **_: Any) -> _Done:
        name, body = words[-2], words[-1]
        verdict, settled = body.tags.get("rollout-verdict"), bool(body.tags.get("rollout-settled"))
        self.world.write(
            f"tags of {name}: verdict {verdict}, settled {settled}",
            lambda: self.world.tags.update({name: dict(body.tags)}),
        )
        return _Done()


@dataclass(frozen=True)
class _Stages:
    world: World

    def read(self) -> Stage:
        return self.world.stage

    def write(self, move: Callable[[Stage], Stage], message: str) -> None:
        def change() -> None:
            self.world.stage = move(self.world.stage)

        self.world.write(f"stage: {message.splitlines()[0]}", change)


@dataclass(frozen=True)
class _Kept:
    world: World

    def proven(self, stage: Stage) -> bool:
        found = self.world.evidence.get(stage.current or "")
        return stage.current in self.world.proven or (found is not None and found.verdict == "healthy")

    def write(self, history: History, at: datetime) -> str | None:
        found = self.world.evidence.get(history.release)
        if found is not None and (found.began, found.verdict) == (history.began, history.verdict):
            return None
        self.world.write(
            f"evidence of {history.release}", lambda: self.world.evidence.update({history.release: history})
        )
        return None


@dataclass(frozen=True)
class _SmokeTest:
    world: World

    def of(self, live: EndpointState, release: str) -> Smoke:
        self.world.asked.append(release)
        passed = self.world.model.smoke or release != "R2"
        return Smoke(release, passed, "" if passed else "the endpoint answered 424, the model itself 500")


class _Lease:
    def renew(self) -> None:
        """Nobody else is here."""


def end_of(world: World) -> dict[str, Any]:
    """What must be the same however often it was interrupted: ARM, git and evidence, without times."""
    verdicts = {
        name: (tags.get("rollout-verdict"), bool(tags.get("rollout-settled"))) for name, tags in world.tags.items()
    }
    return {
        "stage": world.stage,
        "traffic": world.traffic,
        "mirror": world.mirror,
        "verdicts": verdicts,
        "evidence": {release: history.verdict for release, history in world.evidence.items()},
        "other tags": {key: value for key, value in world.endpoint_tags.items() if not key.startswith("rollout")},
    }


def fresh(world: World, **changes: Any) -> World:
    """The same world at its start, nothing shared."""
    kept = {name: getattr(world, name) for name in ("model", "settings", "stage", "rate", "late", "proven", "traffic")}
    return World(**{**kept, "traffic": dict(world.traffic), **changes})


__all__ = ["SETTINGS", "START", "Killed", "Model", "World", "end_of", "fresh", "replace"]
