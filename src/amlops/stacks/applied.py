"""Which stacks are behind git: what each was last applied from is a ref of the remote, `refs/applied/<stack>`.

Whoever may push could delete such a ref; evidence, which only the App may push, then still tells of the applies.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from amlops.evidence import Evidence
from amlops.git import Git, GitFailed

from .declared import Declared
from .names import StackName
from .touched import Reason, Scope, Touched, touched

APPLIED = "refs/applied/"


def applied_ref(stack: str) -> str:
    return f"{APPLIED}{stack}"


def applied_commits(git: Git) -> dict[str, str]:
    """Commits by stack, as the remote has them. Raises GitFailed."""
    return {name.removeprefix(APPLIED): id for name, id in git.remote_refs(f"{APPLIED}*").items()}


def applied_commit(git: Git, stack: str) -> str | None:
    """The commit that the stack was last applied from, which the clone then has; None where it never was."""
    ref = applied_ref(stack)
    id = git.remote_refs(ref).get(ref)
    if id is not None and git.resolve(id) is None:
        git.fetch(ref)
    return id


def recorded(evidence: Evidence, among: Collection[str] | None = None) -> dict[str, str]:
    """The commit that each stack was last applied from by what evidence says, by stack; one that was destroyed since is
    left out, and so are applies whose release then did not answer. `among`: of these stacks only. Raises GitFailed."""
    paths = [path for path in evidence.paths if path.startswith("stacks/") and path.count("/") == 2]
    if among is not None:
        paths = [path for path in paths if path.split("/")[1] in among]
    found: dict[str, tuple[str, str]] = {}
    for path, said in evidence.read_all(paths).items():
        _, stack, file = path.split("/")
        what, _, commit = file.removesuffix(".json").partition("-")
        if what == "destroyed" or (what == "applied" and _answered(said)):
            at = str((said.get("written") or {}).get("at") or "")
            found[stack] = max(found.get(stack, ("", "")), (at, commit if what == "applied" else ""))
    return {stack: commit for stack, (_, commit) in sorted(found.items()) if commit}


def _answered(said: Mapping[str, Any]) -> bool:
    """Whether what users get passed the smoke test of the last apply that this file tells of."""
    (*_, last) = said.get("applies") or [{}]
    return all(one["passed"] or one["role"] != "current" for one in last.get("smoke") or ())


def behind(git: Git, declared: Declared, head: str, at: Mapping[str, str] | None = None) -> Touched:
    """The stacks that HEAD declares otherwise than it was applied, or that never were; not those that a later commit
    was applied to. `at` is what `applied_commits` gave, where it was asked. Raises GitFailed, ConfigError.

    Stacks of one commit are compared together, so the work grows with the commits that were applied and not with the
    stacks.
    """
    at = applied_commits(git) if at is None else at
    known = git.ancestors(head)
    missing = [stack for stack, commit in at.items() if commit not in known and git.resolve(commit) is None]
    if missing:
        git.fetch(*(applied_ref(stack) for stack in missing))
    stacks: dict[StackName, tuple[Reason, ...]] = {}
    lost = [text for text in at if declared.find(text) is None]
    gone = {text: (Reason(applied_ref(text), "no file in git stands behind it"),) for text in sorted(lost)}
    together: dict[str, list[StackName]] = {}
    for stack in declared.stacks:
        if stack.text in at:
            together.setdefault(at[stack.text], []).append(stack)
    for commit in dict.fromkeys(at.values()):
        if commit != head and not _later(git, commit, head, known):
            found = touched(git.changed(commit, head), declared, together.get(commit, ()))
            stacks.update({stack: why for stack, why in found.stacks.items() if at.get(stack.text) == commit})
    for stack in declared.stacks:
        if stack.text not in at:
            scope: Scope = "deployment" if stack.kind == "deployment" else "environment"
            stacks[stack] = (Reason(applied_ref(stack.text), "it was never applied", scope),)
    ranked = sorted(stacks, key=lambda stack: (declared.rank.get(stack, len(declared.rank)), stack.text))
    return Touched({stack: stacks[stack] for stack in ranked}, {}, gone, ())


def _later(git: Git, commit: str, head: str, known: Collection[str]) -> bool:
    """Whether a commit comes from `head`, of which `known` are the ancestors."""
    try:
        return commit not in known and git.merge_base(head, commit) == head
    except GitFailed:
        return False  # a commit of no common history is no later one
