"""What one plan looks at where a change touches more than it could rehearse."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from amlops.config import Repository
from amlops.git import Git
from amlops.progress import Plain
from amlops.stacks import StackName
from amlops.stacks.meaning import Step
from amlops.stacks.touched import Reason, Touched
from amlops.workflows.plan.plan import Planning, _shown

PLATFORM = StackName("dev", "dev", "platform")
EVERYBODY = Reason("environments/dev.yaml", "says what the environment is", "environment")
OWN = Reason("deployments/m7/stages/dev.yaml", "says which releases run in dev")


ROOT = Path(__file__).resolve().parents[4]


def planning(most: int, root: Path = ROOT) -> Planning:
    return Planning(Git(root), Repository(root), Plain(), date(2026, 11, 24), most=most)


def stack(at: int) -> StackName:
    return StackName(f"dev.m{at}", "dev", "deployment", f"m{at}")


def test_of_a_thousand_that_feel_the_same_a_few_are_rehearsed() -> None:
    """The platform always, what has files of its own first, then the first of the others; the rest by number."""
    stacks = {PLATFORM: (EVERYBODY,), **{stack(at): (EVERYBODY,) for at in range(1000)}}
    stacks[stack(7)] = (EVERYBODY, OWN)
    made = planning(3)
    chosen = made._chosen(list(stacks), Touched(stacks, {}, {}, ()))
    assert [one.text for one in chosen] == ["dev", "dev.m0", "dev.m1", "dev.m7"]
    assert len(made.notes) == 1
    assert made.notes[0].startswith("997 stacks") and "and 992 more" in made.notes[0]


def test_what_has_files_of_its_own_is_never_left_out() -> None:
    """Ten releases in one pull request are ten rehearsals."""
    stacks = {stack(at): (OWN,) for at in range(10)}
    made = planning(3)
    assert len(made._chosen(list(stacks), Touched(stacks, {}, {}, ()))) == 10
    assert made.notes == []


def test_traffic_and_groupings_are_no_changes_for_readers() -> None:
    """The rehearsal's own traffic shows in a preview, as do components; what else changes at an endpoint stays."""
    urn = "urn:pulumi:dev.m::azureml::azure-native:machinelearningservices:OnlineEndpoint::endpoint"
    endpoint = "azure-native:machinelearningservices:OnlineEndpoint"
    steps = (
        Step(urn, endpoint, "update", ("properties.traffic.r-1", "tags.owner")),
        Step(f"{urn}2", endpoint, "update", ("properties.traffic.r-1", "properties.mirrorTraffic.r-2")),
        Step("urn:pulumi:dev.m::azureml::amlops:infra:Endpoint::e", "amlops:infra:Endpoint", "create"),
    )
    assert [(step.urn, step.paths) for step in _shown(steps)] == [(urn, ("tags.owner",))]


def test_a_stack_that_is_gone_from_git_is_told() -> None:
    """Nothing deletes what git forgot; the reader learns the command."""
    made = planning(3)
    made._note(Touched({}, {}, {"dev.old": (Reason("deployments/old/about.yaml", "gone"),)}, ()))
    assert "amlops destroy dev.old" in made.notes[0]


def test_a_stage_that_promotion_would_refuse_stops_the_plan(tmp_path: Path) -> None:
    """The preview only sees what runs: a next release without a file is told here, by whoever changes the stage."""
    stage = tmp_path / OWN.path
    stage.parent.mkdir(parents=True)
    stage.write_text("current: 0a1b2c3d4e5f\nnext: 60c746df0471\n")
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    made = planning(3, tmp_path)
    said = [(check.outcome, check.message) for check in made._promotable(stack(7), (OWN,))]
    assert [outcome for outcome, _ in said] == ["failed", "failed"]
    assert "60c746df0471.yaml:1: there is no release" in said[1][1]
    assert not [*made._promotable(stack(7), (EVERYBODY,))]
    assert not [*made._promotable(PLATFORM, (OWN,))]
