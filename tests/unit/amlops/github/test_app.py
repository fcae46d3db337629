"""The App's token: there before GitHub is asked, fresh as long as it is needed, and its key handed on to nobody."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.workflows.github import Hub, Server
from tests.workflows.github.server import Fault
from tests.workflows.seed import install_app

from amlops.errors import AmlopsError
from amlops.github import GitHub, app_token, open_git
from amlops.github.app import permissions_of

PATIENCE = 20.0
TOKENS = "/app/installations/4711/access_tokens"


@pytest.fixture
def environ(hub: Hub, server: Server, tmp_path: Path) -> dict[str, str]:
    """The variables of a job's step."""
    return {
        "AMLOPS_APP_PRIVATE_KEY": install_app(hub),
        "AMLOPS_APP_CLIENT_ID": hub.app_client_id,
        "AMLOPS_APP_PERMISSIONS": "contents=write issues=read",
        "GITHUB_API_URL": hub.url,
        "GITHUB_SERVER_URL": hub.url,
        "GITHUB_REPOSITORY": hub.full_name,
        "GITHUB_TOKEN": "of-the-job",
        "RUNNER_TEMP": str(tmp_path),
    }


def _file(environ: dict[str, str]) -> Path:
    return Path(environ["AMLOPS_APP_TOKEN_FILE"])


def test_the_key_is_taken_away_and_the_token_goes_away(environ: dict[str, str], hub: Hub) -> None:
    """What is started meanwhile has a file of mode 0600 with a token, and nothing of the key; then that is gone too,
    and the token is good for nothing."""
    key = environ["AMLOPS_APP_PRIVATE_KEY"]
    with app_token(environ):
        assert key not in environ.values()
        assert stat.S_IMODE(_file(environ).stat().st_mode) == 0o600
        file, token = _file(environ), _file(environ).read_text()
        assert hub.who(f"Bearer {token}") is not None
    assert not file.exists()
    assert hub.who(f"Bearer {token}") is None
    assert "AMLOPS_APP_TOKEN_FILE" not in environ


def test_the_token_is_for_one_repository_and_what_the_job_needs(
    environ: dict[str, str], server: Server, hub: Hub
) -> None:
    """Though the App may more, and could be installed in other repositories."""
    with app_token(environ):
        github = GitHub.of(environ)
        assert github is not None
        assert list(github.issues.listed("drift")) == []
    (asked,) = [item.body for item in server.rest.exchanges if item.path == TOKENS]
    assert asked == {"repositories": [hub.name], "permissions": {"contents": "write", "issues": "read"}}


def test_a_token_is_renewed_before_it_ends(environ: dict[str, str], server: Server, hub: Hub, tmp_path: Path) -> None:
    """Over several lives the same client and the same clone go on, and no request is refused."""
    hub.app_life = 2.0
    folder = tmp_path / "clone"
    subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run(["git", "-C", folder, "remote", "add", "origin", f"{hub.url}/{hub.full_name}"], check=True)
    with app_token(environ):
        github, git, tokens = GitHub.of(environ), open_git(folder, environ), set[str]()
        assert github is not None
        until = time.monotonic() + PATIENCE
        while len(tokens) < 4 and time.monotonic() < until:
            github.issues.listed("drift")
            assert "refs/heads/main" in git.remote_refs("refs/heads/main")
            tokens.add(_file(environ).read_text())
            time.sleep(0.05)
    assert len(tokens) == 4
    assert {item.status for item in server.rest.exchanges} == {200, 201, 204}


def test_github_may_fail_now_and_then(environ: dict[str, str], server: Server) -> None:
    """A token whose answer was lost is asked for once more."""
    server.faults = [Fault("POST", TOKENS, 0, after=True), Fault("POST", TOKENS, 502)]
    with app_token(environ):
        assert _file(environ).read_text()


def test_a_github_that_is_away_keeps_no_command_from_its_end(
    environ: dict[str, str], server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its token then ends by itself; that is said, and nothing waits."""
    with app_token(environ):
        server.faults = [Fault("DELETE", "/installation/token", 502)]
    assert "ends by itself" in capsys.readouterr().err


def test_a_refusal_says_what_to_look_at(environ: dict[str, str]) -> None:
    """More than the App was installed with."""
    environ["AMLOPS_APP_PERMISSIONS"] = "administration=write"
    with pytest.raises(AmlopsError, match=r"administration.*amlops doctor github"), app_token(environ):
        pass


def test_a_key_that_is_none_is_not_told(environ: dict[str, str]) -> None:
    """Whatever stands in the secret stays there."""
    environ["AMLOPS_APP_PRIVATE_KEY"] = "something-secret"
    with pytest.raises(AmlopsError, match="AMLOPS_APP_PRIVATE_KEY holds no RSA key") as caught, app_token(environ):
        pass
    assert "something-secret" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_variables_go_together(environ: dict[str, str]) -> None:
    """A key without the rest is no way in."""
    del environ["AMLOPS_APP_PERMISSIONS"], environ["AMLOPS_APP_CLIENT_ID"]
    with pytest.raises(AmlopsError, match="AMLOPS_APP_CLIENT_ID, AMLOPS_APP_PERMISSIONS"), app_token(environ):
        pass


def test_without_a_key_nothing_happens() -> None:
    """On a person's machine, and in jobs that need no App."""
    environ = {"GITHUB_TOKEN": "x"}
    with app_token(environ):
        assert environ == {"GITHUB_TOKEN": "x"}


@pytest.mark.parametrize("text", ["contents", "contents=admin", "contents=write issues", "  "])
def test_permissions_are_written_in_one_way(text: str) -> None:
    """Bad input, exit code 2."""
    with pytest.raises(AmlopsError, match="contents=write`") as caught:
        permissions_of(text)
    assert caught.value.exit_code == 2


def test_a_command_gives_its_key_to_nothing_that_it_starts(environ: dict[str, str], server: Server) -> None:
    """`amlops` with the key among its variables: git, which it starts, sees the file and not the key."""
    folder = Path(environ["RUNNER_TEMP"])
    seen = folder / "seen"
    git = folder / "bin/git"
    git.parent.mkdir()
    git.write_text(f'#!/bin/sh\nenv >> "{seen}"\nexit 1\n')
    git.chmod(0o755)
    command = [str(Path(sys.executable).with_name("amlops")), "stacks", "--applied"]
    path = f"{git.parent}:{os.environ['PATH']}"
    done = subprocess.run(command, env={**environ, "PATH": path, "HOME": str(folder)}, capture_output=True, check=False)
    said = seen.read_text()
    assert "AMLOPS_APP_TOKEN_FILE=" in said, done.stderr.decode()
    assert "PRIVATE KEY" not in said
