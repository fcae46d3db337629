"""What keeps a release from going on is said, with the reason; what only waits goes on by itself, once it may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from .agreement import assert_agreed
from .company import DEPLOYMENT, FOLDER, WINDOW, merge, release, stage_file, unharmed
from .github.run import Run
from .promoting import PROMOTE, compared, lines, rmse, step_of
from .world import World, told

QUARTER = timedelta(minutes=16)
"""Longer than the time between two looks of `promote`."""
PROMOTION = "environments/promotion.yaml"
SHUT = """# yaml-language-server: $schema=schemas/promotion.json
order: [dev, staging, prod]
environments:
  dev: {{soak: PT10M}}
  staging:
    soak: P1D
    time_zone: Europe/Amsterdam
    windows:
      - {{days: [mon, tue, wed, thu, fri], opens: "08:00", closes: "17:00"}}
    freezes:
      - {{first: {first}, last: {last}, reason: stock-taking}}
"""
"""No gate guards staging but its calendar and the soak in dev."""


@pytest.fixture(autouse=True)
def _asked(deployed: World) -> Iterator[None]:
    """Whoever asks where the endpoints serve is answered well, whatever goes on or stays."""
    with unharmed(deployed, "staging", "prod"):
        yield


def _looked(world: World, to: datetime | timedelta) -> Run:
    """Lets `promote` look at a time, or after one; its run."""
    span = to if isinstance(to, timedelta) else to - world.hub.clock.now()
    world.advance(span.total_seconds(), PROMOTE)
    world.settle()
    run = world.last(PROMOTE)
    assert run.conclusion == "success", told(run)
    return run


def _pulls(world: World, environment: str) -> list[str]:
    """Titles of the pull requests that were ever opened to bring something into an environment."""
    branch = f"promote/{DEPLOYMENT}/{environment}/"
    return [issue.title for issue in world.hub.issues.values() if issue.pull and issue.pull.head.startswith(branch)]


def test_an_unfair_model_stays_where_it_is(deployed: World) -> None:
    """A larger penalty makes the model better for all, and worse for women than for men by more than is allowed:
    released in dev, told which gate failed by how much, and no pull request takes it on, however long it waits."""
    world = deployed
    before = {name: world.stage(DEPLOYMENT, name) for name in ("staging", "prod")}
    job = f"{FOLDER}/job.yml"
    changes: dict[str, str | None] = {
        job: world.alice.read(job).replace("alpha: 1.0", "alpha: 100.0"),
        PROMOTION: world.alice.read(PROMOTION).replace("fairness: {limit: 1.3}", "fairness: {limit: 1.05}"),
    }
    merge(world, "penalty", changes, "feat: a much larger penalty, and a stricter limit")
    world.settle()
    new = world.stage(DEPLOYMENT, "dev")["current"]
    old = before["staging"]["current"]
    assert new != old, told(world.last("release.yml"))
    measured = world.evidence(f"deployments/{DEPLOYMENT}/{new}/evaluation.json")
    assert measured is not None
    sexes = {sex: row["rmse"] for sex, row in measured["by_group"]["sex"].items()}
    assert sexes["2"] / sexes["1"] > 1.05

    run = _looked(world, QUARTER)
    step = step_of(run, f"promote: {DEPLOYMENT} {new} to staging")
    assert step.startswith("[fail]"), told(run)
    (failed,) = [line for line in step.splitlines() if line.startswith("  ✗")]
    said = f"rmse of sex 2 is {sexes['2']:.4g}, of 1 is {sexes['1']:.4g}"
    times = f"{sexes['2'] / sexes['1']:.2f} times as bad, at most 1.05 is allowed"
    assert failed.split() == ["✗", "fairness", *f"{said}: {times}".split()]
    assert compared(world, new, old) in lines(step)
    assert rmse(world, new) < rmse(world, old)
    _looked(world, timedelta(days=1))
    assert _pulls(world, "staging") == []
    assert {name: world.stage(DEPLOYMENT, name) for name in ("staging", "prod")} == before
    assert_agreed(world)


def test_a_closed_window_is_waited_for(deployed: World) -> None:
    """A freeze, then a morning before the window: each time the reason and when it opens. Then it goes on."""
    world = deployed
    freeze = world.hub.clock.now().astimezone(WINDOW).replace(hour=12, minute=0, second=0, microsecond=0)
    freeze += timedelta(days=(5 - freeze.weekday()) % 7 or 7)
    opens = (freeze + timedelta(days=4)).replace(hour=8)
    last = (freeze + timedelta(days=3)).date()
    old = world.stage(DEPLOYMENT, "staging")
    new = _second_release(world, SHUT.format(first=freeze.date(), last=last))

    run = _looked(world, freeze)
    opening = f"it opens on {opens:%a %Y-%m-%d %H:%M %Z}"
    assert f"promote: {DEPLOYMENT} {new} to staging [wait]" in run.summary, told(run)
    assert f"… window                   staging is frozen until {last} (stock-taking); {opening}" in run.summary
    assert "✓ soak" in run.summary
    early = opens - timedelta(hours=1)
    run = _looked(world, early)
    assert f"{early:%a %Y-%m-%d} 07:" in run.summary, told(run)
    assert f"outside of the windows of staging; {opening}" in run.summary
    assert _pulls(world, "staging") == []
    assert world.stage(DEPLOYMENT, "staging") == old

    _looked(world, opens + QUARTER)
    assert _pulls(world, "staging") == [f"promote: {DEPLOYMENT} {new} to staging"]
    stage = world.stage(DEPLOYMENT, "staging")
    assert (stage["current"], stage["previous"]) == (new, old["current"]), told(world.last("rollout.yml"))
    assert_agreed(world)


def _second_release(world: World, promotion: str) -> str:
    """Of a manifest that was changed, current in dev; with another calendar."""
    manifest = f"{FOLDER}/deployment.yml"
    changes = {
        manifest: world.alice.read(manifest) + "environment_variables:\n  ROUND: two\n",
        PROMOTION: promotion,
    }
    world.alice.git("fetch", "-q", "origin")
    world.alice.git("checkout", "-q", "-B", "second", "origin/main")
    for path, text in changes.items():
        (world.alice.folder / path).write_text(text)
    old, (new, file) = world.stage(DEPLOYMENT, "dev")["current"], release(world)
    world.alice.git("checkout", "-q", ".")
    stage = {stage_file("dev"): f'current: "{new}"\nprevious: "{old}"\n'}
    with world.runs.without("release.yml"):
        merge(world, "second", {**changes, **file, **stage}, "feat: the second release")
    world.settle()
    return new
