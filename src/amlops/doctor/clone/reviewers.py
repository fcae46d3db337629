"""Check: CODEOWNERS is what environments and deployments say."""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Check, Result
from ..codeowners import codeowners, organisation_in
from ..situation import Clone


class Reviewers(Check[Clone]):
    id = "reviewers"

    def examine(self, where: Clone) -> Iterator[Result]:
        named = organisation_in(where.repo)
        if named is None:
            yield self.wrong("there is no CODEOWNERS", "amlops doctor codeowners --write --organisation <name>")
        elif (where.repo.root / "CODEOWNERS").read_text(encoding="utf-8") != codeowners(where.repo, named):
            mend = "amlops doctor codeowners --write"
            yield self.wrong("CODEOWNERS is not what environments and deployments say", mend)
        else:
            yield self.ok("CODEOWNERS is what the files say")
