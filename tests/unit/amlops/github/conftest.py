"""A simulated GitHub whose runs do nothing, and the edge to it as one token sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.workflows.github import Hub, Server, serving
from tests.workflows.github.run import Run
from tests.workflows.github.runs import Runs

from amlops.github import GitHub

APP = {"contents": "write", "pull-requests": "write", "issues": "write", "actions": "write"}


class Waits(list[float]):
    """What would have been waited, in seconds."""


def _does_nothing(run: Run) -> None:
    run.conclusion = "success"


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """A repository with one commit on main and a branch `work` that is one ahead."""
    hub = Hub(tmp_path / "hub")
    hub.app_permissions = APP
    Runs(hub, _does_nothing)
    first = commit(hub, {"README.md": "one\n"}, None)
    hub.remote.set("refs/heads/main", first)
    hub.remote.set("refs/heads/work", commit(hub, {"README.md": "one\n", "new.txt": "new\n"}, first))
    return hub


def commit(hub: Hub, files: dict[str, str], parent: str | None) -> str:
    lines = [
        f"100644 blob {hub.remote.git('hash-object', '-w', '--stdin', stdin=content)}\t{path}"
        for path, content in files.items()
        if "/" not in path
    ]
    tree = hub.remote.git("mktree", stdin="".join(f"{line}\n" for line in lines))
    return hub.remote.commit(tree, [parent] if parent else [], "a commit", "alice")


@pytest.fixture
def server(hub: Hub) -> Iterator[Server]:
    """It ends by finding every request and answer as GitHub describes it."""
    with serving(hub) as server:
        yield server
    assert server.rest.wrong == []


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def github(server: Server, waits: Waits) -> GitHub:
    """The repository as the App sees it."""
    return seen_by(server, server.hub.app_token(APP).value, waits.append)


def seen_by(server: Server, token: str, pause: Callable[[float], None]) -> GitHub:
    return GitHub(server.hub.url, server.hub.full_name, lambda: token, pause)
