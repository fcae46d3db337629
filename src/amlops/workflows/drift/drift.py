"""The job `drift`: what was changed in a cloud without git, told in one issue for each stack, taken over or undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from amlops.applied import applied_commit
from amlops.config import load_about
from amlops.errors import AmlopsError
from amlops.git import Files, Git
from amlops.github import GitHub, Run
from amlops.policy import UNKNOWN
from amlops.releases import load_stage
from amlops.report.drift import Difference, StackDrift, issue, issue_title
from amlops.report.owned import Live, impossible, strangers
from amlops.rollout import EndpointState, read_endpoint
from amlops.stacks import Result, StackName
from amlops.stacks.arm_ids import arm_id
from amlops.stacks.declared import Declared
from amlops.stacks.events import Change
from amlops.stacks.lease import may_take, read_lease
from amlops.stacks.meaning import meaning_of
from amlops.stacks.touched import touched

from ..apply.apply import Applied, Apply
from ..holding import lives_of
from ..main_branch import Proposed, propose
from ..plan.expectation import Expectation
from ..session import Session
from .activity import last_change
from .adoption import Edit, Refused, adopt, at
from .yaml_edit import with_value

LABEL = "drift"
"""The label of the issues; the rest of their marker is the stack's name."""


@dataclass(frozen=True, slots=True)
class Found:
    """A stack's drift. `changes` are the steps that would undo it; `compared` is the whole preview."""

    drift: StackDrift
    changes: tuple[Change, ...] = ()
    compared: Result | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What is proposed, and what can't be. `proposed` is None where there is nothing."""

    edits: tuple[Edit, ...]
    refused: tuple[Refused, ...]
    proposed: Proposed | None = None

    def as_dict(self) -> dict[str, object]:
        return {
            "edits": [str(edit) for edit in self.edits],
            "refused": [str(one) for one in self.refused],
            "proposed": self.proposed.as_dict() if self.proposed else None,
        }


def look(session: Session, stack: StackName, git: Git) -> Found:
    """Compares git with the cloud; what can't be compared is told in the answer."""
    try:
        return _look(session, stack, git)
    except AmlopsError as error:
        return Found(StackDrift(stack.text, failure=str(error)))


def tell(github: GitHub, drift: StackDrift) -> str | None:
    """The stack's one issue, made, changed or closed. Gives its address, None where there is none.

    A stack that could not be compared keeps its issue as it is. Raises NotAllowed and GitHubRefused.
    """
    marker = f"{LABEL}-{drift.stack}"
    if drift.drifted:
        return github.issues.put(marker, LABEL, issue_title(drift), issue(drift)).url
    known = github.issues.find(marker, LABEL)
    if known is not None and not drift.failure:
        github.issues.close(known.number, "The cloud is again what git says it is.")
    return None if known is None else known.url


def take_over(session: Session, stack: StackName, found: Found, git: Git, github: GitHub | None) -> Taken:
    """The pull request that makes git say what the cloud has, as far as single values can. Raises AmlopsError."""
    deployment = None
    if stack.deployment is not None:
        deployment = (stack.deployment, load_about(session.repo, stack.deployment))
    edits: list[Edit] = []
    refused: list[Refused] = []
    for change in found.changes:
        for one in adopt(change, session.environment, deployment):
            edits.append(one) if isinstance(one, Edit) else refused.append(one)
    if not edits:
        return Taken((), tuple(refused))

    def files(commit: str) -> Files:
        texts: dict[str, str] = {}
        for edit in edits:
            text = texts.get(edit.file) or git.read(commit, edit.file)
            if text is None:
                raise AmlopsError(f"{edit.file} is not on main; nothing can be adopted into it", exit_code=3)
            texts[edit.file] = with_value(text, session.repo.root / edit.file, edit.keys, edit.value)
        return dict(texts)

    title = f"fix: take over what {stack} has in the cloud"
    body = _body(stack, edits, refused)
    proposed = propose(git, github, f"drift/{stack}", files, title=title, body=body, direct=False)
    return Taken(tuple(edits), tuple(refused), proposed)


def undo(session: Session, stack: StackName, found: Found, git: Git, wait: float) -> Applied:
    """Applies what git says over what drifted, and nothing else: under the lease, with guard, policy and preflight.

    Raises AmlopsError, also where git is ahead of the cloud: what is undone is a change of what was applied.
    """
    head, before = git.head(), applied_commit(git, stack.text)
    if before is not None and before != head:
        declared = Declared(session.repo)
        if stack in touched(git.changed(before, head), declared).stacks:
            message = f"{stack} was applied from {before[:12]}, and git has changed it since; undo this from there"
            todo = f"`git checkout {before[:12]}`, `amlops drift {stack} --revert`; main is applied after that"
            raise AmlopsError(f"{message}: {todo}", exit_code=5)
    assert found.compared is not None, found.drift.failure
    expectation = Expectation(before, head, meaning_of(found.compared))
    return Apply(session, stack, git, expectation, None, wait).run()


# -- inside ----------------------------------------------------------------------------------------------------------


def _look(session: Session, stack: StackName, git: Git) -> Found:
    engine = session.engine
    with session.progress.step(f"comparing {stack} with the cloud"):
        compared = engine.preview_refresh(stack)
    changes = tuple(_without_pending(compared, engine.preview(stack))) if compared.changed else ()
    live, says, strange = _owned(session, stack)
    if (changes or says or strange) and not session.environment.is_local:
        lease = read_lease(git, stack.text)
        if lease is not None and lease[1].doing.startswith("amlops apply"):
            lives = lives_of(Run.of(session.process), GitHub.of(session.process))
            if not may_take(lease[1], session.azure.now(), lives):
                return Found(StackDrift(stack.text, failure=f"it is being applied by {lease[1].holder}"))
    differences = [*_differences(session, changes), *_strangers(session, stack, live, strange)]
    return Found(StackDrift(stack.text, tuple(differences), says), changes, compared)


def _without_pending(compared: Result, planned: Result) -> Iterator[Change]:
    """What would be undone, without what git wants anyway and nobody has applied yet, and without what only follows: a
    resource that names one that is gone can't know its id before that is there again."""
    wanted: dict[str, Change] = {change.urn: change for change in planned.changes}
    seen: set[str] = set()
    for change in compared.changes:
        known = wanted.get(change.urn)
        if not change.type.startswith("azure-native:") or change.urn in seen or change.operation == "delete":
            continue
        seen.add(change.urn)
        if change.operation != "update":
            if known is None:
                yield change
            continue
        pending = known.keys if known is not None else ()
        left = tuple(key for key in change.keys if key not in pending and at(change.inputs, key) != UNKNOWN)
        if left and (known is None or known.operation == "update"):
            yield replace(change, keys=left)


def _differences(session: Session, changes: tuple[Change, ...]) -> Iterator[Difference]:
    for change in changes:
        what: Literal["changed", "gone"] = "gone" if change.operation == "create" else "changed"
        named = arm_id(change.type, change.inputs, session.subscription)
        id = change.id or (named[0] if named else "")
        last = last_change(session.azure, session.environment, id)
        paths = change.keys if what == "changed" else ()
        yield Difference(change.urn, change.name, what, paths, last.who, last.when, last.by)


def _owned(session: Session, stack: StackName) -> tuple[EndpointState | None, tuple[str, ...], tuple[str, ...]]:
    """The endpoint, what nobody who owns traffic or capacity would do, and deployments that run no release."""
    if stack.deployment is None:
        return None, (), ()
    stage = load_stage(session.repo, stack.deployment, session.environment.name)
    found = read_endpoint(session.endpoint(stack.deployment))
    if found is None:
        return None, (), ()
    instances = {item.name: item.instances for item in found.deployments if item.instances is not None}
    live = Live(found.traffic, found.mirror_traffic, instances)
    limit = session.environment.platform.limits.instances_per_deployment
    return found, impossible(stage, live, limit), strangers(stage, live)


def _strangers(
    session: Session, stack: StackName, live: EndpointState | None, names: tuple[str, ...]
) -> Iterator[Difference]:
    if live is None or stack.deployment is None:
        return
    endpoint = f"{session.workspace_id}/onlineEndpoints/{session.names.endpoint(stack.deployment)}"
    for name in names:
        id = f"{endpoint}/deployments/{name}"
        last = last_change(session.azure, session.environment, id)
        yield Difference("", f"OnlineDeployment {name}", "strange", (), last.who, last.when, last.by)


def _body(stack: StackName, edits: list[Edit], refused: list[Refused]) -> str:
    lines = [f"{stack} was changed in the cloud. With this, git says the same:", ""]
    lines += [f"- `{edit.file}`: `{'.'.join(edit.keys)}`, for `{edit.path}`" for edit in edits]
    if any(edit.later for edit in edits):
        lines += ["", "A manifest reaches an environment by a release; until then the difference stays."]
    if refused:
        lines += ["", "Not adopted:", *(f"- {one}" for one in refused)]
    return "\n".join(lines)
