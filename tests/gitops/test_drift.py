"""Drift on a whole platform: told with who and when, taken over by a commit, undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from amlops.applied import applied_commit
from amlops.config import Repository, load_environment
from amlops.errors import AmlopsError
from amlops.git import Author, Git
from amlops.progress import Plain
from amlops.report.drift import issue
from amlops.stacks import platform_stack
from amlops.stacks.meaning import meaning_of
from amlops.stacks.names import StackName
from amlops.workflows.apply.apply import Apply
from amlops.workflows.drift.drift import look, take_over, undo
from amlops.workflows.plan.expectation import Expectation
from amlops.workflows.rehearsal.ground import lay_ground
from amlops.workflows.rehearsal.throwaway import rehearsal
from amlops.workflows.session import Session
from tests.gitops.azure_world import linked_clone
from tests.support.canary import leaks, leaks_below
from tests.support.clone import Clone
from tests.support.how_to import script

pytestmark = pytest.mark.e2e

CLUSTER, LOGS = "Compute compute-cpu", "Workspace logs"
APIS = {"compute": "2025-12-01", "logs": "2023-09-01", "insights": "2020-02-02"}


@dataclass(frozen=True)
class Dev:
    """The platform `dev`, applied from main on a local Azure."""

    clone: Clone
    git: Git
    session: Session
    stack: StackName

    def id(self, kind: str) -> str:
        names, subscription = self.session.names, self.session.environment.subscription_id
        group = f"/subscriptions/{subscription}/resourceGroups/{names.resource_group}/providers"
        workspace = f"{group}/Microsoft.MachineLearningServices/workspaces/{names.workspace}"
        return {
            "compute": f"{workspace}/computes/{names.compute('cpu')}",
            "logs": f"{group}/Microsoft.OperationalInsights/workspaces/{names.log_analytics}",
            "insights": f"{group}/Microsoft.Insights/components/{names.insights}",
        }[kind]

    def change(self, kind: str, path: tuple[str, ...], value: object) -> None:
        """By hand: what is there, with one value changed."""
        body = self.session.azure.resource(self.id(kind), APIS[kind])
        assert body is not None
        node = body["properties"]
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
        self.session.azure.put(self.id(kind), APIS[kind], body)


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    clone = linked_clone(tmp_path_factory.mktemp("drift") / "clone")
    git = Git(clone.path, author=Author("t", "t@example.invalid"))
    repo = Repository(clone.path)
    environment = load_environment(repo, "dev")
    stack = platform_stack(environment)
    assert stack is not None
    with rehearsal(git, git.head(), [environment], Plain(), deployments=None, serving=False) as stage:
        lay_ground(stage.session("shared"), StackName("shared", "shared", "registry"))
        session = stage.session("dev")
        session.engine.up(stack)
        clone.run(f"git push -q origin HEAD:refs/applied/{stack}")
        yield Dev(clone, git, session, stack)


def test_an_untouched_platform_has_not_drifted(dev: Dev) -> None:
    """What the programs declare is what a refresh finds: no difference of notation counts."""
    found = look(dev.session, dev.stack, dev.git)
    assert found.drift.failure == ""
    assert not found.drift.drifted, found.drift


def test_drift_is_told_adopted_and_undone(dev: Dev) -> None:
    """Three changes by hand: each is told with who and when; what one value of git decides is proposed as a commit on a
    branch, the rest says why not; undoing brings all of it back, and then there is no drift."""
    dev.change("compute", ("properties", "scaleSettings", "maxNodeCount"), 3)
    dev.change("logs", ("retentionInDays",), 90)
    dev.session.azure.delete(dev.id("insights"), APIS["insights"])

    found = look(dev.session, dev.stack, dev.git)
    told = {item.name: item for item in found.drift.differences}
    assert set(told) == {CLUSTER, LOGS, "Component insights"}
    assert told[CLUSTER].what == "changed"
    assert told[CLUSTER].paths == ("properties.properties.scaleSettings.maxNodeCount",)
    assert told["Component insights"].what == "gone"
    for item in told.values():
        assert item.who == "owner", item
        assert item.when > "2020"
    text = issue(found.drift)
    assert "maxNodeCount" in text and "owner" in text
    assert "3" not in text.split("maxNodeCount")[1].split("|")[0], "no value stands in the issue"

    taken = take_over(dev.session, dev.stack, found, dev.git, None)
    assert {(edit.keys, edit.value) for edit in taken.edits} == {
        (("platform", "compute", "cpu", "max_nodes"), 3),
        (("platform", "monitoring", "retention_days"), 90),
    }
    assert [one.resource for one in taken.refused] == ["Component insights"]
    assert taken.proposed is not None
    changed = dev.clone.run(f"git diff --unified=0 main {taken.proposed.commit}")
    assert "-      max_nodes: 4" in changed and "+      max_nodes: 3" in changed
    assert "-  monitoring: {}" in changed and "+    retention_days: 90" in changed
    assert len([line for line in changed.splitlines() if line[:1] in "+-" and line[1:2] not in "+-"]) == 5

    done = undo(dev.session, dev.stack, found, dev.git, 60)
    assert {step.name for step in done.meaning.steps} >= set(told)
    assert not look(dev.session, dev.stack, dev.git).drift.drifted

    running = dev.session.running
    assert running is not None
    secrets = {running.client_secret, json.loads((running.home / "cloud.json").read_text())["control_secret"]}
    evidence = dev.clone.run("git fetch -q origin evidence && git log -p FETCH_HEAD")
    assert "applied" in evidence and "maxNodeCount" in evidence
    for left in (text, changed, evidence, json.dumps(done.as_dict()), json.dumps(found.drift.as_dict())):
        assert not leaks(secrets, left.encode())
    assert not leaks_below(secrets, dev.session.repo.root / ".local" / "pulumi")


def test_what_git_has_not_applied_yet_is_no_drift(dev: Dev) -> None:
    """A change on main that nobody has applied is for apply; a change by hand beside it is told alone, also after an
    apply that it stopped. It is undone from the commit that was applied, which the refusal names."""
    file = dev.clone.path / "environments/dev.yaml"
    before = file.read_text()
    try:
        here = Path(dev.session.repo.root) / "environments/dev.yaml"
        changed = before.replace('cost-center: "4712"', 'cost-center: "1"')
        here.write_text(changed)
        file.write_text(changed)
        dev.clone.run("git -c user.name=t -c user.email=t@e.invalid commit -qam 'feat: another cost centre'")
        session = replace(dev.session, environment=load_environment(dev.session.repo, "dev"))
        assert not look(session, dev.stack, dev.git).drift.drifted
        dev.change("logs", ("retentionInDays",), 120)
        found = look(session, dev.stack, dev.git)
        assert [item.name for item in found.drift.differences] == [LOGS]
        assert found.drift.differences[0].paths == ("retentionInDays",)
        applied, head = applied_commit(dev.git, dev.stack.text), dev.git.head()
        assert applied is not None
        expectation = Expectation(applied, head, meaning_of(session.engine.preview(dev.stack)))
        with pytest.raises(AmlopsError, match="does not explain retentionInDays; it was changed outside of git"):
            Apply(session, dev.stack, dev.git, expectation, None, 0).run()
        assert look(session, dev.stack, dev.git).drift.differences == found.drift.differences
        with pytest.raises(AmlopsError, match=f"`git checkout {applied[:12]}`, `amlops drift dev --revert`"):
            undo(session, dev.stack, found, dev.git, 0)
    finally:
        dev.clone.run("git reset -q --hard HEAD~1")
        here.write_text(before)
    undo(dev.session, dev.stack, look(dev.session, dev.stack, dev.git), dev.git, 0)
    assert not look(dev.session, dev.stack, dev.git).drift.drifted


def test_the_commands_of_the_page(dev: Dev) -> None:
    """`docs/how-to/handle-drift.md` as a reader pastes it: seen, proposed on a branch, undone."""
    dev.change("logs", ("retentionInDays",), 60)
    given = dev.session.process
    variables = {name: given[name] for name in ("AMLOPS_AZURE_HOME", "PULUMI_BACKEND_URL", "PULUMI_HOME")}
    variables["PULUMI_CONFIG_PASSPHRASE_FILE"] = dev.session.variables["PULUMI_CONFIG_PASSPHRASE_FILE"]
    printed = dev.clone.run(script("handle-drift", dev.clone.path), extra=variables)
    assert "Workspace logs was changed (retentionInDays), by owner at 20" in printed
    assert "adopted: environments/dev.yaml: platform.monitoring.retention_days = 60" in printed
    assert "branch drift/dev" in printed
    assert "dev: is as git says again" in printed
    assert not look(dev.session, dev.stack, dev.git).drift.drifted
