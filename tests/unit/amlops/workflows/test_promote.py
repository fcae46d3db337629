"""Promotion at GitHub: pull requests opened, merged, kept, closed, by whoever comes next; rollback, retire, glass."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.amlops.promotion.company import Company, release_of
from tests.workflows.github import Hub, Server, serving
from tests.workflows.github.run import Run as HubRun
from tests.workflows.github.runs import Runs
from tests.workflows.github.server import Fault

from amlops.config import ConfigError, load_break_glass
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.github import GitHub
from amlops.github.remote import Credential
from amlops.progress import Plain
from amlops.releases import Release, Stage, load_stage
from amlops.workflows.promotion.broken_glass import break_glass, close_glass
from amlops.workflows.promotion.promote import Promoted, promote
from amlops.workflows.promotion.retire import retire
from amlops.workflows.promotion.rollback import roll_back

NAME = "wine"
APP = {"contents": "write", "pull-requests": "write", "issues": "write", "actions": "read", "members": "read"}
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: 'true'}]\n"


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


class Place:
    """A company at GitHub, whose commands run as the App."""

    def __init__(self, folder: Path, server: Server) -> None:
        hub = server.hub
        self.server, self.hub = server, hub
        ada = hub.person("ada", "admin").token
        admin = Git(folder / "clone", variables=Credential(hub.url, lambda: ada))
        self.company = Company.found(folder, f"{hub.url}/{hub.full_name}.git", admin)
        self.company.write(".github/workflows/release.yml", WORKFLOW)
        self.first = self.company.commit("ci: a workflow")
        assert hub.runs is not None
        self.run = next(run.id for run in hub.runs.all if run.commit == self.first)

    @property
    def github(self) -> GitHub:
        """With a token of its own, which lasts for an hour."""
        token = self.hub.app_token(APP).value
        return GitHub(self.hub.url, self.hub.full_name, lambda: token, lambda _: None)

    @property
    def git(self) -> Git:
        return Git(self.company.git.root, variables=Credential(self.hub.url, self.github.token))

    @property
    def now(self) -> datetime:
        return self.hub.clock.now()

    def release(self, number: int) -> Release:
        return release_of(NAME, number, commit=self.first)

    def prove(self, release: Release, *, ago: timedelta = timedelta(days=2), **changes: object) -> None:
        """By the run that there is."""
        company = self.company
        files = company.proofs(NAME, release.id, self.first, at=self.now - ago, **changes)
        for environment in ("dev", "staging", "prod"):
            files |= company.applied(f"{environment}.{NAME}", self.first)
        for what in files.values():
            what["written"] = {**what["written"], "run": self.run}
        company.evidence.write(files, "evidence: all of it")

    def promote(self, *, dry_run: bool = False) -> Promoted:
        self.pull()
        quiet = Plain(io.StringIO())
        return promote(self.company.repo, self.git, self.github, run=None, progress=quiet, dry_run=dry_run)

    def pull(self) -> None:
        """The clone is at main again."""
        self.git.fetch("refs/heads/main")
        self.company.run("reset", "-q", "--hard", "refs/remotes/origin/main")

    def stage(self, environment: str) -> Stage:
        self.pull()
        return load_stage(self.company.repo, NAME, environment)

    def pulls(self, state: str = "open") -> list[str]:
        """Branches of pull requests."""
        return [issue.pull.head for issue in self.hub.issues.values() if issue.pull and issue.state == state]


@pytest.fixture
def place(tmp_path: Path, server: Server) -> Place:
    """A new release runs in dev and has proved itself; an old one runs in staging and prod."""
    place = Place(tmp_path, server)
    old, new = place.release(1), place.release(2)
    place.company.deploy(NAME, {"dev": Stage(new.id), "staging": Stage(old.id), "prod": Stage(old.id)}, (old, new))
    place.company.commit()
    place.prove(new)
    return place


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


# -- going back ------------------------------------------------------------------------------------------------------


def test_rolling_back_is_a_pull_request_like_any_other(place: Place) -> None:
    """Current and previous change places, what was current is rejected; merged by whoever may."""
    old, new = place.release(1).id, place.release(2).id
    place.company.deploy(NAME, {"prod": Stage(new, previous=old)})
    place.company.commit()
    found = roll_back(place.company.repo, place.git, place.github, NAME, "prod", reason="It answers nonsense.")
    assert (found.bad, found.to, found.rejected) == (new, old, True)
    assert found.proposed.url is not None
    assert place.stage("prod") == Stage(new, previous=old), "until it is merged"
    (number,) = place.hub.issues
    assert "It answers nonsense." in place.hub.issues[number].body
    place.github.pulls.merge(number)
    assert place.stage("prod") == Stage(old, previous=new, rejected=(new,))


def test_rolling_back_directly_is_a_commit_on_main(place: Place) -> None:
    """At once, for who may push there; `keep` lets promotion bring it back."""
    old, new = place.release(1).id, place.release(2).id
    place.company.deploy(NAME, {"prod": Stage(new, previous=old)})
    place.company.commit()
    found = roll_back(place.company.repo, place.git, None, NAME, "prod", keep=True, direct=True)
    assert found.proposed.on_main
    assert place.stage("prod") == Stage(old, previous=new)


def test_going_back_further_needs_a_release_that_is_there(place: Place) -> None:
    """Any release with a file; else the message lists them."""
    old, new, third = (place.release(number) for number in (1, 2, 3))
    place.company.deploy(NAME, {"prod": Stage(third.id)}, (third,))
    place.company.commit()
    with pytest.raises(AmlopsError, match=rf"keeps no previous release of wine; name one by --to: .*{old.id}"):
        roll_back(place.company.repo, place.git, None, NAME, "prod")
    with pytest.raises(AmlopsError, match=rf'"ffffffffffff" is no release; available releases of wine are .*{old.id}'):
        roll_back(place.company.repo, place.git, None, NAME, "prod", to="ffffffffffff")
    with pytest.raises(AmlopsError, match="runs there already"):
        roll_back(place.company.repo, place.git, None, NAME, "prod", to=third.id)
    roll_back(place.company.repo, place.git, None, NAME, "prod", to=new.id, direct=True)
    assert place.stage("prod") == Stage(new.id, previous=third.id, rejected=(third.id,))


def test_a_rollout_that_goes_on_is_aborted_not_rolled_back(place: Place) -> None:
    """The old release still runs: the message names the command that ends the rollout."""
    old, new = place.release(1).id, place.release(2).id
    place.company.deploy(NAME, {"prod": Stage(old, new)})
    place.company.commit()
    with pytest.raises(AmlopsError, match=rf"amlops rollout prod\.{NAME}") as caught:
        roll_back(place.company.repo, place.git, None, NAME, "prod")
    assert caught.value.exit_code == 5


def test_going_back_again_does_not_bring_the_bad_release_back(place: Place) -> None:
    """Whoever repeats the command is told that it is done; bringing back what is rejected takes its name."""
    old, new = place.release(1).id, place.release(2).id
    place.company.deploy(NAME, {"prod": Stage(new, previous=old)})
    place.company.commit()
    roll_back(place.company.repo, place.git, None, NAME, "prod", direct=True)
    with pytest.raises(AmlopsError, match=f"prod went back from {new} already.*--to {new}") as caught:
        roll_back(place.company.repo, place.git, None, NAME, "prod", direct=True)
    assert caught.value.exit_code == 2
    assert place.stage("prod") == Stage(old, previous=new, rejected=(new,))
    roll_back(place.company.repo, place.git, None, NAME, "prod", to=new, direct=True)
    assert place.stage("prod") == Stage(new, previous=old, rejected=(old,))


def test_going_back_where_no_stage_is(place: Place) -> None:
    """A mistyped environment is answered by those that are there; the local one has no stage in git."""
    with pytest.raises(
        AmlopsError, match='no environment "prdo"; available environments are dev, local, prod'
    ) as caught:
        roll_back(place.company.repo, place.git, None, NAME, "prdo")
    assert caught.value.exit_code == 2
    with pytest.raises(AmlopsError, match="the stage of local is not in git"):
        roll_back(place.company.repo, place.git, None, NAME, "local")


def test_nothing_to_go_back_from(place: Place) -> None:
    """An empty stage has no way back."""
    place.company.deploy(NAME, {"prod": Stage()})
    place.company.commit()
    with pytest.raises(AmlopsError, match="nothing of wine runs in prod"):
        roll_back(place.company.repo, place.git, None, NAME, "prod")


# -- the end of a deployment -----------------------------------------------------------------------------------------


def test_retiring_empties_every_stage_and_says_why(place: Place) -> None:
    """One change: the stages, and a line in about.yaml; comments of the file stay."""
    about = place.company.repo.about_file(NAME)
    about.write_text(about.read_text() + "# kept\n")
    place.company.commit()
    found = retire(place.company.repo, place.git, None, NAME, reason='nobody drinks "wine" any more', direct=True)
    assert found.environments == ("dev", "staging", "prod")
    assert [place.stage(name) for name in ("dev", "staging", "prod")] == [Stage()] * 3
    text = about.read_text()
    assert text.endswith('# kept\nretired: "nobody drinks \\"wine\\" any more"\n')
    assert place.promote().taken == ()
    with pytest.raises(AmlopsError, match="is retired already"):
        retire(place.company.repo, place.git, None, NAME, reason="again and again", direct=True)


# -- broken glass ----------------------------------------------------------------------------------------------------


def _break(
    place: Place,
    *gates: str,
    span: timedelta = timedelta(hours=1),
    deployment: str = NAME,
    environment: str = "staging",
    now: datetime | None = None,
) -> str:
    name, _, proposed = break_glass(
        place.company.repo,
        place.company.git,
        None,
        deployment=deployment,
        environment=environment,
        gates=gates,
        reason="what runs answers nonsense",
        span=span,
        now=now or place.now,
        direct=True,
    )
    place.hub.signed.add(proposed.commit)
    return name


@pytest.fixture
def signing(place: Place, tmp_path: Path) -> Place:
    """git signs with a key of its own."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", str(key))):
        place.company.run("config", name, value)
    return place


def test_broken_glass_lets_a_step_pass_and_is_told_until_closed(signing: Place) -> None:
    """The commit is signed; the gate is skipped, the issue stands until somebody closes the entry."""
    place, new = signing, signing.release(2)
    place.prove(new, ago=timedelta(0))
    name = _break(place, "soak")
    assert "gpgsig" in place.hub.remote.git("cat-file", "commit", "refs/heads/main")
    found = place.promote()
    assert [taken.did for taken in found.taken] == ["merged"]
    assert [item.name for item in found.glass] == [name]
    pull = next(issue for issue in place.hub.issues.values() if issue.pull)
    assert "| soak | 🔨 | skipped by" in pull.body
    issue = next(issue for issue in place.hub.issues.values() if not issue.pull)
    assert (issue.state, issue.labels) == ("open", ["break-glass"])
    place.hub.clock.advance(3600 * 2)
    assert "since" in place.promote().glass[0].sentence(place.now)
    close_glass(
        place.company.repo, place.company.git, None, name, note="the release was sound", now=place.now, direct=True
    )
    assert place.promote().glass == ()
    assert issue.state == "closed"


def test_no_entry_takes_the_place_of_another(signing: Place) -> None:
    """In one minute: two environments, names that are alike for long, the same case once more with another gate."""
    place, now = signing, signing.now
    long = f"{'wine' * 8}-{{}}"
    for name in map(long.format, ("red", "white")):
        place.company.deploy(name, {})
    place.company.commit()
    cases = [(NAME, "staging", "soak"), (NAME, "prod", "soak"), (NAME, "prod", "window"), (NAME, "prod", "approval")]
    cases += [(long.format("red"), "prod", "soak"), (long.format("white"), "prod", "soak")]
    names = [_break(place, gate, deployment=name, environment=where, now=now) for name, where, gate in cases]
    minute = f"at-{now:%y%m%d-%H%M}"
    first = [f"{minute}-staging-{NAME}", *(f"{minute}-prod-{NAME}{end}" for end in ("", "-2", "-3"))]
    assert names[:4] == first
    place.pull()
    entries = load_break_glass(place.company.repo).entries
    found = [(entry.deployment, entry.environment, *entry.gates) for entry in (entries[name] for name in names)]
    assert found == cases
    assert len(entries) == len(cases)


def test_glass_that_is_not_signed_counts_for_nothing(signing: Place) -> None:
    """GitHub's word decides; it is told all the same."""
    place = signing
    place.prove(place.release(2), ago=timedelta(0))
    _break(place, "soak")
    place.hub.signed.clear()
    found = place.promote()
    assert [taken.did for taken in found.taken] == ["nothing"]
    assert "does not count, as its commit is not signed" in found.glass[0].sentence(place.now)


def test_glass_that_was_changed_since_needs_that_change_signed(signing: Place) -> None:
    """A signed entry that somebody made wider without signing is worth nothing."""
    place = signing
    place.prove(place.release(2), ago=timedelta(0))
    _break(place, "window")
    place.pull()
    file = place.company.repo.break_glass_file
    file.write_text(file.read_text().replace("- window", "- soak"))
    place.company.commit("chore: tidy up")
    assert [taken.did for taken in place.promote().taken] == ["nothing"]


def test_glass_needs_a_key_to_sign_with(place: Place) -> None:
    """git says what it misses; nothing is pushed."""
    before = place.hub.remote.resolve("refs/heads/main")
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", "nowhere")):
        place.company.run("config", name, value)
    with pytest.raises(AmlopsError, match="git could not commit"):
        _break(place, "soak")
    assert place.hub.remote.resolve("refs/heads/main") == before


def test_glass_that_breaks_a_rule_is_not_committed(signing: Place) -> None:
    """Longer than three days: change the rule, not the case."""
    with pytest.raises(ConfigError, match="within 3 days"):
        _break(signing, "soak", span=timedelta(days=4))


def test_closing_what_is_not_open_names_what_is(signing: Place) -> None:
    """Whoever mistypes is told which entries are open."""
    name = _break(signing, "soak")
    with pytest.raises(AmlopsError, match=rf'"nothing" is no open entry .*; open are {name}'):
        close_glass(
            signing.company.repo, signing.company.git, None, "nothing", note="0123456789", now=signing.now, direct=True
        )
