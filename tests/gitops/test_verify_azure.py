"""`make verify-azure` against a local Azure, ended in every way in the middle: nothing of it may be left."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.support import cloud as support
from tests.support.clone import Clone, processes_of
from tests.support.cloud import LocalCloud

from .azure_world import linked_clone
from .verifying import APPLIES, GROUP, MODULE, SUBSCRIPTION, TELL, Telling, require_nothing, variables

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return linked_clone(tmp_path_factory.mktemp("maintainer") / "clone")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A subscription with nothing in it."""
    with support.running(tmp_path_factory.mktemp("azure"), "--subscription", SUBSCRIPTION) as found:
        yield found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "nobody agreed to spend anything"),
        (f"--subscription {SUBSCRIPTION} --yes-spend 0.5", "more than the cap of 0.50"),
        (f"--subscription {GROUP} --yes-spend 10", "it is not what AMLOPS_VERIFY_SUBSCRIPTION says"),
    ],
    ids=["nobody", "too-little", "another"],
)
def test_without_consent_nothing_is_made(clone: Clone, cloud: LocalCloud, words: str, said: str) -> None:
    """Nobody at a terminal, a cap below the estimate, another subscription: refused, and the subscription is empty."""
    printed = clone.run(f"{MODULE} --group {GROUP} {words}", code=2, extra=variables(cloud))
    assert said in printed
    require_nothing(cloud)


def test_a_step_that_fails_leaves_nothing(clone: Clone, cloud: LocalCloud) -> None:
    """Azure fails to make the registry: the run says so, ends with 1, and all that was made is gone."""
    telling = Telling(clone, cloud)
    with telling.begun():
        rule = {"kind": "fail-operation", "method": "PUT", "path": "/registries/", "times": 99}
        cloud.control("PUT", "faults", {"rules": [rule]})
    cloud.control("PUT", "faults", {"rules": []})
    assert telling.code == 1, telling.printed
    assert "It failed: `amlops apply verify.shared" in telling.printed
    assert "nothing with its tag or its names is left" in telling.printed
    assert telling.record()["left"] == []
    require_nothing(cloud)


def test_what_does_not_go_at_once_is_tried_again(clone: Clone, cloud: LocalCloud) -> None:
    """Interrupted in the middle of a command, and a group can't be deleted at first: still nothing is left."""
    telling = Telling(clone, cloud)
    with telling.begun(APPLIES) as process:
        rule = {"kind": "fail-operation", "method": "DELETE", "path": "/resourcegroups/[^/]+$", "times": 2}
        cloud.control("PUT", "faults", {"rules": [rule]})
        process.send_signal(signal.SIGTERM)
    assert telling.code == 130, telling.printed
    assert telling.record()["ended"] == "It was interrupted"
    assert telling.record()["left"] == []
    require_nothing(cloud)
    assert not processes_of(clone.path)


def test_a_closed_terminal_keeps_nothing_from_going(clone: Clone, cloud: LocalCloud) -> None:
    """Nobody reads what it prints any more, and it is told to hang up: it still cleans up."""
    with clone.start(f"exec {TELL}", variables(cloud)) as process:
        assert any(APPLIES in line for line in process.stdout)
        process.stdout.close()
        process.send_signal(signal.SIGHUP)
        process.wait(120)
    require_nothing(cloud)
    assert not processes_of(clone.path)


def test_the_cap_ends_it(clone: Clone, cloud: LocalCloud) -> None:
    """By Azure's clock a day goes by: before more than the cap can be spent, it stops and cleans up."""
    telling = Telling(clone, cloud)
    with telling.begun():
        cloud.advance(20 * 3600)
    assert telling.code == 6, telling.printed
    assert "It was stopped: the cap is reached" in telling.printed
    require_nothing(cloud)


def test_a_killed_run_is_cleaned_by_the_next_command(clone: Clone, cloud: LocalCloud) -> None:
    """Nobody cleans up behind a kill. A run that may still go on is left alone by `clean`; named, it is taken away with
    the command that it left going; when a day is over it needs no name."""
    for named in (True, False):
        telling = Telling(clone, cloud)
        with telling.begun(APPLIES) as process:
            process.send_signal(signal.SIGKILL)
        assert telling.code == -signal.SIGKILL
        assert len(cloud.control("GET", "status")["resources"]) > 10
        said = clone.run(f"{MODULE} clean", extra=variables(cloud))
        assert f"{telling.run} may still be needed" in said
        if not named:
            cloud.advance(25 * 3600)
        said = clone.run(f"{MODULE} clean {telling.run if named else ''} 2>&1", extra=variables(cloud))
        assert f"{telling.run}: nothing with its tag or its names is left" in said
        require_nothing(cloud)
        assert not processes_of(clone.path)
    assert "no run left anything" in clone.run(f"{MODULE} clean", extra=variables(cloud))


def test_what_cannot_be_deleted_is_told(clone: Clone, cloud: LocalCloud) -> None:
    """Azure keeps a group whatever is said: the command ends with 4 and names it. Later it goes."""
    telling = Telling(clone, cloud)
    rule = {"kind": "fail-operation", "method": "DELETE", "path": "-state$", "times": 9}
    with telling.begun() as process:
        cloud.control("PUT", "faults", {"rules": [rule]})
        process.send_signal(signal.SIGINT)
    assert telling.code == 4, telling.printed
    assert f"resourceGroups/rg-{telling.run}-verify-state" in telling.printed
    assert any(f"rg-{telling.run}-verify-state" in one for one in telling.record()["left"])
    cloud.control("PUT", "faults", {"rules": []})
    clone.run(f"{MODULE} clean {telling.run}", extra=variables(cloud))
    require_nothing(cloud)
