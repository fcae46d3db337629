"""Check: the rulesets of the files are live, as they stand there.

Source: GitHub's "Creating rulesets for a repository" (import); they guard main, the evidence, and the App's branches.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Check, Result
from ..rulesets import FOLDER, differences, rulesets_in
from ..situation import OnGitHub


class Rulesets(Check[OnGitHub]):
    id = "rulesets"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        files = rulesets_in(where.repo.root)
        if not files:
            yield self.wrong(f"{FOLDER} holds no ruleset, so nothing guards main", f"restore {FOLDER} from git")
        live = {one["name"]: one["id"] for one in where.github.pages("rulesets", includes_parents="false")}
        for path, wanted in files.items():
            name = str(wanted.get("name"))
            if name not in live:
                mend = f"gh api -X POST repos/{where.name}/rulesets --input {path}"
                yield self.wrong(f"the ruleset {name} is not live", mend)
                continue
            found = list(differences(wanted, where.github.get(f"rulesets/{live[name]}")))
            if found:
                mend = f"gh api -X PUT repos/{where.name}/rulesets/{live[name]} --input {path}"
                yield self.wrong(f"the ruleset {name} is not what {path} says: {'; '.join(found)}", mend)
            else:
                yield self.ok(f"the ruleset {name} is live as {path} says")
