"""An apply while Azure is not what it should be: it ends, says what to do, lets go of the stack, and goes on later."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from amlops.config.operations import OPERATION_MINUTES
from amlops.stacks.lease import read_lease
from tests.gitops.azure_world import write
from tests.support.memory import in_memory

from .agreement import assert_standing
from .changing import DEV, STACK, explained, require_whole
from .client import RATE
from .company import DEPLOYMENT, FOLDER
from .standing import Standing, standing


@pytest.fixture
def found(changing: Path, tmp_path: Path) -> Iterator[Standing]:
    """What the apply begins with, for one test. People ask all the time, and none is answered an error."""
    with in_memory(tmp_path) as root:
        shutil.copytree(changing, root / "it", symlinks=True)
        with standing(root / "it") as made:
            body = (made.clone.path / FOLDER / "sample-request.json").read_bytes()
            client = made.users(made.deployed(DEPLOYMENT, DEV).id, body, RATE, at_once=1)
            with client.asking():
                yield made
                client.wait(20)
            assert client.failed == []


def _newer(found: Standing) -> str:
    """The id of the online deployment that the apply makes."""
    there = {one["name"] for one in found.arm("GET", f"{found.deployed(DEPLOYMENT, DEV).id}/deployments")["value"]}
    (name,) = {f"r-{release}" for release in found.running(STACK)} - there
    return f"{found.deployed(DEPLOYMENT, DEV).id}/deployments/{name}"


def test_azure_refuses_and_drops_for_a_while(found: Standing) -> None:
    """Too many requests, a server that fails, answers that are lost on the way: at a deployment's create, update and
    delete, at the endpoint, at the state. Each is borne by one and the same apply."""
    newer, place = _newer(found), "/onlineEndpoints/[^/]+"
    rules = [
        {"kind": "status", "status": 429, "retryAfter": 1, "method": "PUT", "path": f"{place}$", "times": 2},
        {"kind": "drop", "method": "PUT", "path": f"{place}/deployments/"},
        {"kind": "lost", "method": "PUT", "path": f"{place}/deployments/(?!{newer.rsplit('/', 1)[-1]})"},
        {
            "kind": "status",
            "status": 503,
            "retryAfter": 1,
            "method": "GET",
            "path": f"{place}/deployments/",
            "times": 3,
        },
        {"kind": "status", "status": 503, "retryAfter": 1, "method": "DELETE", "path": f"{place}/deployments/"},
        {"kind": "lost", "method": "DELETE", "path": f"{place}/deployments/"},
        {
            "kind": "status",
            "status": 503,
            "host": "state",
            "method": "PUT",
            "path": r"dev\.diabetes-progression\.json$",
        },
    ]
    found.cloud.control("PUT", "faults", {"rules": rules})
    found.apply(STACK, explained(found.folder))
    assert found.cloud.control("GET", "faults")["rules"] == []
    require_whole(found)


def test_operation_that_never_ends(found: Standing) -> None:
    """The new deployment is never made: the apply gives it up after its minutes and says so; so does the next one, for
    which Azure is still at it. Nobody holds the stack meanwhile. Deleted by hand, it is made anew."""
    newer, explains = _newer(found), explained(found.folder)
    rule = {"kind": "never-ends", "method": "PUT", "path": f"{newer}$"}
    found.cloud.control("PUT", "faults", {"rules": [rule]})
    said = found.apply(STACK, explains, code=4, extra={OPERATION_MINUTES: "0.1"})
    name = f"OnlineDeployment {newer.rsplit('/', 1)[-1]}"
    assert f"{name}: " in said
    assert f"Azure did not end it within 0.1 minutes ({OPERATION_MINUTES}), and may still be at it" in said
    assert "what never ends is deleted in Azure by hand, and then made anew" in said
    assert "Traceback" not in said
    assert read_lease(found.git, STACK) is None
    again = found.apply(STACK, f"{explains} --wait 0", code=4)
    assert f"{name} is Creating: an operation that began earlier still goes on; run it again" in again
    assert read_lease(found.git, STACK) is None
    assert found.applied(STACK) != found.git.head()
    found.arm("DELETE", newer)
    found.apply(STACK, explains)
    require_whole(found)


def test_operation_that_fails(found: Standing) -> None:
    """Azure could not make the new deployment: the apply says why and lets go. The next one makes it anew, for nothing
    else mends it."""
    newer, explains = _newer(found), explained(found.folder)
    found.cloud.control("PUT", "faults", {"rules": [{"kind": "fail-operation", "method": "PUT", "path": f"{newer}$"}]})
    said = found.apply(STACK, explains, code=4)
    assert "told to fail" in said and "looking again" not in said
    assert read_lease(found.git, STACK) is None
    assert "failed, and is made anew" in found.apply(STACK, explains)
    require_whole(found)


def test_one_that_failed_after_it_was_applied(found: Standing) -> None:
    """Somebody's change of a deployment that nobody asks fails: nothing but a new one mends that, and the
    guard lets the next apply make it, whatever git changed since."""
    newer = _newer(found)
    found.apply(STACK, explained(found.folder))
    rule = {"kind": "fail-operation", "method": "PATCH", "path": f"{newer}$"}
    found.cloud.control("PUT", "faults", {"rules": [rule]})
    found.arm("PATCH", newer, {"tags": {"by-hand": "yes"}})
    write(found.clone, f"environments/{DEV}.yaml", {"tags.cost-center": "4791"})
    found.push("feat: yet another cost centre")
    found.explain(STACK)
    assert "failed, and is made anew" in found.apply(STACK, explained(found.folder))
    assert_standing(found, DEV)
    assert found.arm("GET", newer)["properties"]["provisioningState"] == "Succeeded"
    assert found.applied(STACK) == found.git.head()
