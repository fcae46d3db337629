"""Plans of changes, each rehearsed on a local Azure of its own: what is told, what is counted, what never leaks."""

from __future__ import annotations

import io
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from amlops.config import Repository
from amlops.git import Author, Git
from amlops.local_azure import LocalAzure, Running
from amlops.progress import Plain
from amlops.releases import Release, Stage, load_release, write_release, write_stage
from amlops.releases.identity import release_id
from amlops.report import Plan, lines
from amlops.rollout import Place, keys, primary_key
from amlops.workflows.plan.plan import Planning
from amlops.workflows.plan.publish_plan import write_plan
from amlops.workflows.rehearsal import serving
from amlops.workflows.rehearsal.faults import parse_fault
from tests.gitops.azure_world import linked_clone, write
from tests.support.canary import forms, leaks, leaks_below
from tests.support.clone import Clone, processes_of
from tests.support.unpublished import unpublished, with_variables

pytestmark = pytest.mark.e2e

DEPLOYMENT, STACK = "diabetes-progression", "dev.diabetes-progression"
KEY, VALUE = "cnr-endpoint-key-5b1f0a9d", "cnr-value-77e0c1"


@dataclass(frozen=True)
class Team:
    """A clone in which `dev` runs one release, and plans of what is committed on top of it."""

    clone: Clone
    git: Git
    base: str
    first: Release

    @property
    def repo(self) -> Repository:
        return Repository(self.clone.path)

    def commit(self, message: str) -> str:
        self.clone.run(f"git add -A && git -c user.name=t -c user.email=t@e.invalid commit -qm '{message}'")
        return self.git.head()

    def back(self) -> None:
        self.clone.run(f"git reset -q --hard {self.base} && git clean -fdq deployments environments")

    def another(self, code_from: str | None = None, **variables: str) -> Release:
        return with_variables(self.first, variables, code_from)

    def candidate(self, release: Release) -> None:
        write_release(self.repo, "dev", release)
        write_stage(self.repo, DEPLOYMENT, "dev", Stage(self.first.id, release.id))
        self.commit("feat: try another release in dev")

    def plan(self, stream: io.StringIO | None = None, faults: tuple[str, ...] = ()) -> Plan:
        told = Plain(stream) if stream is not None else Plain()
        planning = Planning(self.git, self.repo, told, date(2026, 11, 24), [parse_fault(text) for text in faults])
        return planning.plan(self.base, self.git.head())


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    clone = linked_clone(tmp_path_factory.mktemp("plan") / "clone")
    git, repo = Git(clone.path, author=Author("t", "t@example.invalid")), Repository(clone.path)
    first = unpublished(repo, DEPLOYMENT, git.head())
    write_release(repo, "dev", first)
    write_stage(repo, DEPLOYMENT, "dev", Stage(first.id))
    found = Team(clone, git, "", load_release(repo, DEPLOYMENT, "dev", first.id))
    yield replace(found, base=found.commit("feat: a release runs in dev"))


def test_a_candidate_is_planned_rehearsed_and_leaks_nothing(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second release in the stage: one ARM deployment more, rolled out under 20 requests a second without a failure,
    though Azure answers 503 on the way; no secret of the cloud is in any output or state, and no value in any output.

    The endpoint's key is a canary. What would leak it in any form is noticed: the last lines plant just that.
    """
    secrets = _watched(monkeypatch, tmp_path / "kept")
    release, told = team.another(ROUND=VALUE), io.StringIO()
    try:
        team.candidate(release)
        plan = team.plan(told, ("status:503:deployments:2",))
    finally:
        team.back()
    (stack,) = plan.stacks
    assert (stack.stack, stack.failure) == (STACK, "")
    assert [(step.operation, step.name) for step in stack.steps] == [
        ("create", f"OnlineDeployment {release.deployment_name}")
    ]
    assert f"release {release.id} is tried beside {team.first.id}" in stack.users[0]
    assert stack.cost is not None and stack.cost.least > 100
    rehearsed = stack.rehearsed
    assert rehearsed is not None and rehearsed.outcome == "passed", rehearsed
    assert rehearsed.total.failed == 0
    assert rehearsed.total.by[team.first.deployment_name][0] > 50
    assert rehearsed.total.by[release.deployment_name][0] >= 10
    assert rehearsed.faults == ("status:503:deployments:2",)
    assert any(f"model {DEPLOYMENT}" in note and "content differs" in note for note in rehearsed.stand_ins)

    write_plan(plan, tmp_path / "out")
    (tmp_path / "out" / "told.log").write_text(told.getvalue())
    (tmp_path / "out" / "terminal.txt").write_text("\n".join(lines(plan)))
    assert len(secrets) >= 3 and KEY in secrets
    _assert_clean([*secrets, VALUE], tmp_path / "out")
    _assert_clean(secrets, tmp_path / "kept")
    assert leaks_below([VALUE], tmp_path / "kept"), "the state holds plain properties, so the search looks into it"

    for form, leaked in forms(KEY).items():
        (tmp_path / "out" / "planted").write_bytes(b"before " + leaked)
        with pytest.raises(AssertionError, match="planted"):
            _assert_clean(secrets, tmp_path / "out")
        if form != "gzip":  # bytes that no text holds
            planted = replace(stack, rehearsed=replace(rehearsed, sentence=f"key {leaked.decode()}"))
            write_plan(replace(plan, stacks=(planted,)), tmp_path / "leaking")
            assert leaks(secrets, (tmp_path / "leaking" / "comment.md").read_bytes())
            assert leaks(secrets, (tmp_path / "leaking" / "plan.json").read_bytes())


def test_a_candidate_that_fails_is_told(team: Team) -> None:
    """Its code raises at each request: the traffic goes back at the first step, the plan is stopped and says why."""
    try:
        script = team.clone.path / f"deployments/{DEPLOYMENT}/scoring/score.py"
        raising = 'def run(body: str) -> Any:\n    raise ValueError("no")\n\n\ndef _old('
        script.write_text(script.read_text().replace("def run(", raising))
        broken = team.commit("feat: broken")
        team.clone.run(f"git reset -q --hard {team.base}")
        team.candidate(team.another(broken, ROUND="broken"))
        plan = team.plan()
    finally:
        team.back()
    (stack,) = plan.stacks
    assert stack.rehearsed is not None and stack.rehearsed.outcome == "failed", stack
    assert "a rollout would go back" in stack.rehearsed.sentence
    assert "424" in " ".join(stack.rehearsed.total.said)
    assert plan.stopped


def test_code_without_a_release_is_rehearsed_as_one(team: Team) -> None:
    """Nothing that is applied changes; the change is trained, released and rolled out in `local`, beside the base's."""
    try:
        script = team.clone.path / f"deployments/{DEPLOYMENT}/scoring/score.py"
        script.write_text(script.read_text().replace("float(value), 4", "float(value), 3"))
        team.commit("feat: three digits")
        plan = team.plan()
    finally:
        team.back()
    (stack,) = plan.stacks
    assert (stack.stack, stack.failure) == (f"local.{DEPLOYMENT}", "")
    assert stack.users == ("no environment changes before a release carries it there",)
    assert stack.rehearsed is not None and stack.rehearsed.outcome == "passed", stack.rehearsed
    answered = {name: well for name, (well, _) in stack.rehearsed.total.by.items()}
    assert len(answered) == 2 and min(answered.values()) >= 10
    steps = [phase.name for phase in stack.rehearsed.phases]
    assert [name.split(" gets ")[-1] for name in steps if " gets " in name] == [
        "a mirror of 10 %",
        "10 %",
        "50 %",
        "100 %",
    ]


def test_instances_over_the_quota_are_told(team: Team, tmp_path: Path) -> None:
    """A pull request whose release takes more cores than the region's quota has: the command ends with 4, and the
    comment says how many are needed, how many are free and what to do, before anybody merges it."""
    try:
        write(team.clone, "environments/dev.yaml", {"platform.limits.instances_per_deployment": 50})
        base = team.commit("feat: room for large deployments")
        many, body = team.another(ROUND="many"), team.first.deployment_body
        properties = {**many.deployment_body["properties"], "instanceType": "Standard_DS4_v2"}
        many = replace(many, deployment_body={**body, "properties": properties, "sku": {**body["sku"], "capacity": 40}})
        many = replace(many, id=release_id(DEPLOYMENT, many.endpoint, many.deployment_body, many.assets))
        team.candidate(many)
        told = team.clone.run(f".venv/bin/amlops plan --base {base} --out {tmp_path / 'out'}", code=4)
    finally:
        team.back()
    (stack,) = json.loads((tmp_path / "out" / "plan.json").read_text())["stacks"]
    (failed,) = [check for check in stack["preflight"] if check["outcome"] == "failed"]
    assert failed["check"] == "quota", told
    needed = "384 cores of standardDSv2Family are needed in westeurope, with a fifth in reserve for upgrades"
    assert f"{needed}, and 292 of 300 are free; ask for more quota" in failed["message"]
    comment = (tmp_path / "out" / "comment.md").read_text()
    assert f"preflight <code>quota</code>: {STACK}: 384 cores" in comment
    assert stack["rehearsal"]["outcome"] == "failed" and "OutOfQuota" in stack["rehearsal"]["sentence"]


def test_nothing_to_plan(team: Team) -> None:
    """A change of a document touches no stack: no local Azure is started."""
    try:
        (team.clone.path / "README.md").write_text("other\n")
        team.commit("docs: other")
        started = time.monotonic()
        plan = team.plan()
    finally:
        team.back()
    assert plan.stacks == () and not plan.stopped
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_plan_that_is_ended_leaves_nothing(team: Team, tmp_path: Path, how: signal.Signals) -> None:
    """Interrupted or killed while its local Azure runs: neither a process nor a file of it is left."""
    try:
        team.candidate(team.another(ROUND="ended"))
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(
                [".venv/bin/amlops", "plan", "--base", team.base],
                cwd=team.clone.path,
                env={**team.clone.environment(), "TMPDIR": str(tmp_path)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            _until(lambda: "standing in dev" in (tmp_path / "log").read_text(), 60)
            assert processes_of(tmp_path)
            process.send_signal(how)
            code = process.wait(60)
    finally:
        team.back()
    assert code == (-9 if how == signal.SIGKILL else 130)
    _until(lambda: not processes_of(tmp_path) and not list(tmp_path.glob("amlops-rehearsal-*")), 60)


def _watched(monkeypatch: pytest.MonkeyPatch, kept: Path) -> set[str]:
    """The secrets of each local Azure that is started, the endpoint's keys made canaries; its state is kept."""
    secrets: set[str] = set()
    start, stop = LocalAzure.start, LocalAzure.stop

    def starting(self: LocalAzure, *words: Any, **options: Any) -> Running:
        running = start(self, *words, **options)
        told = json.loads((running.home / "cloud.json").read_text())
        secrets.update((running.client_secret, told["control_secret"]))
        return running

    def stopping(self: LocalAzure) -> None:
        for name in ("clone/.local/pulumi", "azure/emulator.log"):
            place = self.home.parent / name
            with suppress(FileNotFoundError):
                (shutil.copytree if place.is_dir() else shutil.copy)(place, _below(kept / name))
        stop(self)

    def planted(place: Place) -> str:
        body = {"keyType": "Primary", "keyValue": KEY}
        place.client.online_endpoints.begin_regenerate_keys(
            place.resource_group, place.workspace, place.endpoint, body, polling_interval=0.1
        ).result()
        secrets.add(KEY)
        found = primary_key(place)
        assert found == KEY
        return found

    monkeypatch.setattr(LocalAzure, "start", starting)
    monkeypatch.setattr(LocalAzure, "stop", stopping)
    monkeypatch.setattr(keys, "primary_key", planted)
    assert serving.bearer is keys.bearer
    return secrets


def _below(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _assert_clean(secrets: Any, folder: Path) -> None:
    found = leaks_below(secrets, folder)
    assert not found, f"secrets leaked into {sorted(found)}"


def _until(holds: Any, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.1)
