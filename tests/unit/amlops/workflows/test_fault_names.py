"""Faults by name: what each means to the local Azure, and what is none."""

from __future__ import annotations

import pytest

from amlops.errors import AmlopsError
from amlops.workflows.rehearsal.faults import parse_fault
from localazure.emulator.faults import Fault as Rule


def test_a_status_meets_writes_to_the_word_so_many_times() -> None:
    """One rule a method, each with all the times; the path's whole word is meant."""
    rules = parse_fault("status:503:deployments:3").rules()
    assert {rule["method"] for rule in rules} == {"PUT", "PATCH", "POST", "DELETE"}
    assert {(rule["kind"], rule["status"], rule["times"]) for rule in rules} == {("status", 503, 3)}
    put = next(Rule(**rule) for rule in rules if rule["method"] == "PUT")
    assert put.matches("PUT", "/subscriptions/s/onlineEndpoints/e/deployments/r-1")
    assert not put.matches("PUT", "/subscriptions/s/onlineEndpoints/deployments-of-mine")
    assert not put.matches("GET", "/subscriptions/s/onlineEndpoints/e/deployments/r-1")


@pytest.mark.parametrize(
    ("text", "kind", "times"),
    [
        ("drop:onlineEndpoints", "drop", 1),
        ("slow:2.5:workspaces:4", "slow", 4),
        ("fail-operation:computes", "fail-operation", 1),
        ("never-ends:GET deployments:2", "never-ends", 2),
    ],
)
def test_each_kind_has_a_form(text: str, kind: str, times: int) -> None:
    """The local Azure takes what each form gives; a method before the word narrows it."""
    fault = parse_fault(text)
    for rule in fault.rules():
        assert Rule(**rule).kind == kind
        assert rule["times"] == times
    assert fault.methods == (("GET",) if "GET" in text else ("PUT", "PATCH", "POST", "DELETE"))


@pytest.mark.parametrize(
    "text",
    ["", "explode:x", "status:deployments", "status:200:x", "status:abc:x", "slow:fast:x", "slow:9999:x", "drop:",
     "drop:a/b", "drop:.*[:1", "drop:x:0", "drop:x:many", "drop:x:1:2", "drop:HEAD x"],
)  # fmt: skip
def test_what_is_no_fault_is_refused_with_the_forms(text: str) -> None:
    """Bad input, said with what is allowed."""
    with pytest.raises(AmlopsError, match="available forms are status:CODE:WHERE") as raised:
        parse_fault(text)
    assert raised.value.exit_code == 2
