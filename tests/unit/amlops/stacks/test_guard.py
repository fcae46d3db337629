"""The guard's verdict on a live plan."""

from __future__ import annotations

from datetime import date

import pytest

from amlops.config.permissions import Permission
from amlops.stacks.guard import judge
from amlops.stacks.meaning import Meaning, Step

TODAY = date(2026, 11, 24)
STORAGE = "azure-native:storage:StorageAccount"
TAGGED = "azure-native:machinelearningservices:OnlineEndpoint"


def _step(operation: str, type_token: str = STORAGE, *paths: str) -> Step:
    return Step(f"urn:pulumi:dev::azureml::{type_token}::it", type_token, operation, paths)


def _meaning(*steps: Step) -> Meaning:
    return Meaning("dev", steps)


def _permission(**about: object) -> Permission:
    said = {
        "stack": "dev",
        "resource": "StorageAccount it",
        "operation": "delete",
        "reason": "the data was copied to the new account",
        "owner": "ml-platform",
        "expires": TODAY,
        **about,
    }
    return Permission.model_validate(said)


def test_plan_that_git_explains_passes() -> None:
    """Nothing stops it, and nothing needs to be said."""
    plan = _meaning(_step("update", TAGGED, "tags"))
    assert judge(plan, plan, {}, TODAY).passes


def test_change_by_hand_stops_the_stack() -> None:
    """The sentence names the resource and the way to look at it."""
    verdict = judge(_meaning(), _meaning(_step("update", TAGGED, "tags")), {}, TODAY)
    (said,) = verdict.stops
    assert said.startswith("update OnlineEndpoint it (tags): git changes nothing of it; ")
    assert "amlops drift" in said


@pytest.mark.parametrize("planned", [(), ("update",), ("replace",)])
def test_what_is_lacking_may_be_made_whatever_git_plans_for_it(planned: tuple[str, ...]) -> None:
    """A deployment that an apply deleted because it failed; the rest is judged as ever."""
    expected, made = _meaning(*(_step(operation, TAGGED, "tags") for operation in planned)), _step("create", TAGGED)
    assert judge(expected.and_made({made.urn: TAGGED}), _meaning(made), {}, TODAY).passes
    assert not judge(expected.and_made({made.urn: TAGGED}), _meaning(made, _step("create")), {}, TODAY).passes


def test_plan_of_another_stack_stops() -> None:
    """An artifact that was mixed up explains nothing."""
    verdict = judge(Meaning("prod"), _meaning(), {}, TODAY)
    assert verdict.stops == ("the expected plan is of the stack prod, and this one is of dev",)


@pytest.mark.parametrize("operation", ["delete", "replace"])
@pytest.mark.parametrize("expected", [True, False])
def test_loss_of_data_stops_though_git_explains_it(operation: str, expected: bool) -> None:
    """A merge is no leave to lose a storage account, with an expected plan or without."""
    plan = _meaning(_step(operation))
    verdict = judge(plan if expected else None, plan, {}, TODAY)
    (said,) = verdict.stops
    assert said.startswith(f"{operation} StorageAccount it: it holds data, and no permission is in force; ")


def test_permission_lets_it_pass_and_is_told() -> None:
    """Whoever reads the apply's evidence sees why and on whose word."""
    plan = _meaning(_step("delete"))
    verdict = judge(plan, plan, {"old-account": _permission()}, TODAY)
    assert verdict.passes
    assert verdict.notes == (
        "delete StorageAccount it: permitted by old-account, until 2026-11-24, ml-platform: "
        "the data was copied to the new account",
    )


@pytest.mark.parametrize(
    "about",
    [
        {"expires": date(2026, 11, 23)},
        {"operation": "replace"},
        {"resource": "StorageAccount other"},
        {"stack": "prod"},
    ],
)
def test_permission_for_something_else_does_not_count(about: dict[str, object]) -> None:
    """Neither one that has expired."""
    plan = _meaning(_step("delete"))
    verdict = judge(plan, plan, {"old-account": _permission(**about)}, TODAY)
    assert len(verdict.stops) == 1
    assert ('"old-account" expired on 2026-11-23' in verdict.stops[0]) is ("expires" in about)


def test_loss_of_what_a_release_brings_back_needs_no_permission() -> None:
    """A deployment holds no data."""
    plan = _meaning(_step("delete", "azure-native:machinelearningservices:OnlineDeployment"))
    assert judge(plan, plan, {}, TODAY).passes


def test_what_was_done_already_is_noted() -> None:
    """It stops nothing: an interrupted apply left less to do."""
    verdict = judge(_meaning(_step("update", TAGGED, "tags")), _meaning(), {}, TODAY)
    assert verdict.passes
    assert verdict.notes == ("update OnlineEndpoint it (tags): is so already",)
