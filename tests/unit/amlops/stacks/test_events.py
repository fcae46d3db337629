"""What is made of the engine's events."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.automation import DiagnosticEvent, EngineEvent

from amlops.stacks.events import Heard, short

URN = "urn:pulumi:local::azureml::amlops:infra:Storage$azure-native:storage:StorageAccount::storage"


def _said(message: str, severity: str = "error", urn: str | None = None) -> EngineEvent:
    diagnostic = DiagnosticEvent(message=message, color="never", severity=severity, urn=urn)
    return EngineEvent(sequence=1, timestamp=1, diagnostic_event=diagnostic)


def _heard(*events: EngineEvent) -> tuple[Heard, list[str]]:
    lines: list[str] = []
    heard = Heard(lines.append, lambda _: None)
    for event in events:
        heard(event)
    return heard, lines


def test_plugins_from_path_are_no_news() -> None:
    """The local environment means to use them; other warnings are told."""
    ambient = "<{%fg 3%}>warning: <{%reset%}>using pulumi-resource-azure-native from $PATH at /x/plugins/p"
    _, lines = _heard(_said(ambient, "warning"), _said("warning: the disk is nearly full", "warning"))
    assert lines == ["warning: the disk is nearly full"]


def test_failure_says_which_resource_and_why() -> None:
    """Colours are taken off, and the engine's own summary is no second failure."""
    heard, _ = _heard(
        _said("<{%fg 1%}>error: <{%reset%}>status 409: the name is taken", urn=URN), _said("update failed", urn=URN)
    )
    assert [str(failure) for failure in heard.failures] == ["StorageAccount storage: status 409: the name is taken"]


def test_traceback_of_a_program_becomes_its_last_line() -> None:
    """Users see what happened, not the frames of Pulumi's SDK."""
    trace = (
        "error: Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "x.py", line 1, in <module>\n'
        "    main()\n"
        "ValueError: no such team"
    )
    heard, _ = _heard(_said(trace))
    assert [failure.message for failure in heard.failures] == ["ValueError: no such team"]


def test_resource_is_shown_by_type_and_name() -> None:
    """The rest of a URN says nothing to a reader."""
    assert short(URN) == "StorageAccount storage"


def _read(old: dict[str, Any], new: dict[str, Any] | None) -> EngineEvent:
    """The end of a refresh's step."""
    state = {"urn": URN, "type": "azure-native:storage:StorageAccount", "id": "i", "parent": "", "provider": "p"}
    states = [
        None if one is None else {**state, "inputs": {}, "outputs": {}, "custom": True, "delete": False, **one}
        for one in (old, new)
    ]
    step = {"op": "refresh", "urn": URN, "type": state["type"], "old": states[0], "new": states[1], "provider": "p"}
    ended = {"metadata": {**step, "keys": None, "logical": True, "diffs": None, "detailedDiff": None}}
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, "resOutputsEvent": ended})


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        ({}, {}, False),
        ({"outputs": {"etag": "1"}}, {"outputs": {"etag": "2"}}, False),
        ({"inputs": {"tags": "a"}}, {"inputs": {"tags": "b"}}, True),
        ({}, None, True),
        ({"initErrors": ["given up after an hour"]}, {}, True),
    ],
    ids=["same", "outputs alone", "changed", "gone", "not finished in the state"],
)
def test_a_state_is_stale_where_a_plan_for_the_cloud_does_not_fit_it(
    old: dict[str, Any], new: dict[str, Any] | None, stale: bool
) -> None:
    """The engine plans an update of what the state has as not finished; what only Azure keeps changes no plan."""
    heard, _ = _heard(_read(old, new))
    assert heard.stale is stale
