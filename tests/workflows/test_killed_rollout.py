"""A rollout that ends well, and one that goes back, killed after each of their writes: the next run goes on from there.

Their writes are enumerated, not chosen: those of one undisturbed run, to ARM and to git. People ask all the time.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from amlops.config.rollout import TAG_PREFIX
from amlops.evidence import BRANCH, Evidence, of_release
from amlops.releases import Stage, write_stage
from amlops.rollout.endpoint import read_endpoint
from amlops.rollout.record import RECORD, SETTLED, VERDICT, WHY, Record
from amlops.rollout.situation import arm_name
from amlops.rollout.step import Split
from amlops.rollout.traffic import move, tag_deployment
from amlops.stacks.lease import read_lease
from amlops.workflows.rollout.stages import StageInGit
from tests.gitops.azure_world import write
from tests.support.clocks import running_faster
from tests.support.memory import in_memory

from .changing import DEV, STACK, leave_dev_alone
from .company import DEPLOYMENT, FOLDER
from .standing import Standing, begin, standing
from .writes import Point, differences, is_write, kill_at, note_pushes, points_of

RATE, FASTER = 60.0, 120.0
"""People's requests a second, and how fast Azure's clock runs meanwhile: 30 requests in each of its minutes. One by
one: a deployment of one instance takes two at once, and the smoke test is the other."""
SETTINGS = {
    "steps": [10, 50, 100],
    "minimum_requests": 5,
    "bake": 1,
    "metrics_late": 2,
    "error_rate": 0.05,
    "latency": {"ratio": 3, "slack_ms": 5000},
}
ASKED = ('"age": 59', '"age": 60')
"""What people ask differs so from the smoke test's request."""
FAILS = f"""

_well = run


def run(body: str) -> object:
    if '{ASKED[1]}' in body:
        raise RuntimeError("this model is broken")
    return _well(body)
"""


@dataclass(frozen=True)
class Kind:
    """`source` is added to the scoring script of the candidate. `steps` are those of its rollout, "" is back."""

    verdict: str
    source: str
    mirror: int
    steps: tuple[str, ...]


HEALTHY = Kind("healthy", "\n\n# another release\n", 20, ("mirror20", "10", "50", "100"))
REJECTED = Kind("rejected", FAILS, 0, ("10", ""))


@dataclass(frozen=True)
class End:
    """What is compared at the end. Nothing of it says when something was, or how often it was tried."""

    stage: Stage
    traffic: Mapping[str, int]
    mirror: Mapping[str, int]
    steps: tuple[str, ...]
    tags: dict[str, str]
    evidence: dict[str, Any]
    commits: dict[str, int]
    writes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Offered:
    """A candidate beside a release that has the traffic. `beginning` has the clone and the remote as they are then."""

    kind: Kind
    beginning: Standing
    old: str
    new: str

    @property
    def names(self) -> tuple[str, str]:
        return arm_name(self.old), arm_name(self.new)

    def again(self, folder: Path) -> Standing:
        """At the beginning, with a clone and a remote of its own in `folder`."""
        for name in ("clone", "remote"):
            shutil.copytree(self.beginning.folder / name, folder / name, symlinks=True)
        found, (old, new) = Standing(folder, self.beginning.cloud, self.beginning.kept), self.names
        with found.place(DEV, DEPLOYMENT) as place:
            move(place, Split({old: 100}, {}), {RECORD: "", WHY: ""})
            state = read_endpoint(place)
            assert state is not None
            tags = next(one.tags for one in state.deployments if one.name == new)
            tag_deployment(place, new, {name: "" for name in tags if name.startswith(TAG_PREFIX)})
        return found


@pytest.fixture(scope="module", params=[HEALTHY, REJECTED], ids=lambda kind: kind.verdict)
def offered(
    running: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Offered]:
    with in_memory(tmp_path_factory.mktemp("offered")) as root:
        begin(running, root)
        with standing(root) as found:
            yield _offer(found, request.param)


def _offer(found: Standing, kind: Kind) -> Offered:
    """In dev, alone."""
    current = leave_dev_alone(found)
    found.cloud.control("PUT", "metrics", {"lateSeconds": 60, "logsLateSeconds": 60})
    settings = {**SETTINGS, "mirror": kind.mirror}
    write(found.clone, f"{FOLDER}/about.yaml", {f"rollout.environments.{DEV}": settings})
    script = found.clone.path / FOLDER / "scoring/score.py"
    script.write_text(script.read_text() + kind.source)
    made = found.clone.run(
        f".venv/bin/amlops release {DEPLOYMENT} --env {DEV} --json 2>/dev/null", extra=found.variables(None)
    )
    release = json.loads(made)["release"]
    write_stage(found.repo, DEPLOYMENT, DEV, Stage(current, candidate=release))
    found.push("feat: a candidate")
    found.apply(STACK, "--without-guard beginning")
    note_pushes(found.folder)
    return Offered(kind, found, current, release)


def _end(offered: Offered, found: Standing, trace: Sequence[dict[str, Any]]) -> End:
    with found.place(DEV, DEPLOYMENT) as place:
        state = read_endpoint(place)
    assert state is not None
    record, (_, new) = Record.parse(state.tags), offered.names
    tags = next(one.tags for one in state.deployments if one.name == new)
    written = Evidence(found.git).read(of_release(DEPLOYMENT, offered.new, f"rollout-{DEV}")) or {}
    return End(
        StageInGit(found.git, found.repo, DEPLOYMENT, DEV).read(),
        state.traffic,
        state.mirror_traffic,
        tuple("" if entry.step is None else entry.step.code for entry in record.entries) if record else (),
        {VERDICT: tags.get(VERDICT, ""), SETTLED: "set" if tags.get(SETTLED) else ""},
        {key: written.get(key) for key in ("release", "old", "verdict")}
        | {"steps": [step["step"] for step in written.get("steps", ())]},
        {branch: _commits(found, branch) for branch in ("main", BRANCH)},
        tuple((one["method"], one["path"]) for one in trace if is_write(one) and not one["host"]),
    )


def _commits(found: Standing, branch: str) -> int:
    found.git.fetch(f"refs/heads/{branch}")
    return len(found.git.ancestors(f"refs/remotes/origin/{branch}"))


def _rolled_out(offered: Offered, folder: Path, point: Point | None) -> tuple[End, tuple[Point, ...]]:
    """How a rollout from the beginning ends that was killed at a point, and the writes of one that was not."""
    found = offered.again(folder)
    mark = found.cloud.control("GET", "trace")["mark"]
    body = (found.clone.path / FOLDER / "sample-request.json").read_text().replace(*ASKED)
    client = found.users(found.deployed(DEPLOYMENT, DEV).id, body.encode(), RATE, at_once=1)
    with client.asking(), running_faster(FASTER, found.cloud.advance):
        if point is not None:
            kill_at(found, point, "rollout", STACK)
        said = found.roll_out(STACK)
        ended = client.now
        client.wait(60)
    late = [answer for answer in client.failed if answer.sent > ended]
    outside = [answer for answer in client.failed if answer.deployment != offered.names[1]]
    assert not (late or outside), f"{(late + outside)[:3]}\n{said}"
    assert offered.kind is REJECTED or not client.failed, f"{client.failed[:3]}\n{said}"
    assert read_lease(found.git, STACK) is None
    trace = found.cloud.control("GET", f"trace?since={mark}")
    assert trace["complete"] is True
    end = _end(offered, found, trace["requests"])
    return end, points_of(trace["requests"], folder) if point is None else ()


def test_killed_after_every_write(offered: Offered, tmp_path: Path) -> None:
    """Each time from the same beginning, as soon as the write was done. The next run ends as an undisturbed one does:
    the same writes to ARM in the same order and none twice, one commit of the stage, one of the evidence."""
    kind, (old, new) = offered.kind, offered.names
    end, points = _rolled_out(offered, tmp_path / "undisturbed", None)
    healthy = kind is HEALTHY
    expected = Stage(offered.new, previous=offered.old) if healthy else Stage(offered.old, rejected=(offered.new,))
    assert (end.stage, end.traffic, end.mirror) == (expected, {new if healthy else old: 100}, {})
    assert end.steps == kind.steps
    assert end.tags == {VERDICT: kind.verdict, SETTLED: "set"}
    assert end.evidence["verdict"] == kind.verdict
    arm = [point for point in points if point.method]
    assert len(arm) == len(kind.steps) + 3, "begun, moved, marked, closed"
    pushed = [point.name for point in points if not point.method]
    assert pushed[0] == pushed[-1] == f"refs/leases/{STACK}"
    assert {"refs/heads/main", f"refs/heads/{BRANCH}"} < set(pushed)
    assert pushed.index(f"refs/heads/{BRANCH}") < pushed.index("refs/heads/main"), "git says nothing without evidence"
    wrong = {}
    for number, point in enumerate(points):
        try:
            ours, _ = _rolled_out(offered, tmp_path / str(number), point)
            assert not (found := differences(asdict(ours), asdict(end))), found
        except AssertionError as error:
            wrong[str(point)] = str(error)
    assert wrong == {}
