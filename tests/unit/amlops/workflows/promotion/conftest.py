"""The simulated GitHub, and a company there with a release on its way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.amlops.workflows.promotion.place import APP, NAME, Place
from tests.workflows.github import Hub, Server, serving
from tests.workflows.github.run import Run as HubRun
from tests.workflows.github.runs import Runs

from amlops.releases import Stage


def _ends(run: HubRun) -> None:
    run.conclusion = "success"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """It ends by finding every request and answer as GitHub describes it."""
    hub = Hub(tmp_path / "hub")
    hub.app_permissions = APP
    Runs(hub, _ends)
    with serving(hub) as server:
        yield server
    assert server.rest.wrong == []


@pytest.fixture
def place(tmp_path: Path, server: Server) -> Place:
    """A new release runs in dev and has proved itself; an old one runs in staging and prod."""
    place = Place(tmp_path, server)
    old, new = place.release(1), place.release(2)
    place.company.deploy(NAME, {"dev": Stage(new.id), "staging": Stage(old.id), "prod": Stage(old.id)}, (old, new))
    place.company.commit()
    place.prove(new)
    return place
