"""Which stacks are behind git: what they were last applied from is compared with what HEAD declares."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from amlops.applied import applied_commits, applied_ref, is_commit
from amlops.git import Git, GitFailed

from .declared import Declared
from .names import StackName
from .touched import Reason, Scope, Touched, touched


def behind(git: Git, declared: Declared, head: str, at: Mapping[str, str] | None = None) -> Touched:
    """The stacks that HEAD declares otherwise than it was applied, or that never were; not those that a later commit
    was applied to. `at` is what `applied_commits` gave, where it was asked. Raises GitFailed, ConfigError.

    Stacks of one commit are compared together, so the work grows with the commits that were applied and not with the
    stacks.
    """
    at = applied_commits(git) if at is None else at
    known = git.ancestors(head)
    unknown = {commit for commit in at.values() if commit not in known and not is_commit(git, commit)}
    stacks: dict[StackName, tuple[Reason, ...]] = {}
    lost = [text for text in at if declared.find(text) is None]
    gone = {text: (Reason(applied_ref(text), "no file in git stands behind it"),) for text in sorted(lost)}
    together: dict[str, list[StackName]] = {}
    for stack in declared.stacks:
        if stack.text in at:
            together.setdefault(at[stack.text], []).append(stack)
    for commit in dict.fromkeys(at.values()):
        if commit in unknown:
            for stack in together.get(commit, ()):
                stacks[stack] = (Reason(applied_ref(stack.text), "it names no commit of the remote"),)
        elif commit != head and not _later(git, commit, head, known):
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
