"""Check: what stacks were applied from are commits of main.

GitHub's rulesets know branches and tags only, so nobody is kept from pushing `refs/applied/*` who may push at all. The
guard of an apply compares with the cloud besides; this finds who moved one by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from amlops.git import Git, GitFailed

from ..check import Check, Result
from ..situation import OnGitHub

APPLIED, MAIN = "refs/applied/", "refs/heads/main"


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
        if not strange:
            yield self.ok(f"{len(found)} stacks were applied from commits of main")


def _is_of(git: Git, commit: str, main: str) -> bool:
    try:
        return bool(git.merge_base(commit, main) == commit)
    except GitFailed:
        return False
