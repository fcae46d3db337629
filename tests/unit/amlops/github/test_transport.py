"""Requests to GitHub: how it is waited for, and what is never sent twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.workflows.github import Server
from tests.workflows.github.server import Fault

from amlops.errors import AmlopsError
from amlops.github import GitHub, GitHubRefused, NotAllowed

from .conftest import Waits, seen_by

ISSUES = "/repos/contoso/ml/issues"
REPO = "/repos/contoso/ml"


def test_the_time_is_githubs(server: Server, waits: Waits) -> None:
    """A clock that is two days ahead is what `now` tells, to the second."""
    server.hub.clock.advance(2 * 86400)
    github = seen_by(server, server.hub.person("alice").token, waits.append)
    assert abs(github.now() - server.hub.clock.now()) <= timedelta(seconds=2)


def test_a_limit_is_waited_out_as_long_as_it_says(github: GitHub, server: Server, waits: Waits) -> None:
    """429 with Retry-After: that many seconds, then again."""
    server.faults = [Fault("GET", REPO, 429, {"Retry-After": "7"}, times=2)]
    assert github.get("/repos/contoso/ml")["full_name"] == "contoso/ml"
    assert waits == [7.0, 7.0]


def test_a_spent_limit_is_waited_for_until_its_reset(server: Server, waits: Waits) -> None:
    """403 with nothing remaining: until the reset by the server's clock, not the runner's."""
    server.hub.clock.advance(86400)
    github = seen_by(server, server.hub.person("alice").token, waits.append)
    reset = str(int(server.hub.clock.now().timestamp()) + 30)
    server.faults = [Fault("GET", REPO, 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset})]
    github.get("/repos/contoso/ml")
    assert waits == [pytest.approx(31.0, abs=2.0)]


def test_a_secondary_limit_without_a_time_costs_a_minute(github: GitHub, server: Server, waits: Waits) -> None:
    """403 that speaks of a secondary limit is no lack of permission."""
    said = '{"message": "You have exceeded a secondary rate limit."}'
    server.faults = [Fault("GET", REPO, 403, body=said)]
    github.get("/repos/contoso/ml")
    assert waits == [60.0]


def test_a_failing_server_is_asked_again_at_longer_distances(github: GitHub, server: Server, waits: Waits) -> None:
    """500, a dropped connection and 502 pass."""
    server.faults = [Fault("GET", REPO, 500), Fault("GET", REPO, 0), Fault("GET", REPO, 502)]
    github.get("/repos/contoso/ml")
    assert waits == [1.0, 2.0, 4.0]


def test_patience_ends(github: GitHub, server: Server, waits: Waits) -> None:
    """After fifteen minutes of waiting the last answer is told."""
    server.faults = [Fault("GET", REPO, 503, times=10_000)]
    with pytest.raises(AmlopsError, match=r"within 15 minutes: 503"):
        github.get("/repos/contoso/ml")
    assert sum(waits) <= 900


def test_a_refusal_says_githubs_words(github: GitHub) -> None:
    """404 and 422 are no reason to wait; errors of single fields are told."""
    with pytest.raises(GitHubRefused, match="404 Not Found"):
        github.get("issues/99")
    assert github.find("issues/99") is None
    with pytest.raises(GitHubRefused, match=r"422 Validation Failed: No commits between main and main"):
        github.post("pulls", {"head": "main", "base": "main", "title": "nothing"})


def test_a_token_without_the_permission_is_not_allowed(server: Server, waits: Waits) -> None:
    """403 is NotAllowed at once."""
    weak = seen_by(server, server.hub.job_token(1, "plan", {"contents": "read"}).value, waits.append)
    with pytest.raises(NotAllowed, match="Resource not accessible by integration"):
        weak.post("issues", {"title": "no"})
    assert waits == []


def test_all_pages_are_read(github: GitHub, server: Server) -> None:
    """230 issues come on three pages."""
    for number in range(230):
        server.hub.new_issue(f"issue {number}", "", "alice", ["many"])
    assert len(list(github.pages("issues", labels="many"))) == 230


def test_a_lost_answer_makes_nothing_twice(github: GitHub, server: Server) -> None:
    """A comment, an issue and a pull request whose answers got lost are found again, not made again."""
    number = server.hub.new_issue("one", "", "alice").number
    server.faults = [
        Fault("POST", f"{ISSUES}/{number}/comments", 0, after=True),
        Fault("POST", ISSUES, 502, after=True),
        Fault("POST", f"{REPO}/pulls", 0, after=True),
    ]
    github.comment(number, "plan", "text")
    issue = github.issues.put("drift:dev", "drift", "Drift in dev", "text")
    pull = github.pulls.open("work", "Work", "text")
    assert len(server.hub.notes) == 1
    assert [item.title for item in server.hub.issues.values()] == ["one", "Drift in dev", "Work"]
    assert (issue.number, pull.number) == (2, 3)


def test_a_request_that_was_never_answered_is_made_again(github: GitHub, server: Server) -> None:
    """A comment that was lost on the way there is sent once more."""
    number = server.hub.new_issue("one", "", "alice").number
    server.faults = [Fault("POST", f"{ISSUES}/{number}/comments", 0)]
    github.comment(number, "plan", "text")
    assert [note.body for note in server.hub.notes.values()] == ["<!-- amlops:plan -->\ntext"]


def test_outside_of_github_there_is_none(tmp_path: Path) -> None:
    """Without repository or token `of` gives None; the App's token comes before the job's own."""
    assert GitHub.of({}) is None
    assert GitHub.of({"GITHUB_REPOSITORY": "o/r"}) is None
    file = tmp_path / "token"
    file.write_text("app")
    found = GitHub.of({"GITHUB_REPOSITORY": "o/r", "GITHUB_TOKEN": "job", "AMLOPS_APP_TOKEN_FILE": str(file)})
    assert found is not None
    assert (found.api_url, found.token()) == ("https://api.github.com", "app")
    assert "app" not in repr(found).replace("api_url", "")
