"""What a plan means, and in what two of them differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pulumi.automation import EngineEvent

from amlops.errors import AmlopsError
from amlops.stacks import Result, StackName
from amlops.stacks.events import Change, Heard
from amlops.stacks.meaning import Meaning, Step, covers, differences, meaning_of, missing, unexplained

STACK = StackName("dev", "dev", "platform")
TYPE = "azure-native:storage:StorageAccount"
URN = f"urn:pulumi:dev::azureml::{TYPE}::storage"


def _result(*changes: Change) -> Result:
    return Result(STACK, {}, changes)


def _change(operation: str, *keys: str, replaces: tuple[str, ...] = ()) -> Change:
    return Change(URN, TYPE, operation, keys, inputs={"accountName": "hush"}, replaces=replaces)


def _meaning(operation: str, *paths: str, reasons: tuple[str, ...] = ()) -> Meaning:
    return Meaning("dev", (Step(URN, TYPE, operation, paths, reasons),))


def _event(op: str, **about: Any) -> EngineEvent:
    metadata: Mapping[str, Any] = {"op": op, "urn": URN, "type": TYPE, "provider": "", **about}
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, "resourcePreEvent": {"metadata": metadata}})


def test_replacement_in_three_steps_is_one() -> None:
    """The engine tells a replacement as three steps; a reader is told of one, with its reason."""
    found = meaning_of(
        _result(
            _change("create-replacement", "location", replaces=("location",)),
            _change("replace", "location", replaces=("location",)),
            _change("delete-replaced", "location"),
        )
    )
    assert found == _meaning("replace", "location", reasons=("location",))


def test_no_value_is_in_a_meaning() -> None:
    """Neither inputs nor secrets: what is compared and shown are names of properties only."""
    found = meaning_of(_result(_change("update", 'tags["owner"]')))
    assert "hush" not in json.dumps(found.as_dict())
    assert Meaning.parse(json.loads(json.dumps(found.as_dict()))) == found


def test_reasons_of_a_replacement_come_from_the_engine() -> None:
    """The provider's detailed paths count; the engine's own keys are told where it has no more."""
    heard = Heard(lambda _: None, lambda _: None)
    state = {"type": TYPE, "urn": URN, "inputs": {"location": "westeurope"}}
    detailed = {"location": {"diffKind": "update-replace"}, "tags.a": {"diffKind": "update"}}
    heard(_event("replace", keys=["location"], detailedDiff=detailed, new=state))
    heard(_event("replace", keys=["isHnsEnabled"], new=state))
    assert [change.replaces for change in heard.changes] == [("location",), ("isHnsEnabled",)]


def test_every_declared_resource_is_heard_of() -> None:
    """Policy judges what stays the same, too; what is only read or deleted is not declared."""
    heard = Heard(lambda _: None, lambda _: None)
    state = {"type": TYPE, "urn": URN, "inputs": {"kind": "StorageV2"}}
    heard(_event("same", new=state, old=state))
    assert heard.changes == []
    assert [change.inputs for change in heard.declared.values()] == [{"kind": "StorageV2"}]
    other = Heard(lambda _: None, lambda _: None)
    other(_event("delete", old=state))
    assert other.declared == {}


@pytest.mark.parametrize(
    ("expected", "live"),
    [
        (_meaning("update", "tags"), _meaning("update", 'tags["owner"]')),
        (_meaning("update", "tags", "sku"), _meaning("update", "sku")),
        (_meaning("create"), _meaning("update", "properties.encryption")),
        (_meaning("create"), _meaning("create")),
        (_meaning("replace", reasons=("location",)), _meaning("replace", reasons=("location",))),
        (_meaning("replace", reasons=("location",)), _meaning("create")),
        (_meaning("replace", reasons=("location",)), _meaning("delete")),
        (_meaning("delete"), _meaning("delete")),
    ],
)
def test_what_git_explains_passes(expected: Meaning, live: Meaning) -> None:
    """Less than expected is fine, and so is the rest of what an interrupted apply began."""
    assert unexplained(expected, live) == ()


@pytest.mark.parametrize(
    ("expected", "live", "said"),
    [
        (Meaning("dev"), _meaning("update", "sku"), "update StorageAccount storage (sku): git changes nothing of it"),
        (_meaning("update", "tags"), _meaning("update", "tags", "sku"), "git does not explain sku"),
        (_meaning("update", "sku"), _meaning("update", "skus"), "git does not explain skus"),
        (_meaning("update", "location"), _meaning("replace", reasons=("location",)), "git explains only update"),
        (_meaning("update", "tags"), _meaning("delete"), "git explains only update StorageAccount storage (tags)"),
        (_meaning("create"), _meaning("delete"), "git explains only create"),
        (
            _meaning("replace", reasons=("location",)),
            _meaning("replace", reasons=("isHnsEnabled", "location")),
            "git does not explain why, isHnsEnabled",
        ),
    ],
)
def test_what_git_does_not_explain_is_told(expected: Meaning, live: Meaning, said: str) -> None:
    """One sentence for each resource, which names it and what is strange."""
    (text,) = unexplained(expected, live)
    assert said in text


def test_what_is_done_already_is_a_difference_but_explained() -> None:
    """An interrupted run, or somebody by hand, was quicker."""
    expected = _meaning("update", "sku")
    assert unexplained(expected, Meaning("dev")) == ()
    assert missing(expected, Meaning("dev")) == ("update StorageAccount storage (sku): is so already",)
    assert differences(expected, Meaning("dev")) == missing(expected, Meaning("dev"))
    assert differences(expected, expected) == ()


@pytest.mark.parametrize(
    ("path", "covered"),
    [("tags", True), ('tags["a.b"]', True), ("tags.owner", True), ("tagsx", False), ("sku", False)],
)
def test_path_covers_what_lies_below_it(path: str, covered: bool) -> None:
    """By parts of the path, not by letters."""
    assert covers(("tags",), path) is covered


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"stack": "dev"},
        {"stack": "dev", "steps": [{"urn": URN}]},
        {"stack": "dev", "steps": [{**_meaning("create").steps[0].as_dict(), "operation": "explode"}]},
        {"stack": "dev", "steps": [{**_meaning("create").steps[0].as_dict(), "urn": "storage"}]},
    ],
)
def test_text_that_is_no_meaning_is_refused(data: Any) -> None:
    """The message says how to make one."""
    with pytest.raises(AmlopsError, match="amlops plan --expected STACK") as caught:
        Meaning.parse(data)
    assert caught.value.exit_code == 2
