"""Check: CODEOWNERS is what the files say, and GitHub finds every team in it.

Source: GitHub's "About code owners": an owner that doesn't exist, or may not write, reviews nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Check, Result
from ..codeowners import codeowners, organisation_in
from ..situation import OnGitHub

WRITE = "amlops doctor codeowners --write"


class CodeOwners(Check[OnGitHub]):
    id = "codeowners"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        owner, named = where.github.owner, organisation_in(where.repo)
        if named is None:
            yield self.wrong("there is no CODEOWNERS", f"{WRITE} --organisation {owner}")
            return
        if named.lower() != owner.lower():
            mend = f"{WRITE} --organisation {owner}"
            yield self.wrong(f"CODEOWNERS names teams of {named}; the repository is {owner}'s", mend)
            return
        if (where.repo.root / "CODEOWNERS").read_text(encoding="utf-8") != codeowners(where.repo, named):
            yield self.wrong("CODEOWNERS is not what environments and deployments say", WRITE)
        found = where.github.get("codeowners/errors").get("errors") or ()
        for error in found:
            said = (
                f"GitHub refuses line {error.get('line')} of CODEOWNERS: {error.get('kind')} {error.get('source', '')}"
            )
            mend = f"https://github.com/orgs/{owner}/teams: make the team, and give it write access to {where.name}"
            yield self.wrong(said.rstrip(), mend)
        if not found:
            yield self.ok("CODEOWNERS names teams that may review")
