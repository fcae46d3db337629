"""What people of a company do, step by step, so that each test begins where it has something to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from amlops.config import Repository
from tests.support.clocks import running_faster

from .client import AT_ONCE, RATE, Client
from .deployed import Deployed
from .seed import REPOSITORY
from .world import World, by_owner, told

DEPLOYMENT = "diabetes-progression"
FOLDER = f"deployments/{DEPLOYMENT}"
ORDER = ("dev", "staging", "prod")
WINDOW = ZoneInfo("Europe/Amsterdam")
"""Of prod's windows in environments/promotion.yaml."""


def stage_file(environment: str) -> str:
    return f"{FOLDER}/stages/{environment}.yaml"


def merge(world: World, branch: str, files: Mapping[str, str | None], message: str, *, planned: bool = False) -> int:
    """A change through a pull request that bob has approved; its number. Waits for the plan only where `planned`."""
    world.alice.change(branch, files, message)
    number = world.alice.open_pull(branch, message)
    let_in(world, number, planned=planned)
    return number


def let_in(world: World, number: int, *, planned: bool = False) -> None:
    """Bob approves a pull request, and alice merges it."""
    world.bob.approve(number)
    world.runs.of("check.yml")[-1].ended.wait(60)
    plans = [run for run in world.runs.of("plan.yml") if run.pull == number]
    if planned:
        world.settle()
    else:
        for run in plans:
            world.runs.cancel(run)
    world.alice.merge(number)


def first_release(world: World) -> str:
    """The workflow trains, measures and releases it into dev; a person makes it current in the other environments too,
    as a company does that comes from elsewhere."""
    world.alice.dispatch("release.yml", deployment=DEPLOYMENT)
    world.settle()
    assert world.last("release.yml").conclusion == "success", told(world.last("release.yml"))
    id = str(world.stage(DEPLOYMENT, ORDER[0])["current"])
    merge(world, "first", {stage_file(name): f'current: "{id}"\n' for name in ORDER[1:]}, "feat: the first release")
    world.settle()
    for run in world.runs.of("apply.yml") + world.runs.of("rollout.yml"):
        assert run.conclusion == "success", told(run)
    return id


def release(world: World) -> tuple[str, dict[str, str]]:
    """What `amlops release` makes of alice's files as they are: the id, and its file by path."""
    made = by_owner(world, "release", DEPLOYMENT, "--env", "dev", "--json")
    return str(made["release"]), {made["file"]: (world.alice.folder / made["file"]).read_text()}


def offer(world: World, environment: str, changes: Mapping[str, str], *, proven: bool = False) -> tuple[str, str]:
    """A release of changed files, merged as the candidate of an environment, whose metrics come three minutes late:
    (old, new). `proven`: it runs in the environments before. No release is made of the merge besides."""
    late_metrics(world)
    old = world.stage(DEPLOYMENT, environment)["current"]
    world.alice.git("fetch", "-q", "origin")
    world.alice.git("checkout", "-q", "-B", "second", "origin/main")
    for path, text in changes.items():
        (world.alice.folder / path).write_text(text)
    new, file = release(world)
    stages = {stage_file(environment): f'current: "{old}"\ncandidate: "{new}"\n'}
    if proven:
        before = ORDER[: ORDER.index(environment)]
        stages |= {stage_file(name): f'current: "{new}"\nprevious: "{old}"\n' for name in before}
    world.alice.git("checkout", "-q", ".")
    with world.runs.without("release.yml"):
        merge(world, "second", {**changes, **file, **stages}, "feat: the second release")
    return str(old), new


def deployed_in(world: World, environment: str) -> Deployed:
    """The deployment in an environment."""
    assert world.cloud is not None
    return Deployed(world.cloud, Repository(REPOSITORY), DEPLOYMENT, environment)


def late_metrics(world: World) -> None:
    """What Azure Monitor knows of requests, by metrics and by logs, is three minutes old."""
    assert world.cloud is not None
    world.cloud.control("POST", "metrics", {"lateSeconds": 180, "logsLateSeconds": 180})


def endpoint(world: World, environment: str) -> tuple[Any, tuple[str, str, str]]:
    """azure-mgmt-machinelearningservices as the owner, and (group, workspace, endpoint)."""
    found = deployed_in(world, environment)
    return found.client, found.where


def traffic(world: World, environment: str) -> dict[str, int]:
    """ARM's own word, without what gets nothing."""
    return deployed_in(world, environment).traffic()


def serving(world: World, environment: str) -> set[str]:
    """The ARM deployments that are there."""
    return deployed_in(world, environment).serving()


def users(world: World, environment: str, rate: float = RATE, at_once: int = AT_ONCE) -> Client:
    """People who ask the endpoint of an environment from now on."""
    assert world.cloud is not None
    client, where = endpoint(world, environment)
    uri = client.online_endpoints.get(*where).properties.scoring_uri
    key = client.online_endpoints.list_keys(*where).primary_key
    body = (REPOSITORY / FOLDER / "sample-request.json").read_bytes()
    return Client(uri, key, body, world.cloud.ca, rate, at_once)


@contextmanager
def unharmed(world: World, *environments: str, rate: float = 5.0) -> Iterator[None]:
    """People ask each endpoint for as long as the block goes on, and none is answered an error. One by one: of one
    instance, two take all there is, and a smoke test is the other."""
    clients = {name: users(world, name, rate, at_once=1) for name in environments}
    with ExitStack() as all_:
        for client in clients.values():
            all_.enter_context(client.asking())
        yield
        for client in clients.values():
            client.wait(20)
    assert {name: client.failed[:3] for name, client in clients.items() if client.failed} == {}


def open_window(now: datetime) -> datetime:
    """The next Tuesday at ten that no freeze covers, as environments/promotion.yaml has windows and freezes."""
    at = now.astimezone(WINDOW).replace(hour=10, minute=0, second=0, microsecond=0)
    while at.weekday() != 1 or at <= now or (at.month, at.day) >= (12, 18) or (at.month, at.day) <= (1, 3):
        at += timedelta(days=1)
    return at.astimezone(UTC)


@contextmanager
def faster(world: World, times: float) -> Iterator[None]:
    """Both clocks run so many times as fast as real time. Nothing scheduled is started meanwhile.

    Programs measure the lives of their tokens in real time, so GitHub's OIDC tokens live for a day here, and what lives
    for an hour (tokens of Azure and of the App) must not be needed for longer than an hour of these clocks.
    """
    assert world.cloud is not None
    life, world.hub.issuer.life = world.hub.issuer.life, 86_400.0
    try:
        with running_faster(times, world.hub.clock.advance, world.cloud.advance):
            yield
    finally:
        world.hub.issuer.life = life
