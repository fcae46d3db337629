"""git over HTTP as a token of GitHub's: who may push what."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.workflows.github import Server

from amlops.applied import applied_commit, applied_ref, move_applied
from amlops.git import Git, GitFailed
from amlops.github import open_git

from .conftest import APP


def _clone(server: Server, folder: Path, token: str, *, app: bool = False) -> Git:
    folder.mkdir()
    file = folder.with_suffix(".token")
    file.write_text(token)
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    remote = f"{server.hub.url}/{server.hub.full_name}"
    subprocess.run(["git", "-C", folder, "remote", "add", "origin", remote], check=True)
    given = {"AMLOPS_APP_TOKEN_FILE": str(file)} if app else {"GITHUB_TOKEN": token}
    git = open_git(folder, {"GITHUB_REPOSITORY": server.hub.full_name, "GITHUB_SERVER_URL": server.hub.url, **given})
    git.fetch("refs/heads/main")
    return git


def test_the_app_commits_on_top_of_others(server: Server, tmp_path: Path) -> None:
    """Evidence and refs of its own, by comparison."""
    git = _clone(server, tmp_path / "a", server.hub.app_token(APP).value, app=True)
    made = git.push_files("evidence", {"a.json": "{}\n"}, "evidence: a")
    assert server.hub.remote.resolve("refs/heads/evidence") == made
    assert git.swap("refs/applied/dev", None, made)
    later = git.push_files("evidence", {"b.json": "{}\n"}, "evidence: b")
    assert not git.swap("refs/applied/dev", None, later), "it is there already"
    assert git.swap("refs/applied/dev", made, later)
    lease = git.store('{"stack": "dev"}')
    assert git.swap("refs/leases/dev", None, lease)
    assert git.swap("refs/leases/dev", lease, None)
    assert "refs/leases/dev" not in server.hub.remote.refs()


def test_the_app_says_what_was_applied_whatever_the_workflows(server: Server, tmp_path: Path) -> None:
    """A stack is applied from a commit whose workflows no branch has any more. GitHub refuses a ref to it without
    `workflows: write`, which the App doesn't have; the text that names it goes through."""
    git = _clone(server, tmp_path / "a", server.hub.app_token(APP).value, app=True)
    main = git.resolve("refs/remotes/origin/main")
    assert main is not None
    hub = server.hub.remote
    blob = hub.git("hash-object", "-w", "--stdin", stdin="on: push\n")
    tree = ""
    for kind, name in (("100644 blob", "own.yml"), ("040000 tree", "workflows"), ("040000 tree", ".github")):
        tree = hub.git("mktree", stdin=f"{kind} {tree or blob}\t{name}\n")
    passed = hub.commit(tree, [main], "ci: own", "alice")
    assert move_applied(git, "dev", None, main)
    assert git.obtain(passed)
    with pytest.raises(GitFailed, match="hook declined"):
        git.swap(applied_ref("staging"), None, passed)
    assert move_applied(git, "dev", main, passed)
    assert applied_commit(git, "dev") == passed
    hub.set("refs/heads/own", passed)
    assert git.swap(applied_ref("staging"), None, passed), "a branch has them"


def test_a_checkout_s_own_credential_is_not_sent_along(server: Server, tmp_path: Path) -> None:
    """GitHub refuses two Authorization headers; the clone's own is dropped."""
    git = _clone(server, tmp_path / "a", server.hub.app_token(APP).value, app=True)
    key = f"http.{server.hub.url}/.extraheader"
    subprocess.run(["git", "-C", git.root, "config", key, "AUTHORIZATION: basic d3Jvbmc6d3Jvbmc="], check=True)
    assert git.remote_refs("refs/heads/main")


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/heads/evidence", "refs/applied/dev", "refs/leases/dev"])
def test_a_job_s_own_token_changes_none_of_ours(server: Server, tmp_path: Path, ref: str) -> None:
    """Not even with `contents: write`."""
    token = server.hub.job_token(1, "apply", {"contents": "write"}).value
    git = _clone(server, tmp_path / "a", token)
    new = git.resolve("refs/remotes/origin/main")
    assert new is not None
    work = git.remote_refs("refs/heads/work")["refs/heads/work"]
    subprocess.run(["git", "-C", git.root, "fetch", "-q", server.hub.remote.path, "work"], check=True)
    with pytest.raises(GitFailed, match="hook declined"):
        git.swap(ref, new if ref == "refs/heads/main" else None, work)


def test_who_may_only_read_pushes_nothing(server: Server, tmp_path: Path) -> None:
    """`contents: read` fetches; a push of anything is refused as a whole."""
    git = _clone(server, tmp_path / "a", server.hub.job_token(1, "plan", {"contents": "read"}).value)
    with pytest.raises(GitFailed):
        git.push_files("topic", {"a": "b"}, "no")


def test_the_token_stands_in_no_file_of_the_clone(server: Server, tmp_path: Path) -> None:
    """Nothing of the clone keeps it."""
    token = server.hub.app_token(APP).value
    git = _clone(server, tmp_path / "a", token, app=True)
    git.push_files("evidence", {"a": "b"}, "evidence: a")
    for file in git.root.rglob("*"):
        assert not file.is_file() or token.encode() not in file.read_bytes()
