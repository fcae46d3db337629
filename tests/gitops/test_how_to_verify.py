"""The page on verifying on Azure, as a maintainer pastes it, with a local Azure in its place: the whole story."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tools.verify_azure.questions.catalogue import all_questions

from tests.support.clocks import running_faster
from tests.support.clone import Clone
from tests.support.cloud import LocalCloud
from tests.support.how_to import script

from .azure_world import linked_clone
from .verifying import Telling, require_nothing

pytestmark = pytest.mark.e2e
WAITS = re.compile(r"(?:amlops rollout|asking (?:metrics-delay|requests-per-minute|activity-log))\b.*?(…|: [\d.]+ s)$")
"""What waits for minutes of Azure's, while it goes on and when it has ended."""
TIMES = 20.0
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return linked_clone(tmp_path / "clone")


def _follow(clone: Clone, lines: list[str], process: Any) -> None:
    """Until the run ends. Azure's minutes go by in seconds while it does nothing but wait for them."""
    waits = Event()

    def move(seconds: float) -> None:
        if waits.is_set():
            cloud.advance(seconds)

    cloud: LocalCloud
    with ExitStack() as ending:
        for line in process.stdout:
            lines.append(line)
            if line.startswith("run v"):
                cloud = _stand_in(clone)
                ending.enter_context(running_faster(TIMES, move))
            found = WAITS.search(line.strip())
            if found is not None:
                (waits.set if found[1] == "…" else waits.clear)()


def _stand_in(clone: Clone) -> LocalCloud:
    home = clone.path / ".local/stand-in"
    return LocalCloud(home, json.loads(clone.run(f".venv/bin/python -m localazure --home {home} status --json")))


def test_the_whole_story_as_the_page_has_it(clone: Clone) -> None:
    """Every step, every question, nothing left; the record holds no id, and says that it is of a local Azure."""
    telling = Telling(clone, LocalCloud(clone.path, {}))
    page = script("verify-on-azure", clone.path)
    try:
        with clone.start(page, {"AMLOPS_POLL_SECONDS": "0.2"}) as process:
            _follow(clone, telling.lines, process)
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
        require_nothing(_stand_in(clone))
    finally:
        clone.run(".venv/bin/python -m localazure --home .local/stand-in stop", code=None)
