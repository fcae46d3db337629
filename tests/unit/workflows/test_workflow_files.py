"""What act leaves out of the workflow files, so that no run of them proves it: held by reading the files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.github import filters
from tests.workflows.github.workflow import Job, Workflow

from amlops.github.app import permissions_of

REPOSITORY = Path(__file__).resolve().parents[3]
FOLDER = REPOSITORY / ".github"
WORKFLOWS = {
    path.stem: Workflow(str(path.relative_to(REPOSITORY)), path.read_text())
    for path in sorted((FOLDER / "workflows").glob("*.yml"))
}
CHANGING = {"apply", "rollout", "promote", "release", "drift", "destroy"}
"""Workflows that change a cloud or git."""
JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow.jobs]
IDS = [f"{name}.{job.id}" for name, job in JOBS]
WRITES = {
    ("plan", "comment"): {"pull-requests"},
}
"""Jobs whose own token may write something; the App does the rest."""
each_job = pytest.mark.parametrize(("name", "job"), JOBS, ids=IDS)
each_workflow = pytest.mark.parametrize("name", WORKFLOWS)


def _text(job: Job) -> str:
    return repr(job.content)


def _steps(job: Job) -> list[dict[str, Any]]:
    return list(job.content["steps"])


def test_there_are_the_workflows_that_the_loop_needs() -> None:
    """No more, no fewer."""
    assert set(WORKFLOWS) == {"check", "plan", *CHANGING}


@each_workflow
def test_nothing_is_allowed_but_what_a_job_asks_for(name: str) -> None:
    """The file gives no permission at all; each job names its own."""
    workflow = WORKFLOWS[name]
    assert workflow.content["permissions"] == {}
    assert all("permissions" in job.content for job in workflow.jobs)


@each_workflow
def test_no_trigger_runs_foreign_code_with_our_rights(name: str) -> None:
    """`pull_request_target`, `workflow_run` and `issue_comment` run with main's rights on what others wrote."""
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(WORKFLOWS[name].triggers)


@each_job
def test_a_job_s_own_token_writes_only_what_is_listed(name: str, job: Job) -> None:
    """Lest a job grows rights unseen."""
    permissions = WORKFLOWS[name].permissions(job)
    writes = {what for what, level in permissions.items() if level == "write" and what != "id-token"}
    assert writes == WRITES.get((name, job.id), set())


@each_job
def test_no_pull_request_holds_a_credential(name: str, job: Job) -> None:
    """A job that a pull request starts has no id-token, no secret, and no environment that could hold one."""
    if "pull_request" not in WORKFLOWS[name].triggers:
        return
    assert "id-token" not in WORKFLOWS[name].permissions(job)
    assert not re.search(r"\bsecrets\b", _text(job))
    assert job.environment == ""


@each_job
def test_a_cloud_identity_belongs_to_an_environment(name: str, job: Job) -> None:
    """The environment is the OIDC token's subject, and where people approve: each identity has its own."""
    if WORKFLOWS[name].permissions(job).get("id-token") == "write":
        assert job.environment == "${{ matrix.github_environment }}"
        assert job.content["runs-on"] == "${{ matrix.runner }}"


@each_job
def test_a_secret_is_an_environment_s(name: str, job: Job) -> None:
    """An environment takes runs of main only; a secret of the repository could be read from any branch."""
    if re.search(r"\bsecrets\b", _text(job)):
        assert job.environment


@each_job
def test_what_changes_something_runs_on_main_only(name: str, job: Job) -> None:
    """By a push to main, a schedule, or by hand from main: a job that can be started by hand says so, or needs one."""
    workflow = WORKFLOWS[name]
    if name not in CHANGING:
        return
    push = workflow.triggers.get("push")
    assert push is None or (isinstance(push, dict) and push["branches"] == ["main"])
    assert _on_main(workflow, job)


def _on_main(workflow: Workflow, job: Job) -> bool:
    """Whether the job, or one that it needs, asks for main; what a schedule starts runs there."""
    said = str(job.content.get("if", ""))
    if "github.ref == 'refs/heads/main'" in said or said == "github.event_name == 'schedule'":
        return True
    needs = job.content.get("needs", [])
    needed = {needs} if isinstance(needs, str) else set(needs)
    return any(_on_main(workflow, other) for other in workflow.jobs if other.id in needed)


@each_workflow
def test_runs_of_one_thing_come_one_after_the_other(name: str) -> None:
    """What changes something waits for the run before and is never cut off; what only looks gives way."""
    group, cancels = WORKFLOWS[name].concurrency
    if name == "apply":
        assert group == "", "a run may wait for a reviewer for days; test_a_stack_is_changed_by_one_job_at_a_time"
        return
    if name == "drift":
        (drift,) = [job for job in WORKFLOWS[name].jobs if job.id == "drift"]
        group, cancels = drift.concurrency
        assert "matrix.github_environment" in group
    if name == "release":
        (release,) = [job for job in WORKFLOWS[name].jobs if job.id == "release"]
        group, cancels = release.concurrency
        assert "matrix.deployment" in group
    assert group
    assert cancels == ("false" if name in CHANGING else cancels)
    if name == "check":
        assert (group, cancels) == (
            "check-${{ github.event.pull_request.number || github.sha }}",
            "${{ github.event_name == 'pull_request' }}",
        ), "of two that wait in one group GitHub keeps the later: a commit of the App's would take a merge's place"
    if name == "plan":
        assert (group, cancels) == ("plan-${{ github.event.pull_request.number || github.ref }}", "true")


def test_a_stack_is_changed_by_one_job_at_a_time() -> None:
    """apply and destroy of a stack share its group; rollouts of a stack have one of their own."""
    (apply,) = [job for job in WORKFLOWS["apply"].jobs if job.id == "apply"]
    assert apply.concurrency == ("apply-${{ matrix.stack }}", "false")
    assert WORKFLOWS["destroy"].concurrency[0] == "apply-${{ inputs.stack }}"
    assert WORKFLOWS["rollout"].concurrency[0].startswith("rollout-${{ inputs.stack")


@each_job
def test_a_matrix_goes_on_when_one_of_it_fails(name: str, job: Job) -> None:
    """One stack that stops keeps no other one back."""
    strategy = job.content.get("strategy")
    if strategy is not None and name not in ("rollout", "destroy"):
        assert strategy["fail-fast"] is False


@each_job
def test_every_job_ends(name: str, job: Job) -> None:
    """A time limit of its own; a rollout hands on within the hour."""
    limit = job.content["timeout-minutes"]
    assert limit <= (60 if name in ("rollout", "plan", "promote") else 350)


@each_job
def test_workflows_hold_no_logic(name: str, job: Job) -> None:
    """A step is an action, or one line that calls `amlops` or `make`, and reads event data from variables only."""
    for step in _steps(job):
        if "run" in step:
            assert re.fullmatch(r"(amlops|make) [^\n]+\n?", step["run"]), step["run"]
            assert "${{" not in step["run"]
        else:
            assert "uses" in step


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.yml")), ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """Forty digits, with the version beside them for who renews it."""
    for line in path.read_text().splitlines():
        found = re.match(r"\s*-?\s*uses:\s*(\S+)(.*)", line)
        if found and not found[1].startswith("./"):
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", found[1]), line
            assert re.fullmatch(r"\s+# v\d+\.\d+\.\d+", found[2]), line


@each_job
def test_a_checkout_leaves_no_token_behind(name: str, job: Job) -> None:
    """The clone keeps none: `amlops` hands git the one that is meant."""
    for step in _steps(job):
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize(
    ("workflow", "path", "wanted"),
    [
        ("apply", "deployments/wine/stages/dev.yaml", True),
        ("apply", "deployments/wine/releases/abc.yaml", True),
        ("apply", "environments/dev.yaml", True),
        ("apply", "infra/components/vault.py", True),
        ("apply", "deployments/wine/deployment.yml", False),
        ("apply", "deployments/wine/training/train.py", False),
        ("apply", "docs/quickstart.md", False),
        ("promote", "deployments/wine/stages/dev.yaml", True),
        ("promote", "deployments/wine/deployment.yml", False),
        ("release", "deployments/wine/training/train.py", True),
        ("release", "deployments/wine/stages/dev.yaml", False),
        ("release", "deployments/wine/releases/abc.yaml", False),
        ("release", "infra/components/vault.py", False),
    ],
)
def test_a_push_starts_what_it_concerns(workflow: str, path: str, wanted: bool) -> None:
    """A manifest on main changes no environment before a release carries it; a release starts no release."""
    found = WORKFLOWS[workflow].triggers["push"]
    assert isinstance(found, dict)
    assert filters.starts("push", found, ref="refs/heads/main", paths=[path]) is wanted
    assert not filters.starts("push", found, ref="refs/heads/topic", paths=[path])


@pytest.mark.parametrize("path", ["deployments/wine/deployment.yml", "environments/dev.yaml", "src/amlops/git.py"])
def test_a_pull_request_is_planned(path: str) -> None:
    """Whatever may change an environment, or how that is done."""
    found = WORKFLOWS["plan"].triggers["pull_request"]
    assert isinstance(found, dict)
    assert filters.starts("pull_request", found, base="main", action="opened", paths=[path])


STAGE, CONTENT, PRODUCT = "deployments/wine/stages/prod.yaml", "deployments/wine/about.yaml", "src/amlops/git.py"
NO_TEST, NO_LOOP = "nothing but stages changes: no test looks at those", "nothing of the loop changes"


@pytest.mark.parametrize(
    ("changed", "tests", "loop"),
    [
        ([STAGE], NO_TEST, NO_LOOP),
        ([STAGE, CONTENT], "make test-content", NO_LOOP),
        (["deployments/wine/scoring/stages/prod.yaml"], "make test-content", NO_LOOP),
        (["environments/dev.yaml", "tests/unit/infra/golden/dev.json", "CODEOWNERS"], "make test-content", NO_LOOP),
        (["environments/schemas/about.json"], "make test", "make test-gitops"),
        ([CONTENT, PRODUCT], "make test", "make test-gitops"),
        ([PRODUCT], "make test", "make test-gitops"),
    ],
)
def test_a_change_is_tested_by_what_it_may_break(changed: list[str], tests: str, loop: str, tmp_path: Path) -> None:
    """A way back waits for no tests; a company's own files are held to what holds for any company's."""

    def commit(*paths: str) -> None:
        for path in paths:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text("x")
        for words in (["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "commit", "-qm", "x"]):
            subprocess.run(["git", *words], cwd=tmp_path, check=True)

    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    commit("README.md")
    commit(*changed)
    for target, wanted in (("test-change", tests), ("test-gitops-change", loop)):
        words = ["make", "-s", "-f", REPOSITORY / "Makefile", "MAKE=echo make", target]
        said = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()
        assert said == wanted


@each_job
def test_who_changes_azure_by_pulumi_has_its_own_release(name: str, job: Job) -> None:
    """In the version that the locks name: the language host and the azure-native plugin come by it alone."""
    given = [step.get("with", {}).get("azure") for step in _steps(job) if step.get("uses") == "./.github/actions/setup"]
    acts = name != "release" and "id-token" in WORKFLOWS[name].permissions(job)
    assert given == [True if acts else None] * len(given)
    wanted = re.search(r"pulumi/pkg/v3 v([\d.]+)", (REPOSITORY / "tools/go.mod").read_text())
    action = (FOLDER / "actions/setup/action.yml").read_text()
    assert wanted and f"pulumi-version: {wanted[1]}\n" in action


def test_every_app_token_is_as_narrow_as_its_job() -> None:
    """Who has the App's key says what the token may, and is `amlops`, which keeps the key from what it starts."""
    having = 0
    for name, job in JOBS:
        for step in _steps(job):
            if "AMLOPS_APP_PRIVATE_KEY" in repr(step):
                having += 1
                assert step["run"].startswith("amlops "), f"{name}.{job.id}"
                assert permissions_of(step["env"]["AMLOPS_APP_PERMISSIONS"]), f"{name}.{job.id}"
                assert step["env"]["AMLOPS_APP_CLIENT_ID"] == "${{ vars.AMLOPS_APP_CLIENT_ID }}"
    assert having
