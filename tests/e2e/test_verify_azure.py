"""`make verify-azure` against the local Azure: told whole, as its page has it, and ended in every way in the middle.

However it ends, nothing of it may be left. What it would find on Azure nobody knows before it is run there.
"""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tools.verify_azure.questions.catalogue import all_questions

from tests.support import cloud as support
from tests.support.clone import Clone, processes_of
from tests.support.cloud import LocalCloud
from tests.support.how_to import script

from .azure_world import linked_clone

pytestmark = pytest.mark.e2e
SUBSCRIPTION, GROUP = "3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c0ff", "9d2f7b60-1c8e-4b1a-8f43-7a6e5d4c3b02"
MODULE = ".venv/bin/python -m tools.verify_azure"
TELL = f"{MODULE} --subscription {SUBSCRIPTION} --group {GROUP} --yes-spend 10"
STOOD, APPLIES = "budget, state and identities are made", "amlops apply verify.shared"
"""Told when the first resources are there, and when a command is about to make more."""
WAITS = re.compile(r"(?:amlops rollout|asking (?:metrics-delay|requests-per-minute|activity-log))\b.*?(…|: [\d.]+ s)$")
"""What waits for minutes of Azure's, while it goes on and when it has ended."""
TIMES, TICK = 20.0, 0.2
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass
class Telling:
    """A run that goes on, and what it printed so far."""

    clone: Clone
    cloud: LocalCloud
    lines: list[str] = field(default_factory=list)
    code: int | None = None

    @contextmanager
    def begun(self, until: str = STOOD) -> Iterator[Any]:
        """The process of a run that has come so far."""
        with self.clone.start(f"exec {TELL}", _variables(self.cloud)) as process:
            for line in process.stdout:
                self.lines.append(line)
                if until in line:
                    break
            assert until in self.printed.splitlines()[-1], self.printed
            yield process
            self.lines += process.stdout
        self.code = process.returncode

    @property
    def printed(self) -> str:
        return "".join(self.lines)

    @property
    def run(self) -> str:
        found = re.search(r"^run (v\w{5}) in the subscription", self.printed, re.MULTILINE)
        assert found, self.printed
        return found[1]

    def record(self) -> dict[str, Any]:
        file = self.clone.path / ".local/verify-azure" / self.run / "answers.json"
        found: dict[str, Any] = json.loads(file.read_text())
        return found


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return linked_clone(tmp_path_factory.mktemp("maintainer") / "clone")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A subscription with nothing in it, for the runs that end in the middle."""
    with support.running(tmp_path_factory.mktemp("azure"), "--subscription", SUBSCRIPTION) as found:
        yield found


def _variables(cloud: LocalCloud) -> dict[str, str]:
    return {
        "AMLOPS_AZURE_HOME": str(cloud.home),
        "AMLOPS_VERIFY_SUBSCRIPTION": SUBSCRIPTION,
        "AMLOPS_POLL_SECONDS": "0.2",
    }


def _require_nothing(cloud: LocalCloud) -> None:
    """Of the subscription as it was made, its owner's role alone is there; nothing is deleted and kept."""
    told = cloud.control("GET", "status")
    (only,) = told["resources"]
    assert "/providers/Microsoft.Authorization/roleAssignments/" in only["id"]
    kept = [id for id in told["deleted"] if "OperationalInsights" not in id]
    assert kept == []


@contextmanager
def _faster(clone: Clone, lines: list[str], process: Any) -> Iterator[None]:
    """Azure's minutes go by in seconds while the run does nothing but wait for them."""
    waits, ended = threading.Event(), threading.Event()

    def move() -> None:
        while not ended.wait(TICK):
            if waits.is_set():
                cloud.control("POST", "clock", {"advanceSeconds": TICK * (TIMES - 1)})

    thread = threading.Thread(target=move, daemon=True)
    cloud: LocalCloud
    for line in process.stdout:
        lines.append(line)
        if line.startswith("run v"):
            cloud = _stand_in(clone)
            thread.start()
        found = WAITS.search(line.strip())
        if found is not None:
            (waits.set if found[1] == "…" else waits.clear)()
    ended.set()
    if thread.is_alive():
        thread.join()
    yield


def _stand_in(clone: Clone) -> LocalCloud:
    home = clone.path / ".local/stand-in"
    return LocalCloud(home, json.loads(clone.run(f".venv/bin/python -m localazure --home {home} status --json")))


def test_the_whole_story_as_the_page_has_it(clone: Clone) -> None:
    """Every step, every question, nothing left; the record holds no id, and says that it is of a local Azure."""
    telling = Telling(clone, LocalCloud(clone.path, {}))
    page = script("verify-on-azure", clone.path)
    try:
        with (
            clone.start(page, {"AMLOPS_POLL_SECONDS": "0.2"}) as process,
            _faster(clone, telling.lines, process),
        ):
            pass
        assert process.returncode == 0, telling.printed
        record = telling.record()
        assert record["ended"] == "The whole story was told"
        assert record["left"] == []
        assert len(record["steps"]) == 7
        assert 0 < record["spent_at_most"] < 10
        assert set(record["answers"]) == {question.id for question in all_questions()}
        unasked = [one for one in record["answers"].values() if "could not be asked" in one["answer"]]
        assert unasked == []
        known = {id for id, one in record["answers"].items() if one["holds"]}
        assert known >= {
            "arm-time",
            "state-signature",
            "quota-reserve",
            "role-at-missing-scope",
            "soft-deleted-workspace",
            "metrics-delay",
            "requests-per-minute",
            "deleted-vault",
        }
        folder = clone.path / ".local/verify-azure" / telling.run
        assert {file.name for file in folder.iterdir()} == {"answers.json", "answers.md", "log.txt"}
        for file in folder.iterdir():
            assert not GUID.search(file.read_text()), file
        assert "proves nothing about Azure" in (folder / "answers.md").read_text()
        _require_nothing(_stand_in(clone))
    finally:
        clone.run(".venv/bin/python -m localazure --home .local/stand-in stop", code=None)


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
    printed = clone.run(f"{MODULE} --group {GROUP} {words}", code=2, extra=_variables(cloud))
    assert said in printed
    _require_nothing(cloud)


def test_a_step_that_fails_leaves_nothing(clone: Clone, cloud: LocalCloud) -> None:
    """Azure refuses the registry half-way: the run says so, ends with 1, and all that was made is gone."""
    telling = Telling(clone, cloud)
    with telling.begun():
        rule = {"kind": "status", "method": "PUT", "path": "/registries/", "status": 403, "times": 99}
        cloud.control("PUT", "faults", {"rules": [rule]})
    cloud.control("PUT", "faults", {"rules": []})
    assert telling.code == 1, telling.printed
    assert "It failed: `amlops apply verify.shared" in telling.printed
    assert "nothing with its tag or its names is left" in telling.printed
    assert telling.record()["left"] == []
    _require_nothing(cloud)


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
    _require_nothing(cloud)
    assert not processes_of(clone.path)


def test_a_closed_terminal_keeps_nothing_from_going(clone: Clone, cloud: LocalCloud) -> None:
    """Nobody reads what it prints any more, and it is told to hang up: it still cleans up."""
    with clone.start(f"exec {TELL}", _variables(cloud)) as process:
        assert any(APPLIES in line for line in process.stdout)
        process.stdout.close()
        process.send_signal(signal.SIGHUP)
        process.wait(120)
    _require_nothing(cloud)
    assert not processes_of(clone.path)


def test_the_cap_ends_it(clone: Clone, cloud: LocalCloud) -> None:
    """By Azure's clock a day goes by: before more than the cap can be spent, it stops and cleans up."""
    telling = Telling(clone, cloud)
    with telling.begun():
        cloud.control("POST", "clock", {"advanceSeconds": 20 * 3600})
    assert telling.code == 6, telling.printed
    assert "It was stopped: the cap is reached" in telling.printed
    _require_nothing(cloud)


def test_a_killed_run_is_cleaned_by_the_next_command(clone: Clone, cloud: LocalCloud) -> None:
    """Nobody cleans up behind a kill. A run that may still go on is left alone by `clean`; named, it is taken away with
    the command that it left going; when a day is over it needs no name."""
    for named in (True, False):
        telling = Telling(clone, cloud)
        with telling.begun(APPLIES) as process:
            process.send_signal(signal.SIGKILL)
        assert telling.code == -signal.SIGKILL
        assert len(cloud.control("GET", "status")["resources"]) > 10
        said = clone.run(f"{MODULE} clean", extra=_variables(cloud))
        assert f"{telling.run} may still be needed" in said
        if not named:
            cloud.control("POST", "clock", {"advanceSeconds": 25 * 3600})
        said = clone.run(f"{MODULE} clean {telling.run if named else ''} 2>&1", extra=_variables(cloud))
        assert f"{telling.run}: nothing with its tag or its names is left" in said
        _require_nothing(cloud)
        assert not processes_of(clone.path)
    assert "no run left anything" in clone.run(f"{MODULE} clean", extra=_variables(cloud))


def test_what_cannot_be_deleted_is_told(clone: Clone, cloud: LocalCloud, tmp_path: Path) -> None:
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
    clone.run(f"{MODULE} clean {telling.run}", extra=_variables(cloud))
    _require_nothing(cloud)
