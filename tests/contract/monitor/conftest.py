"""One local Azure for this room, without serving, with a workspace; its clock and lateness are the tests'."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.conftest import FOREIGN
from tests.contract.monitor import served
from tests.support import cloud as support
from tests.support.cloud import LocalCloud


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Running with `--no-serving`: a deployment succeeds within its PUT."""
    with pytest.MonkeyPatch.context() as patch:
        for name in FOREIGN:
            patch.delenv(name, raising=False)
        with support.running(tmp_path_factory.mktemp("quick"), "--no-serving") as found:
            served.workspace(found)
            yield found


@pytest.fixture(autouse=True)
def as_usual(quick: LocalCloud) -> None:
    """Each test begins with nothing late."""
    quick.control("PUT", "metrics", {"lateSeconds": 0, "logsLateSeconds": 0, "activityLateSeconds": 0})
