"""Check: the token that every job gets may read by default, and can't approve pull requests.

A workflow says what more it needs. Pull requests are opened and merged by the App, so the token needs no leave for it;
with it a workflow could approve its own change. Source: GitHub's "Managing GitHub Actions settings for a repository".
"""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Check, Result
from ..situation import OnGitHub


class DefaultToken(Check[OnGitHub]):
    id = "default-token"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        found = where.github.get("actions/permissions/workflow")
        wrong = []
        if found.get("default_workflow_permissions") != "read":
            wrong.append("may write by default")
        if found.get("can_approve_pull_request_reviews"):
            wrong.append("may approve pull requests")
        if wrong:
            mend = (
                f"gh api -X PUT repos/{where.name}/actions/permissions/workflow "
                "-f default_workflow_permissions=read -F can_approve_pull_request_reviews=false"
            )
            yield self.wrong(f"the token of every job {' and '.join(wrong)}", mend)
        else:
            yield self.ok("the token of a job may read by default")
