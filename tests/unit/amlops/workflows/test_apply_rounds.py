"""What an apply does where the engine stops: looks again, waits, or says what a person has to do."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from amlops.config import Repository, load_environment
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.progress import Plain
from amlops.stacks import Result, StackFailed, StackName
from amlops.stacks.events import Change, Failure
from amlops.workflows.apply.apply import ROUNDS, Apply
from amlops.workflows.session import Session

ROOT = Path(__file__).parents[4]
LOCAL = load_environment(Repository(ROOT), "local")
STACK = StackName("local.shared", "local", "registry")
CREATE = Change(
    "urn:pulumi:local.shared::azureml::pulumi:pulumi:Stack::azureml-local.shared", "pulumi:pulumi:Stack", "create"
)
OTHER = "urn:pulumi:local.shared::azureml::azure-native:machinelearningservices:Registry::registry"


class Engine:
    """Answers each `up` with the next of what it was told: words that it stops with, or "" for success. Each look at
    the cloud reads the next of `states` of a resource that git leaves alone; `stale`: the state has it otherwise."""

    def __init__(self, said: Sequence[str], states: Sequence[str] = ()) -> None:
        self.states = list(states)
        self.said, self.variables, self.progress = list(said), dict[str, str](), Plain(io.StringIO())
        self.previews, self.refreshes, self.plans, self.stale = 0, 0, list[Path](), False

    def export(self, stack: StackName) -> dict[str, Any]:
        return {"resources": [{}]} if self.states else {}

    def refresh(self, stack: StackName) -> Result:
        self.refreshes += 1
        return Result(stack, {}, (), states={CREATE.urn: "Succeeded"})

    def preview_refresh(self, stack: StackName, *, save_plan: Path) -> Result:
        self.previews += 1
        states = {CREATE.urn: "Succeeded", OTHER: self.states.pop(0)}
        return Result(stack, {"create": 1}, (CREATE,), states=states, stale=self.stale)

    def preview(self, stack: StackName, *, save_plan: Path | None = None) -> Result:
        self.previews += 1
        return Result(stack, {"create": 1}, (CREATE,))

    def up(self, stack: StackName, *, plan: Path) -> Result:
        self.plans.append(plan)
        said = self.said.pop(0)
        if said:
            raise StackFailed(stack, "brought up", [Failure("urn:a::b::T$x:y:Endpoint::endpoint", said)], "")
        return Result(stack, {"create": 1}, (CREATE,))


class Azure:
    """A cloud without anything in it."""

    is_local, subscription = True, "s"

    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)

    def resource(self, id: str, api_version: str) -> None:
        return None


def _apply(folder: Path, *said: str, wait: float = 60.0, states: Sequence[str] = ()) -> tuple[Apply, Engine]:
    progress = Plain(io.StringIO())
    session = Session(Repository(folder), LOCAL, progress, None, {"AMLOPS_POLL_SECONDS": "0.01"})
    engine = Engine(said, states)
    session.__dict__.update(engine=engine, azure=Azure())
    return Apply(session, STACK, Git(folder), None, None, wait), engine


@pytest.mark.parametrize(
    "said",
    [
        "violates plan: properties changed",
        "status 403: AuthorizationFailed: no permission",
        'Status=409 Code="AnotherOperationInProgress" Message="it is being updated"',
    ],
)
def test_apply_looks_again(tmp_path: Path, said: str) -> None:
    """A plan that doesn't hold any more, a role that is late, an operation that an earlier run began: another preview,
    and exactly that one is applied."""
    apply, engine = _apply(tmp_path, said, "")
    assert apply.run().result is not None
    assert engine.previews == len(set(engine.plans)) == 2
    assert not any(plan.exists() for plan in engine.plans)


def test_cloud_that_never_holds_still_is_named_without_values(tmp_path: Path) -> None:
    """What the engine says behind `violates plan` may be a secret."""
    apply, engine = _apply(tmp_path, *["violates plan: properties changed: ~~key[hush!=psst]"] * ROUNDS)
    with pytest.raises(AmlopsError) as caught:
        apply.run()
    assert str(caught.value) == (
        "local.shared changed after each of 3 previews (Endpoint endpoint); see who changes it, then run it again"
    )
    assert engine.previews == ROUNDS


def test_role_that_stays_missing_is_told(tmp_path: Path) -> None:
    """After --wait seconds, in Azure's own words."""
    apply, engine = _apply(tmp_path, "AuthorizationFailed: no permission", wait=0)
    with pytest.raises(AmlopsError, match="AuthorizationFailed: no permission"):
        apply.run()
    assert engine.previews == 1


def test_deleted_workspace_that_holds_the_name_says_what_to_do(tmp_path: Path) -> None:
    """Azure tells of it only at the attempt."""
    apply, _ = _apply(tmp_path, "BadRequest: Soft-deleted workspace exists.")
    with pytest.raises(AmlopsError, match="recover it in the portal, or purge it if it may be lost"):
        apply.run()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "the operation's timeout leaves 0 s, 1 needed",
            r"did not end it within 60 minutes \(AMLOPS_OPERATION_MINUTES\)",
        ),
        ("polling failed: context deadline exceeded", "and may still be at it; run it again"),
        ('Code="AnotherOperationInProgress"', "began earlier still goes on; run it again, .* deleted in Azure by hand"),
    ],
)
def test_operation_that_does_not_end_says_what_to_do(tmp_path: Path, said: str, told: str) -> None:
    """Given up after its time by this run, or still going on from an earlier one when --wait is over."""
    apply, engine = _apply(tmp_path, said, wait=0)
    with pytest.raises(AmlopsError, match=told):
        apply.run()
    assert engine.previews == 1


def test_what_an_earlier_run_began_is_waited_for(tmp_path: Path) -> None:
    """A refresh takes a resource for what it is not yet, so nothing is applied before Azure is done with it."""
    apply, engine = _apply(tmp_path, "", states=["Creating", "Updating", "Succeeded"])
    assert apply.run().result is not None
    assert (engine.previews, len(engine.plans)) == (3, 1)
    apply, engine = _apply(tmp_path, "", wait=0, states=["Creating"])
    with pytest.raises(
        AmlopsError, match="Registry registry is Creating: an operation that began earlier still goes on"
    ):
        apply.run()
    assert engine.plans == []


def test_the_state_is_as_the_cloud_is_before_something_is_applied(tmp_path: Path) -> None:
    """Where it was so already, the one preview is enough; where an apply stops it stays as it was, for drift to see."""
    for stale, previews, refreshes in ((False, 1, 0), (True, 2, 1)):
        apply, engine = _apply(tmp_path, "", states=["Succeeded"])
        engine.stale = stale
        assert apply.run().result is not None
        assert (engine.previews, engine.refreshes) == (previews, refreshes)
    apply, engine = _apply(tmp_path, "", states=["Failed"])
    engine.stale = True
    with pytest.raises(AmlopsError, match="ended as Failed"):
        apply.run()
    assert (engine.previews, engine.refreshes) == (1, 0)


def test_what_failed_and_stays_so_is_no_success(tmp_path: Path) -> None:
    """Git changes nothing of it, so nothing would mend it: the apply says so."""
    apply, engine = _apply(tmp_path, "", states=["Failed"])
    with pytest.raises(
        AmlopsError, match="Registry registry: its last operation ended as Failed, and git changes nothing"
    ):
        apply.run()
    assert engine.plans == []


@pytest.mark.parametrize("said", ["OutOfQuota: too many cores", "cannot create already existing resource '/x'"])
def test_what_nothing_mends_is_told_as_it_is(tmp_path: Path, said: str) -> None:
    """A refusal of Azure's; a resource that is there and is not this stack's."""
    apply, _ = _apply(tmp_path, said)
    with pytest.raises(StackFailed, match="Endpoint endpoint: "):
        apply.run()
