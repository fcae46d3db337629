"""The simulated GitHub's own rules, held to what GitHub's documentation says of them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.github import Hub, cron, expressions, filters
from tests.workflows.github.concurrency import Cancelled, Groups
from tests.workflows.github.rulesets import rules_for
from tests.workflows.github.run import Run
from tests.workflows.github.runs import Runs
from tests.workflows.github.tokens import Token
from tests.workflows.github.workflow import Workflow

PATIENCE = 10.0


@pytest.mark.parametrize(
    ("patterns", "name", "wanted"),
    [
        (["main"], "main", True),
        (["releases/*"], "releases/one", True),
        (["releases/*"], "releases/one/two", False),
        (["releases/**"], "releases/one/two", True),
        (["**/stages/**"], "stages/x", True),
        (["deployments/*/stages/**"], "deployments/wine/stages/dev.yaml", True),
        (["deployments/**", "!deployments/*/stages/**"], "deployments/wine/stages/dev.yaml", False),
        (["!deployments/*/stages/**", "deployments/**"], "deployments/wine/stages/dev.yaml", True),
        (["*.yml"], "a/b.yml", False),
    ],
)
def test_the_last_pattern_that_fits_decides(patterns: list[str], name: str, wanted: bool) -> None:
    """`*` ends at a slash, `**` doesn't, `!` takes out."""
    assert filters.chosen(patterns, name) is wanted


@pytest.mark.parametrize(
    ("event", "found", "about", "wanted"),
    [
        ("push", {"branches": ["main"]}, {"ref": "refs/heads/main"}, True),
        ("push", {"branches": ["main"]}, {"ref": "refs/tags/v1"}, False),
        ("push", {"tags": ["v*"]}, {"ref": "refs/heads/main"}, False),
        ("push", {}, {"ref": "refs/tags/v1"}, True),
        ("push", {"branches-ignore": ["main"]}, {"ref": "refs/heads/main"}, False),
        ("push", {"paths-ignore": ["docs/**"]}, {"ref": "refs/heads/main", "paths": ["docs/a"]}, False),
        ("push", {"paths-ignore": ["docs/**"]}, {"ref": "refs/heads/main", "paths": ["docs/a", "b"]}, True),
        ("push", {}, {"ref": "refs/applied/dev"}, False),
        ("pull_request", {}, {"action": "opened"}, True),
        ("pull_request", {}, {"action": "closed"}, False),
        ("pull_request", {"types": ["closed"]}, {"action": "closed"}, True),
        ("pull_request", {"branches": ["main"]}, {"action": "opened", "base": "other"}, False),
    ],
)
def test_filters_of_events(event: str, found: dict[str, Any], about: dict[str, Any], wanted: bool) -> None:
    """Branches, tags, paths and types, alone and together."""
    assert filters.starts(event, found, **about) is wanted


@pytest.mark.parametrize(
    ("line", "after", "until", "wanted"),
    [
        ("*/15 * * * *", "10:01", "10:14", False),
        ("*/15 * * * *", "10:01", "10:15", True),
        ("30 2 * * *", "03:00", "23:00", False),
        ("0 12 * * 1-5", "11:00", "13:00", True),
        ("0 12 * * 6,0", "11:00", "13:00", False),
        ("0 12 24 12 2", "11:00", "13:00", False),
        ("0 12 1 11 2", "11:00", "13:00", True),
    ],
)
def test_when_a_schedule_falls(line: str, after: str, until: str, wanted: bool) -> None:
    """On Tuesday the 24th of November 2026, by the five fields of crontab."""

    def at(text: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-24T{text}").replace(tzinfo=UTC)

    assert cron.fell(line, at(after), at(until)) is wanted


def test_names_of_groups_are_worked_out() -> None:
    """Paths into contexts, the first alternative that isn't empty, comparisons."""
    contexts = {"github": {"event": {"pull_request": {"number": 7}}, "ref": "refs/heads/main"}, "inputs": {}}
    assert expressions.text("plan-${{ github.event.pull_request.number || github.ref }}", contexts) == "plan-7"
    assert expressions.text("rollout-${{ inputs.stack || 'watch' }}", contexts) == "rollout-watch"
    assert expressions.text("${{ github.ref == 'refs/heads/main' }}", contexts) == "true"
    with pytest.raises(NotImplementedError):
        expressions.text("${{ format('{0}', 1) }}", contexts)


def _await(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_group_has_one_that_runs_and_one_that_waits() -> None:
    """The third takes the place of the second, which is cancelled; it enters when the first has left."""
    groups, ends = Groups(), dict[str, str]()

    def go(who: str) -> None:
        try:
            groups.enter("g", who)
            ends[who] = "entered"
        except Cancelled:
            ends[who] = "cancelled"

    groups.enter("g", "one")
    second = threading.Thread(target=go, args=("two",))
    second.start()
    _await(lambda: groups._groups["g"].waiting == "two")
    third = threading.Thread(target=go, args=("three",))
    third.start()
    second.join(PATIENCE)
    assert ends == {"two": "cancelled"}
    groups.leave("one")
    third.join(PATIENCE)
    assert ends == {"two": "cancelled", "three": "entered"}
    assert groups.order["g"] == ["one", "three"]


def test_a_job_s_own_token_starts_no_run(tmp_path: Path) -> None:
    """A push by a person or the App starts what its filters say; one by a job starts nothing."""
    hub = Hub(tmp_path / "hub")
    started: list[Run] = []
    runs = Runs(hub, started.append)
    text = "on: push\njobs: {a: {runs-on: x, steps: []}}\n"
    blob = hub.remote.git("hash-object", "-w", "--stdin", stdin=text)
    tree = hub.remote.git("mktree", stdin=f"100644 blob {blob}\tx.yml\n")
    for name in ("workflows", ".github"):
        tree = hub.remote.git("mktree", stdin=f"040000 tree {tree}\t{name}\n")
    commit = hub.remote.commit(tree, [], "feat: x", "alice")
    after = {"refs/heads/main": commit}
    runs.pushed(hub.remote, {}, after, Token("j", "job", "github-actions[bot]"))
    assert runs.all == []
    runs.pushed(hub.remote, {}, after, Token("a", "app", "amlops[bot]"))
    runs.wait(PATIENCE)
    assert [(run.event, run.actor, run.commit) for run in runs.all] == [("push", "amlops[bot]", commit)]


def test_rules_of_the_repository_s_own_rulesets(tmp_path: Path) -> None:
    """A branch that needs pull requests refuses pushes of people and takes the App's, which may bypass."""
    ruleset = {
        "name": "main",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "bypass_actors": [{"actor_id": 1, "actor_type": "Integration", "bypass_mode": "always"}],
        "rules": [
            {"type": "deletion"},
            {"type": "non_fast_forward"},
            {"type": "pull_request", "parameters": {"required_approving_review_count": 1}},
        ],
    }
    hub = Hub(tmp_path / "hub")
    blob = hub.remote.git("hash-object", "-w", "--stdin", stdin=json.dumps(ruleset))
    tree = hub.remote.git("mktree", stdin=f"100644 blob {blob}\tmain.json\n")
    for name in ("rulesets", ".github"):
        tree = hub.remote.git("mktree", stdin=f"040000 tree {tree}\t{name}\n")
    hub.remote.set("refs/heads/main", hub.remote.commit(tree, [], "feat: rules", "alice"))
    person = rules_for(hub.remote, "main", Token("p", "person", "alice"))
    assert person.approvals == 1
    assert "pull request" in (person.refuses("a" * 40, "b" * 40, forced=False) or "")
    assert rules_for(hub.remote, "topic", Token("p", "person", "alice")).of == {}
    assert rules_for(hub.remote, "main", Token("a", "app", "amlops[bot]")).of == {}


def test_permissions_of_a_job() -> None:
    """The job's own word, else the file's, else reading contents."""
    text = "on: push\npermissions: {}\njobs: {a: {permissions: {contents: write}, steps: []}, b: {steps: []}}\n"
    one = Workflow("x.yml", text)
    assert [one.permissions(job) for job in one.jobs] == [{"contents": "write"}, {}]
    (job,) = Workflow("y.yml", "on: push\njobs: {a: {steps: []}}\n").jobs
    assert Workflow("y.yml", "on: push\njobs: {}\n").permissions(job) == {"contents": "read"}
