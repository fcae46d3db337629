"""Comments, issues and pull requests, as the App makes them."""

from __future__ import annotations

import pytest
from tests.workflows.github import Hub, Server

from amlops.github import GitHub, GitHubRefused, NotAllowed

from .conftest import Waits, commit, seen_by


def test_a_comment_is_made_once_and_changed_in_place(github: GitHub, server: Server) -> None:
    """The marker finds it among others; the same text is not written again."""
    number = server.hub.new_issue("a", "", "alice").number
    server.hub.note(number, "a person's", "alice")
    first = github.comment(number, "plan", "one")
    assert github.comment(number, "plan", "two") == first
    changes = len(server.rest.exchanges)
    github.comment(number, "plan", "two")
    assert [e.method for e in server.rest.exchanges[changes:]] == ["GET"]
    assert [n.body for n in server.hub.notes.values()] == ["a person's", "<!-- amlops:plan -->\ntwo"]


def test_a_comment_over_the_limit_is_not_sent(github: GitHub, server: Server) -> None:
    """65,536 characters are GitHub's limit; the caller shortens."""
    number = server.hub.new_issue("a", "", "alice").number
    with pytest.raises(ValueError, match="65536"):
        github.comment(number, "plan", "x" * 65_536)


def test_a_fork_s_job_may_not_comment(server: Server, waits: Waits) -> None:
    """NotAllowed, so that the caller writes the summary instead."""
    number = server.hub.new_issue("a", "", "alice").number
    token = server.hub.job_token(1, "plan", {"contents": "read", "issues": "read", "pull-requests": "read"})
    with pytest.raises(NotAllowed):
        seen_by(server, token.value, waits.append).comment(number, "plan", "text")


def test_an_issue_is_opened_changed_and_closed(github: GitHub, server: Server) -> None:
    """One for each marker; a closed one is not opened again, a new one is."""
    first = github.issues.put("drift:dev", "drift", "Drift in dev", "one", also=["dev"])
    assert github.issues.put("drift:dev", "drift", "Drift in dev", "two").number == first.number
    assert github.issues.put("drift:prod", "drift", "Drift in prod", "other").number != first.number
    github.issues.close(first.number, "gone")
    assert server.hub.issues[first.number].state == "closed"
    assert server.hub.issues[first.number].labels == ["drift", "dev"]
    assert github.issues.find("drift:dev", "drift") is None
    assert github.issues.put("drift:dev", "drift", "Drift in dev", "again").number not in (first.number, 2)


def test_a_pull_request_is_opened_once_and_merged(github: GitHub, server: Server) -> None:
    """Found by its branch, changed, merged as one commit by the App; merging again gives the same commit."""
    pull = github.pulls.open("work", "Work", "body", labels=["promotion"])
    assert github.pulls.open("work", "Work", "body").number == pull.number
    assert github.pulls.update(pull.number, body="changed").body == "changed"
    made = github.pulls.merge(pull.number, commit=pull.commit)
    assert server.hub.remote.resolve("refs/heads/main") == made
    assert github.pulls.merge(pull.number) == made
    found = github.pulls.find("work", state="all")
    assert found is not None
    assert (found.state, found.head, found.base, found.fork) == ("merged", "work", "main", False)
    assert github.pulls.find("work") is None
    assert server.hub.issues[pull.number].labels == ["promotion"]


def test_a_head_that_moved_is_not_merged(github: GitHub, hub: Hub) -> None:
    """The commit that was looked at is what gets merged, or nothing."""
    pull = github.pulls.open("work", "Work", "body")
    hub.remote.set("refs/heads/work", commit(hub, {"README.md": "one\n", "new.txt": "newer\n"}, pull.commit))
    hub.update_pull(hub.issues[pull.number])
    with pytest.raises(GitHubRefused, match="409"):
        github.pulls.merge(pull.number, commit=pull.commit)


def test_a_pull_request_is_closed(github: GitHub) -> None:
    """And no longer listed as open."""
    pull = github.pulls.open("work", "Work", "body")
    github.pulls.close(pull.number)
    assert github.pulls.listed() == ()
    assert github.pulls.get(pull.number).state == "closed"


def test_an_approval_counts_for_the_commit_it_was_given_to(github: GitHub, server: Server, waits: Waits) -> None:
    """A later commit, and a later word against it, take it back."""
    pull = github.pulls.open("work", "Work", "body")
    bob = seen_by(server, server.hub.person("bob").token, waits.append)
    carol = seen_by(server, server.hub.person("carol").token, waits.append)
    for who in (bob, carol):
        who.post(f"pulls/{pull.number}/reviews", {"event": "APPROVE", "body": ""})
    carol.post(f"pulls/{pull.number}/reviews", {"event": "REQUEST_CHANGES", "body": "no"})
    assert github.pulls.approved_by(pull.number) == ("bob",)
    hub = server.hub
    hub.remote.set("refs/heads/work", commit(hub, {"README.md": "x\n"}, pull.commit))
    hub.update_pull(hub.issues[pull.number])
    assert github.pulls.approved_by(pull.number) == ()
