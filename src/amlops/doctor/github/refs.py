"""Check: what stacks were applied from are commits of main, and no stack lost its ref.

GitHub's rulesets know branches and tags only, so nobody is kept from pushing `refs/applied/*` who may push at all. The
guard of an apply compares with the cloud besides, and stops where a ref is gone; this finds who moved or deleted one.
"""

from __future__ import annotations

from collections.abc import Iterator

from amlops.evidence import Evidence
from amlops.git import Git, GitFailed
from amlops.stacks.applied import APPLIED, applied_ref, recorded

from ..check import Check, Result
from ..situation import OnGitHub

MAIN = "refs/heads/main"


class Refs(Check[OnGitHub]):
    id = "refs"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        git = where.git
        found = git.remote_refs(f"{APPLIED}*", MAIN)
        main = found.pop(MAIN, None)
        if main is None:
            yield self.wrong("the remote has no branch main", "push main")
            return
        git.fetch(MAIN, *found)
        strange = [name for name, commit in sorted(found.items()) if not _is_of(git, commit, main)]
        for name in strange:
            stack = name.removeprefix(APPLIED)
            mend = f"git push origin <the last commit of main that was applied>:{name} --force; its evidence names it"
            yield self.wrong(f"{stack} is said to be applied from {found[name][:12]}, which is no commit of main", mend)
        lost = {stack: last for stack, last in recorded(Evidence(git)).items() if applied_ref(stack) not in found}
        for stack, last in lost.items():
            mend = f"git push origin {last}:{applied_ref(stack)}"
            yield self.wrong(f"{stack} was applied from {last[:12]}, says its evidence, and its ref is gone", mend)
        if not strange and not lost:
            yield self.ok(f"{len(found)} stacks were applied from commits of main")


def _is_of(git: Git, commit: str, main: str) -> bool:
    try:
        return bool(git.merge_base(commit, main) == commit)
    except GitFailed:
        return False
