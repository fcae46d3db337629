"""What users notice, from stages and changes."""

from __future__ import annotations

from amlops.releases import Stage
from amlops.report import Serving, seen_by_users

from .plans import step

OLD, NEW = "0123456789ab", "ba9876543210"


def said(before: Stage, after: Stage) -> str:
    return " / ".join(seen_by_users((), Serving(before, after, (10, 50, 100), 10)))


def test_a_candidate_is_tried_step_by_step() -> None:
    """Users learn the shares and that requests go back by themselves."""
    text = said(Stage(OLD), Stage(OLD, NEW))
    assert f"release {NEW} is tried beside {OLD}: mirrored at 10 %, then 10 % → 50 % → 100 %" in text
    assert "go back by themselves" in text


def test_the_ways_of_a_stage() -> None:
    """First release, promotion of the candidate, rollback, retirement, rejection, the end: each has its sentence."""
    assert said(Stage(), Stage(OLD)) == f"a new endpoint answers, with release {OLD}"
    assert "is the one that counts" in said(Stage(OLD, NEW), Stage(NEW, previous=OLD))
    assert said(Stage(NEW, previous=OLD), Stage(OLD, previous=NEW)) == f"all requests go back to release {OLD}"
    assert said(Stage(NEW, previous=OLD), Stage(NEW)).startswith(f"release {OLD} is taken away")
    assert "which was rejected" in said(Stage(OLD, NEW), Stage(OLD, rejected=(NEW,)))
    assert said(Stage(OLD), Stage()).startswith("the endpoint stops answering")
    assert said(Stage(OLD), Stage(OLD)) == "nobody notices"


def test_what_is_lost_comes_first() -> None:
    """Deleting or replacing what holds data is said in plain words."""
    changes = (step("Workspace", "workspace", "replace", "location"), step("OnlineEndpoint", "endpoint", "delete"))
    found = seen_by_users(changes)
    assert found[0].startswith("the workspace is made anew (workspace)")
    assert "callers get no answer" in found[1]


def test_a_private_endpoint_that_goes_shuts_people_out() -> None:
    """For good, or until its replacement is there; a new one or another tag is noticed by nobody."""
    gone = seen_by_users((step("PrivateEndpoint", "b", "delete"), step("PrivateEndpoint", "a", "replace", "subnet.id")))
    assert gone == (
        "who comes by a private endpoint is shut out for good: b",
        "who comes by a private endpoint is shut out until the new one is there: a",
    )
    for operation, path in (("create", ""), ("update", 'tags["owner"]')):
        assert seen_by_users((step("PrivateEndpoint", "a", operation, path),)) == ("nobody notices",)


def test_an_endpoint_that_authenticates_differently_is_noticed() -> None:
    """A change of authMode concerns every caller; one of a tag nobody."""
    assert seen_by_users((step("OnlineEndpoint", "endpoint", "update", "properties.authMode"),)) == (
        "callers have to authenticate differently",
    )
    assert seen_by_users((step("OnlineEndpoint", "endpoint", "update", 'tags["owner"]'),)) == ("nobody notices",)


def test_a_deployment_that_changes_in_place_rolls() -> None:
    """An update of its properties rolls; a replacement serves nothing meanwhile."""
    assert "20 % of its nodes" in seen_by_users((step("OnlineDeployment", "r-1", "update", "properties.model"),))[0]
    assert "made anew" in seen_by_users((step("OnlineDeployment", "r-1", "replace", "properties.model"),))[0]
