"""Promotion at GitHub: pull requests opened, merged, kept, closed, by whoever comes next."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.amlops.workflows.promotion.place import APP, NAME, Place
from tests.workflows.github.server import Fault

from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.github import GitHub
from amlops.github.remote import Credential
from amlops.progress import Plain
from amlops.releases import Stage
from amlops.workflows.promotion.promote import Promoted, promote


def _did(found: Promoted) -> dict[str, str]:
    return {taken.judged.step.branch: taken.did for taken in found.taken}


def test_a_step_whose_gates_pass_is_merged(place: Place) -> None:
    """By one pull request that changes the stage and nothing else; its branch goes. The next run has nothing to do."""
    old, new = place.release(1).id, place.release(2).id
    branch = f"promote/{NAME}/staging/{new}"
    assert _did(place.promote()) == {branch: "merged"}
    assert place.stage("staging") == Stage(old, new)
    assert place.pulls("closed") == [branch]
    assert f"refs/heads/{branch}" not in place.hub.remote.refs()
    assert place.company.run("show", "--name-only", "--format=%s", "HEAD").split("\n") == [
        f"promote: {NAME} {new} to staging",
        "",
        f"deployments/{NAME}/stages/staging.yaml",
    ]
    assert _did(place.promote()) == {}


def test_the_pull_request_explains_itself(place: Place) -> None:
    """What changes for whom, every gate with its reason, links to the evidence."""
    place.promote()
    (issue,) = place.hub.issues.values()
    assert "comes from dev into **staging**" in issue.body
    assert "It is rolled out beside" in issue.body
    assert "| metric-not-worse | ✅ | rmse is 55" in issue.body
    assert f"/contoso/ml/blob/evidence/deployments/{NAME}/{place.release(2).id}/evaluation.json" in issue.body
    assert issue.labels == ["promotion"]
    assert issue.title == f"promote: {NAME} {place.release(2).id} to staging"


def test_a_dry_run_opens_nothing(place: Place) -> None:
    """It says what every gate says."""
    found = place.promote(dry_run=True)
    assert [taken.judged.state for taken in found.taken] == ["pass"]
    assert place.pulls() == []
    assert found.as_dict()["steps"][0]["gates"][0]["gate"] == "free-stage"


def test_a_failing_gate_opens_nothing_and_closes_what_is_open(place: Place) -> None:
    """Fairness fails: no pull request; one that is open is closed with the reason."""
    new = place.release(2)
    _ask_for_approval(place)
    place.promote()
    assert len(place.pulls()) == 1
    place.prove(new, by_group={"sex": {"2": {"rows": 60, "rmse": 99.0}}})
    (taken,) = place.promote().taken
    assert taken.did == "nothing"
    assert "fairness: rmse of sex 2 is 99" in taken.said
    assert place.pulls() == []
    (issue,) = place.hub.issues.values()
    assert "**Closed:** fairness: rmse of sex 2 is 99" in issue.body
    place.prove(new)
    place.promote()
    assert len(place.pulls()) == 1, "once it passes again, a new one is opened"


def _ask_for_approval(place: Place) -> None:
    text = (place.company.repo.promotion_file).read_text()
    asked = text.replace("  staging:\n", "  staging:\n    approvals: {count: 1, teams: [ml-platform]}\n")
    place.company.write("environments/promotion.yaml", asked)
    place.company.commit("feat: ask somebody")


def _approve(place: Place, login: str) -> None:
    token = place.hub.person(login).token
    person = GitHub(place.hub.url, place.hub.full_name, lambda: token, lambda _: None)
    number = next(n for n, issue in place.hub.issues.items() if issue.pull and issue.state == "open")
    person.post(f"pulls/{number}/reviews", {"event": "APPROVE"})


def test_it_waits_for_approval_by_the_team_that_is_asked(place: Place) -> None:
    """Somebody of another team doesn't count. Approvals survive runs in which nothing of the step changed."""
    place.hub.teams["ml-platform"] = {"grace"}
    _ask_for_approval(place)
    branch = f"promote/{NAME}/staging/{place.release(2).id}"
    assert _did(place.promote()) == {branch: "opened"}
    _approve(place, "eve")
    assert _did(place.promote()) == {branch: "opened"}
    place.company.write("README.md", "main moved on\n")
    place.company.commit("docs: move on")
    head = place.hub.remote.resolve(f"refs/heads/{branch}")
    assert _did(place.promote()) == {branch: "opened"}
    assert place.hub.remote.resolve(f"refs/heads/{branch}") == head
    _approve(place, "grace")
    assert _did(place.promote()) == {branch: "merged"}


def test_a_person_who_closes_it_says_no(place: Place) -> None:
    """It is not opened again until it is reopened."""
    _ask_for_approval(place)
    place.promote()
    (number,) = place.hub.issues
    place.github.pulls.close(number)
    (taken,) = place.promote().taken
    assert taken.did == "refused"
    assert taken.said == f"a person closed #{number}; reopen it to go on"
    assert place.pulls() == []


def test_a_step_that_is_none_any_more_is_closed(place: Place) -> None:
    """Dev went on to another release meanwhile: the pull request of the one before is closed, the new one opened."""
    _ask_for_approval(place)
    place.promote()
    third = place.release(3)
    place.company.deploy(NAME, {"dev": Stage(third.id)}, (third,))
    place.company.commit()
    place.prove(third)
    found = place.promote()
    assert len(found.closed) == 1
    assert place.pulls() == [f"promote/{NAME}/staging/{third.id}"]


def test_a_stage_that_moved_below_an_open_pull_request_makes_its_branch_anew(place: Place) -> None:
    """The branch is made again on what the stage is now, so that it never undoes what happened meanwhile."""
    old, new = place.release(1).id, place.release(2).id
    _ask_for_approval(place)
    place.promote()
    place.pull()
    place.company.deploy(NAME, {"staging": Stage(old, rejected=("1" * 12,))})
    place.company.commit("fix: reject something")
    place.promote()
    place.hub.teams["ml-platform"] = {"grace"}
    _approve(place, "grace")
    place.promote()
    assert place.stage("staging") == Stage(old, new, rejected=("1" * 12,))


def test_a_run_that_died_anywhere_is_followed_by_one_that_goes_on(place: Place) -> None:
    """After the branch, after the pull request, after the merge: the end is the same, and there is one pull request."""
    branch = f"promote/{NAME}/staging/{place.release(2).id}"
    for method, path, after in (
        ("POST", r".*/pulls", False),
        ("PUT", r".*/merge", False),
        ("PUT", r".*/merge", True),
    ):
        place.server.faults.append(Fault(method, path, 422, after=after))
        with pytest.raises(AmlopsError, match="GitHub refused"):
            place.promote()
    assert place.promote().taken == ()
    assert place.pulls("closed") == [branch]
    assert place.stage("staging").candidate == place.release(2).id


def test_what_github_keeps_back_waits(place: Place) -> None:
    """A red check is not gone round: it is said, and the next run tries again."""
    ruleset = {
        "name": "main",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": [{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "plan"}]}}],
        "bypass_actors": [],
    }
    place.pull()
    place.company.write(".github/rulesets/main.json", json.dumps(ruleset))
    place.company.commit("ci: a required check")
    (taken,) = place.promote().taken
    assert taken.did == "waits"
    assert "GitHub: " in taken.said
    assert len(place.pulls()) == 1


def test_evidence_of_a_run_that_github_does_not_know_is_refused(place: Place) -> None:
    """Whoever could write to the branch can't make up a run."""
    new = place.release(2)
    files = place.company.proofs(NAME, new.id, place.first, at=place.now - timedelta(days=2))
    place.company.evidence.write(files, "evidence: made up")
    (taken,) = place.promote().taken
    assert taken.did == "nothing"
    assert "GitHub knows no run 7" in taken.said
    assert place.pulls() == []


def test_main_that_moved_on_is_left_to_the_next_run(place: Place) -> None:
    """A run that was queued, or one of last week that somebody runs again: a release that was taken back since, or a
    freeze that began, is no step of today, and pull requests of today stay open. What others changed doesn't count."""
    new = place.release(2)
    branch = f"promote/{NAME}/staging/{new.id}"
    _ask_for_approval(place)
    place.pull()
    before = place.git.head()

    def promoted_as_before() -> Promoted:
        place.company.run("reset", "-q", "--hard", before)
        quiet = Plain(io.StringIO())
        return promote(place.company.repo, place.git, place.github, run=None, progress=quiet, dry_run=False)

    place.company.deploy(NAME, {"dev": Stage(place.release(1).id, rejected=(new.id,))})
    place.company.commit("fix: back in dev")
    assert _did(promoted_as_before()) == {branch: "left"}
    assert place.pulls() == []

    place.pull()
    place.company.deploy(NAME, {"dev": Stage(new.id)})
    place.company.write("deployments/other/README.md", "another team's\n")
    place.company.commit("fix: dev as it was, and another team's change")
    assert _did(place.promote()) == {branch: "opened"}
    found = promoted_as_before()
    assert _did(found) == {branch: "opened"}, "main says of it what it said"

    place.pull()
    place.company.write("environments/promotion.yaml", place.company.repo.promotion_file.read_text() + "# frozen\n")
    place.company.commit("feat: a freeze")
    found = promoted_as_before()
    assert (_did(found), found.closed, place.pulls()) == ({branch: "left"}, (), [branch])


def test_a_freeze_that_begins_while_a_run_goes_on_counts(place: Place) -> None:
    """Time is that of each step, not of the run's begin."""
    tomorrow = (place.now + timedelta(days=1)).date()
    freeze = f"    freezes:\n      - {{first: {tomorrow}, last: {tomorrow + timedelta(days=7)}, reason: Holidays.}}\n"
    text = place.company.repo.promotion_file.read_text()
    place.company.write("environments/promotion.yaml", text.replace("  staging:\n", f"  staging:\n{freeze}"))
    place.company.commit("feat: a freeze")

    class ADay(Plain):
        """Computing the steps takes one."""

        def step(self, doing: str) -> Any:
            place.hub.clock.advance(86400)
            return super().step(doing)

    place.pull()
    hub = place.hub
    github = GitHub(hub.url, hub.full_name, lambda: hub.app_token(APP).value, lambda _: None)
    git = Git(place.company.git.root, variables=Credential(hub.url, github.token))
    (taken,) = promote(place.company.repo, git, github, run=None, progress=ADay(io.StringIO()), dry_run=False).taken
    assert taken.judged.state == "wait"
    assert "Holidays" in taken.said
    assert place.stage("staging").candidate is None


def test_only_main_is_promoted(place: Place) -> None:
    """A commit that is not main's promotes nothing."""
    place.pull()
    place.company.run("commit", "-q", "--allow-empty", "-m", "feat: mine alone")
    with pytest.raises(AmlopsError, match="is not a commit of main, and only what main says is promoted"):
        promote(place.company.repo, place.git, place.github, run=None, progress=Plain(), dry_run=False)


def test_time_is_github_s(place: Place) -> None:
    """The soak is over when GitHub's clock says so."""
    new = place.release(2)
    place.prove(new, ago=timedelta(0))
    (taken,) = place.promote().taken
    assert taken.did == "nothing"
    assert "soaks in dev until" in taken.said
    place.hub.clock.advance(600)
    (taken,) = place.promote().taken
    assert taken.did == "merged"
