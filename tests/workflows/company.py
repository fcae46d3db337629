"""What people of a company do, step by step, so that each test begins where it has something to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

from amlops.config import Names, Repository, load_environment
from tests.support.clocks import running_faster

from .client import RATE, Client
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
    world.bob.approve(number)
    world.runs.of("check.yml")[-1].ended.wait(60)
    plans = [run for run in world.runs.of("plan.yml") if run.pull == number]
    if planned:
        world.settle()
    else:
        for run in plans:
            world.runs.cancel(run)
    world.alice.merge(number)
    return number


def first_release(world: World) -> str:
    """Trains, releases, and makes the release current everywhere, as a company does that comes from elsewhere."""
    world.alice.git("fetch", "-q", "origin")
    world.alice.git("checkout", "-q", "-B", "first", "origin/main")
    by_owner(world, "train", DEPLOYMENT, "--env", "dev", "--json")
    id, file = release(world)
    files = {stage_file(name): f'current: "{id}"\n' for name in ORDER}
    merge(world, "first", {**file, **files}, "feat: the first release")
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
    assert world.cloud is not None
    world.cloud.control("POST", "metrics", {"lateSeconds": 180})
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


def endpoint(world: World, environment: str) -> tuple[Any, tuple[str, str, str]]:
    """azure-mgmt-machinelearningservices as the owner, and (group, workspace, endpoint)."""
    assert world.cloud is not None
    found = load_environment(Repository(REPOSITORY), environment)
    names = Names(found)
    client = world.cloud.in_subscription(found.subscription_id).client(MachineLearningServicesMgmtClient)
    return client, (names.resource_group, names.workspace, names.endpoint(DEPLOYMENT))


def traffic(world: World, environment: str) -> dict[str, int]:
    """ARM's own word, without what gets nothing."""
    client, where = endpoint(world, environment)
    live = client.online_endpoints.get(*where).properties.traffic or {}
    return {name: percent for name, percent in live.items() if percent}


def serving(world: World, environment: str) -> set[str]:
    """The ARM deployments that are there."""
    client, where = endpoint(world, environment)
    return {item.name for item in client.online_deployments.list(*where)}


def users(world: World, environment: str, rate: float = RATE) -> Client:
    """People who ask the endpoint of an environment from now on."""
    assert world.cloud is not None
    client, where = endpoint(world, environment)
    uri = client.online_endpoints.get(*where).properties.scoring_uri
    key = client.online_endpoints.list_keys(*where).primary_key
    body = (REPOSITORY / FOLDER / "sample-request.json").read_bytes()
    return Client(uri, key, body, world.cloud.ca, rate)


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
