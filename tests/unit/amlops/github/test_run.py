"""The run that a process is a part of, and other runs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.workflows.github import Server
from tests.workflows.github.run import Run as SimulatedRun
from tests.workflows.github.server import Fault
from tests.workflows.github.workflow import Workflow

from amlops.github import Approval, Asking, GitHub, GitHubRefused, Run
from amlops.stacks.lease import may_take
from amlops.stacks.lease_holder import Holder, Taken
from amlops.workflows.holding import lives_of

from .conftest import Waits, commit, seen_by


def _run(tmp_path: Path, **more: str) -> Run:
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}))
    found = Run.of(
        {
            "GITHUB_RUN_ID": "42",
            "GITHUB_RUN_ATTEMPT": "2",
            "GITHUB_REPOSITORY": "contoso/ml",
            "GITHUB_SHA": "a" * 40,
            "GITHUB_ACTOR": "alice",
            "GITHUB_WORKFLOW": "plan",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            **more,
        }
    )
    assert found is not None
    return found


def test_outside_of_github_there_is_no_run() -> None:
    """None, not a run full of blanks."""
    assert Run.of({"GITHUB_REPOSITORY": "contoso/ml"}) is None


def test_a_run_says_who_wrote_what(tmp_path: Path) -> None:
    """Its address, its pull request, and what evidence carries of it."""
    run = _run(tmp_path)
    assert run.url == "https://github.com/contoso/ml/actions/runs/42"
    assert (run.id, run.attempt, run.person, run.pull_request) == (42, 2, "alice", 7)
    assert run.written(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == {
        "run": 42,
        "url": run.url,
        "commit": "a" * 40,
        "workflow": "plan",
        "at": "2026-01-02T03:04:05Z",
    }


def test_summaries_add_up_to_githubs_limit(tmp_path: Path) -> None:
    """What would go over 1 MiB is not written, and said so."""
    run = _run(tmp_path)
    assert run.summarise("one")
    assert run.summarise("two\n")
    assert not run.summarise("x" * (1 << 20))
    assert (tmp_path / "summary").read_text() == "one\ntwo\n"


def test_outputs_may_have_lines(tmp_path: Path) -> None:
    """In the form with a delimiter that the text can't hold."""
    assert _run(tmp_path).give("matrix", '{"a":\n1}')
    lines = (tmp_path / "output").read_text().splitlines()
    assert lines[0].startswith("matrix<<end-")
    assert lines[1:] == ['{"a":', "1}", lines[0].removeprefix("matrix<<")]


def test_a_run_lives_until_it_ended(github: GitHub, server: Server) -> None:
    """Then it doesn't."""
    runs = server.hub.runs
    assert runs is not None
    run = SimulatedRun(
        7, 1, Workflow("x.yml", "on: push\njobs: {}\n"), "push", {}, "", "", "", "main", "a", "2026-01-01T00:00:00Z"
    )
    runs.all.append(run)
    assert github.runs.lives(7) is True
    run.status = "completed"
    assert github.runs.lives(7) is False
    run.approvals.append({"state": "approved", "comment": "fine", "user": "bob", "environments": ["prod-platform"]})
    assert github.runs.approvals(7) == (Approval("bob", "approved", ("prod-platform",), "fine"),)


def test_a_job_that_died_is_told_from_its_run_that_waits(github: GitHub, server: Server) -> None:
    """One job's runner is gone, another job asks a reviewer: who held a lease by the first holds it no more."""
    runs = server.hub.runs
    assert runs is not None
    text = Workflow("x.yml", "on: push\njobs: {}\n")
    run = SimulatedRun(7, 1, text, "push", {}, "", "", "", "main", "a", "2026-01-01T00:00:00Z", status="in_progress")
    runs.all.append(run)
    run.runners = {"x/apply (dev)": "one", "x/apply (prod)": "two"}
    run.jobs = {"x/apply (dev)": "failure"}
    lives = lives_of(Run.of({"GITHUB_RUN_ID": "9", "GITHUB_REPOSITORY": "contoso/ml"}), github)
    holder = Holder("7", 1, "https://github.com/contoso/ml/actions/runs/7", "alice", "elsewhere/boot/1", 1, "one")
    assert lives(holder) is False
    assert lives(replace(holder, runner="two")) is True
    assert lives(replace(holder, runner="nobody knows it")) is True
    assert lives(replace(holder, runner="")) is True


@pytest.mark.parametrize("hidden", [403, 404])
def test_a_run_that_is_not_shown_may_live(server: Server, waits: Waits, hidden: int) -> None:
    """A token without access to Actions takes nobody's lease away: it is free when it expires, and not before."""
    token = server.hub.app_token({"contents": "write"}).value
    github = seen_by(server, token, waits.append)
    if hidden == 404:
        server.faults = [Fault("GET", r".*/actions/runs/7", 404, body='{"message": "Not Found"}', times=2)]
    run = Run.of({"GITHUB_RUN_ID": "9", "GITHUB_REPOSITORY": "contoso/ml"})
    holder = Holder("7", 1, "https://github.com/contoso/ml/actions/runs/7", "alice", "elsewhere/boot/1", 1)
    lives = lives_of(run, github)
    assert lives(holder) is None
    now = datetime(2026, 11, 28, 8, tzinfo=UTC)
    taken = Taken("dev", holder, "amlops apply dev", now, now + timedelta(minutes=15), "t")
    assert not may_take(taken, now + timedelta(minutes=14), lives)
    assert may_take(taken, now + timedelta(minutes=15), lambda _: None)


def test_a_run_that_asks_a_reviewer_is_listed(github: GitHub, server: Server) -> None:
    """With its commit, and the environments that it wants to enter."""
    runs = server.hub.runs
    assert runs is not None
    for id in (7, 8):
        text = Workflow("x.yml", "on: push\njobs: {}\n")
        runs.all.append(
            SimulatedRun(id, 1, text, "push", {}, "c", f"head{id}", "", "main", "a", "2026-01-01T00:00:00Z")
        )
    server.hub.environment("prod-platform").reviewers = ("bob",)
    runs.all[-2].waiting_for.append("prod-platform")
    runs.all[-2].status = "waiting"
    assert github.runs.asking("x.yml") == (Asking(7, "head7", ("prod-platform",)),)


def test_a_workflow_is_started_by_its_file(github: GitHub, server: Server) -> None:
    """With its inputs; an input that the file doesn't declare is refused."""
    hub = server.hub
    text = "on: {workflow_dispatch: {inputs: {stack: {required: true}}}}\njobs: {}\n"
    blob = hub.remote.git("hash-object", "-w", "--stdin", stdin=text)
    tree = ""
    for name in ("x.yml", "workflows", ".github"):
        line = f"100644 blob {blob}" if name == "x.yml" else f"040000 tree {tree}"
        tree = hub.remote.git("mktree", stdin=f"{line}\t{name}\n")
    hub.remote.set("refs/heads/main", hub.remote.commit(tree, [], "workflows", "alice"))
    github.runs.dispatch("x.yml", {"stack": "dev"})
    assert hub.runs is not None
    hub.runs.wait(10)
    (found,) = github.runs.listed("x.yml")
    assert (found["event"], found["conclusion"]) == ("workflow_dispatch", "success")
    assert hub.runs.of("x.yml")[0].payload["inputs"] == {"stack": "dev"}
    with pytest.raises(GitHubRefused, match="Unexpected inputs"):
        github.runs.dispatch("x.yml", {"stack": "dev", "other": "x"})


def test_commits_are_made_by_the_fixture(server: Server) -> None:
    """The branch `work` is one commit ahead of main."""
    assert commit(server.hub, {"a": "b"}, None)
    assert server.hub.remote.git("rev-list", "--count", "main..work") == "1"
