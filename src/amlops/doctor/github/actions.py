"""Check: workflows may run, and only actions that are pinned to a commit.

A tag can be moved to other code overnight; a commit can't. Source: GitHub's "Managing GitHub Actions settings for a
repository" (`sha_pinning_required`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Check, Result
from ..situation import OnGitHub


class Actions(Check[OnGitHub]):
    id = "actions"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        found = where.github.get("actions/permissions")
        kind = found.get("allowed_actions") or "all"
        mend = (
            f"gh api -X PUT repos/{where.name}/actions/permissions "
            f"-F enabled=true -f allowed_actions={kind} -F sha_pinning_required=true"
        )
        if not found.get("enabled"):
            yield self.wrong("workflows are switched off", mend)
        elif found.get("sha_pinning_required") is False:
            yield self.wrong("actions need not be pinned to a commit", mend)
        else:
            yield self.ok("workflows run")
