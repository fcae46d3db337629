"""Check: what stacks were applied from are commits of main, and no stack lost its ref.

GitHub's rulesets know branches and tags only, so nobody is kept from pushing `refs/applied/*` who may push at all. The
guard of an apply compares with the cloud besides, and stops where a ref is gone; this finds who moved or deleted one.
"""

from __future__ import annotations

from collections.abc import Iterator

from amlops.applied import applied_commits, recorded, restore_command
from amlops.evidence import Evidence
from amlops.git import Git, GitFailed

from ..check import Check, Result
from ..situation import OnGitHub

MAIN = "refs/heads/main"


class Refs(Check[OnGitHub]):
    id = "refs"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        git = where.git
        main = git.remote_refs(MAIN).get(MAIN)
        if main is None:
            yield self.wrong("the remote has no branch main", "push main")
            return
        git.fetch(MAIN)
        found, last = applied_commits(git), recorded(Evidence(git))
        strange = [stack for stack, commit in sorted(found.items()) if not _is_of(git, commit, main)]
        for stack in strange:
            commit = last.get(stack, "<the last commit of main that was applied>")
            mend = f"{restore_command(stack, commit)} --force"
            said = f"{stack} is said to be applied from {found[stack][:12]}, which is no commit of main"
            yield self.wrong(said, mend)
        lost = sorted(set(last) - set(found))
        for stack in lost:
            said = f"{stack} was applied from {last[stack][:12]}, says its evidence, and its ref is gone"
            yield self.wrong(said, restore_command(stack, last[stack]))
        if not strange and not lost:
            yield self.ok(f"{len(found)} stacks were applied from commits of main")


def _is_of(git: Git, commit: str, main: str) -> bool:
    try:
        return bool(git.merge_base(commit, main) == commit)
    except GitFailed:
        return False
