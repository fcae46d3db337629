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
from amlops.workflows.apply import ROUNDS, Apply
from amlops.workflows.session import Session

ROOT = Path(__file__).parents[4]
LOCAL = load_environment(Repository(ROOT), "local")
STACK = StackName("local.shared", "local", "registry")
CREATE = Change(
    "urn:pulumi:local.shared::azureml::pulumi:pulumi:Stack::azureml-local.shared", "pulumi:pulumi:Stack", "create"
)


class Engine:
    """Answers each `up` with the next of what it was told: words that it stops with, or "" for success."""

    def __init__(self, said: Sequence[str]) -> None:
        self.said, self.variables, self.progress = list(said), dict[str, str](), Plain(io.StringIO())
        self.previews, self.plans = 0, list[Path]()

    def export(self, stack: StackName) -> dict[str, Any]:
        return {}

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


def _apply(folder: Path, *said: str, wait: float = 60.0) -> tuple[Apply, Engine]:
    progress = Plain(io.StringIO())
    session = Session(Repository(folder), LOCAL, progress, None, {"AMLOPS_POLL_SECONDS": "0.01"})
    engine = Engine(said)
    session.__dict__.update(engine=engine, azure=Azure())
    return Apply(session, STACK, Git(folder), None, None, wait), engine


@pytest.mark.parametrize(
    "said", ["violates plan: properties changed", "status 403: AuthorizationFailed: no permission"]
)
def test_apply_looks_again(tmp_path: Path, said: str) -> None:
    """A plan that doesn't hold any more, a role that is late: another preview, and exactly that one is applied."""
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


@pytest.mark.parametrize("said", ["OutOfQuota: too many cores", "cannot create already existing resource '/x'"])
def test_what_nothing_mends_is_told_as_it_is(tmp_path: Path, said: str) -> None:
    """A refusal of Azure's; a resource that is there and is not this stack's."""
    apply, _ = _apply(tmp_path, said)
    with pytest.raises(StackFailed, match="Endpoint endpoint: "):
        apply.run()
